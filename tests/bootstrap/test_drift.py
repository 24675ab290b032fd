"""`make bootstrap` where somebody changed what it made: one change puts it right, what isn't ours stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bootstrap.google import PROJECT, Google
from tests.bootstrap.running import BUCKET, DEPLOYER, KEY, POOL, bootstrap, grants


def _public(google: Google) -> None:
    google.things[BUCKET]["iamConfiguration"]["publicAccessPrevention"] = "inherited"


def _readable(google: Google) -> None:
    google.policies[BUCKET]["bindings"].append(
        {"role": "roles/storage.objectViewer", "members": ["projectViewer:acme"]}
    )


def _owner(google: Google) -> None:
    google.policies[f"projects/{PROJECT}"]["bindings"].append(
        {
            "role": "roles/owner",
            "members": [
                f"serviceAccount:pulumi-deploy@{PROJECT}.iam.gserviceaccount.com",
                "user:ann@acme.com",
            ],
        }
    )


def _unlimited(google: Google) -> None:
    for binding in google.policies[f"projects/{PROJECT}"]["bindings"]:
        binding.pop("condition", None)


def _anybody(google: Google) -> None:
    google.policies[DEPLOYER]["bindings"][0]["members"].append("principalSet://anybody")


def _open(google: Google) -> None:
    google.things[f"{POOL}/providers/actions"]["attributeCondition"] = "true"


def _deleted(google: Google) -> None:
    google.things[POOL]["state"] = "DELETED"


def _disabled(google: Google) -> None:
    google.things[DEPLOYER]["disabled"] = True


def _not_renewed(google: Google) -> None:
    google.things[KEY].pop("rotationPeriod")


DRIFT = [
    _public,
    _readable,
    _owner,
    _unlimited,
    _anybody,
    _open,
    _deleted,
    _disabled,
    _not_renewed,
]


@pytest.mark.parametrize("drift", DRIFT, ids=[each.__name__.strip("_") for each in DRIFT])
def test_drift_is_put_right_by_one_change(google: Google, drift: Any) -> None:
    bootstrap(google)
    wanted = snapshot(google)
    google.writes.clear()
    drift(google)
    assert snapshot(google) != wanted
    assert bootstrap(google) == 0
    assert len(google.writes) == 1
    left = snapshot(google)
    if drift is _owner:
        assert ("roles/owner", "user:ann") in left["grants"], "what is not ours stays"
        left["grants"] = [each for each in left["grants"] if each != ("roles/owner", "user:ann")]
    assert left == wanted


def snapshot(google: Google) -> dict[str, Any]:
    """All that is there, in an order of its own."""
    keep = {
        name: {key: value for key, value in thing.items() if key != "nextRotationTime"}
        for name, thing in google.things.items()
        if "operations" not in name
    }
    return {
        "things": str(sorted((name, sorted(thing.items(), key=str)) for name, thing in keep.items())),
        "grants": sorted(pair for name in google.policies for pair in grants(google, name)),
        "limits": sorted(
            str(binding.get("condition")) + str(member)
            for policy in google.policies.values()
            for binding in policy["bindings"]
            for member in binding["members"]
            if binding["role"] != "roles/owner"
        ),
    }
