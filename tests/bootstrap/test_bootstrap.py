"""`make bootstrap` at a stand-in for Google: first run, second run, drift, failures, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.program import PROJECT_FOLDER
from tests.bootstrap.answers import ANSWERS, Refusal, off
from tests.bootstrap.google import NUMBER, PROJECT, Google
from tools.bootstrap.command import main

BUCKET = f"b/{PROJECT}-pulumi-state"
KEY = f"projects/{PROJECT}/locations/europe-west1/keyRings/pulumi/cryptoKeys/state"
POOL = f"projects/{PROJECT}/locations/global/workloadIdentityPools/github"
DEPLOYER = f"projects/{PROJECT}/serviceAccounts/pulumi-deploy@{PROJECT}.iam.gserviceaccount.com"


def bootstrap(google: Google, *more: str, patience: float = 5) -> int:
    """Runs the command for stack prod."""
    words = ["prod", "--repository", "acme/ai", "--repository-id", "42", *more]
    return main(words, PROJECT_FOLDER, google.cloud(patience))


def refusal(google: Google, capsys: pytest.CaptureFixture[str], *more: str, patience: float = 0.2) -> str:
    """The one line of a refusal."""
    assert bootstrap(google, *more, patience=patience) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def grants(google: Google, name: str) -> set[tuple[str, str]]:
    """Who has what, by the last part of the member's name."""
    return {
        (binding["role"], member.removeprefix("serviceAccount:").split("@")[0].rsplit("/", 1)[-1])
        for binding in google.policies[name]["bindings"]
        for member in binding["members"]
    }


def test_a_dry_run_tells_every_change_and_makes_none(
    google: Google, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap(google, "--dry-run") == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("would ")]
    assert google.writes == []
    assert google.things == {}
    assert bootstrap(google) == 0
    made = capsys.readouterr().out
    assert [line.removeprefix("would ") for line in told if line.removeprefix("would ") not in made] == []
    assert len(told) == len(google.writes)


def test_the_state_is_versioned_not_public_and_kept_when_it_is_deleted(google: Google) -> None:
    bootstrap(google)
    bucket = google.things[BUCKET]
    assert bucket["versioning"]["enabled"]
    assert bucket["iamConfiguration"]["publicAccessPrevention"] == "enforced"
    assert bucket["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"]
    assert int(bucket["softDeletePolicy"]["retentionDurationSeconds"]) >= 7 * 24 * 3600
    assert "retentionPolicy" not in bucket, "Pulumi couldn't take its lock away"
    assert {who for _, who in grants(google, BUCKET)} == {
        "projectOwner:acme",
        "pulumi-preview",
        "pulumi-deploy",
    }


def test_the_key_of_the_secrets_is_renewed(google: Google) -> None:
    bootstrap(google)
    key = google.things[KEY]
    assert key["purpose"] == "ENCRYPT_DECRYPT"
    assert int(key["rotationPeriod"].rstrip("s")) <= 90 * 24 * 3600
    assert {role for role, _ in grants(google, KEY)} == {"roles/cloudkms.cryptoKeyDecrypter"}


def test_github_is_trusted_for_this_repository_alone(google: Google) -> None:
    bootstrap(google)
    provider = google.things[f"{POOL}/providers/actions"]
    assert provider["oidc"] == {"issuerUri": "https://token.actions.githubusercontent.com"}
    condition = "assertion.repository == 'acme/ai' && assertion.repository_id == '42'"
    assert provider["attributeCondition"] == condition
    (binding,) = google.policies[DEPLOYER]["bindings"]
    assert binding["members"] == [
        f"principalSet://iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/github/"
        "attribute.trust/environment-production"
    ]


def test_a_second_run_changes_nothing(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap(google)
    google.writes.clear()
    capsys.readouterr()
    assert bootstrap(google) == 0
    assert google.writes == []
    assert capsys.readouterr().out.startswith(f"{PROJECT} is as it should be: no change\n")


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


def test_a_run_that_failed_half_way_is_continued_by_the_next(
    google: Google, capsys: pytest.CaptureFixture[str]
) -> None:
    """At each of its writes in turn."""
    step = 0
    while True:
        broken, step = len(google.writes), step + 1
        google.fails = lambda method, _, stop=broken: (
            Refusal(400, "out of order") if _is_write(method) and len(google.writes) > stop else None
        )
        if bootstrap(google, patience=0.2) == 0:
            break
        assert "out of order" in capsys.readouterr().err
        assert len(google.writes) == broken + 1
    assert step > 10
    writes = list(google.writes)
    bootstrap(google)
    assert google.writes == writes
    assert len(set(writes)) == len(writes), "nothing is made twice"


def _is_write(method: str) -> bool:
    return method.rsplit(".", 1)[-1] not in {"get", "batchGet", "getIamPolicy", "testIamPermissions"}


def test_what_has_not_spread_yet_is_waited_for(google: Google) -> None:
    def young(method: str, call: int) -> Refusal | None:
        if method == "cloudkms.projects.locations.keyRings.create" and call < 3:
            return off("cloudkms.googleapis.com")
        if method == "cloudresourcemanager.projects.setIamPolicy" and call < 3:
            return Refusal(400, "Service account pulumi-deploy@x does not exist.")
        return Refusal(404, "not found") if method.endswith("providers.create") and call < 2 else None

    google.fails = young
    assert bootstrap(google) == 0
    assert google.calls["cloudresourcemanager.projects.setIamPolicy"] == 3


def test_what_may_not_be_done_is_one_line_with_the_roles_to_ask_for(
    google: Google, capsys: pytest.CaptureFixture[str]
) -> None:
    google.permissions -= {"storage.buckets.create", "cloudkms.keyRings.create"}
    assert refusal(google, capsys) == (
        "bootstrap: you may not prepare project acme-ai-prod; let an owner run this, or grant you "
        "roles/cloudkms.admin, roles/storage.admin"
    )
    assert google.writes == []


def test_a_refused_write_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    google.fails = lambda method, _: (
        Refusal(403, "Forbidden by organization policy.") if method == "storage.buckets.insert" else None
    )
    line = refusal(google, capsys)
    assert "create gs://acme-ai-prod-pulumi-state" in line
    assert "Forbidden by organization policy (HTTP 403)" in line


OPERATIONS = [
    ({}, "is not done yet; run this again in a few minutes"),
    ({"done": True, "error": {"message": "quota exceeded"}}, "quota exceeded; run this again"),
]


@pytest.mark.parametrize(("operation", "said"), OPERATIONS, ids=["never done", "failed"])
def test_an_operation_that_does_not_end_well_is_one_line(
    operation: dict[str, Any],
    said: str,
    google: Google,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = {"name": "operations/1", **operation}
    monkeypatch.setitem(ANSWERS, "serviceusage.operations.get", lambda _google, _request: answer)
    line = refusal(google, capsys)
    assert line.startswith("bootstrap: enable ")
    assert line.endswith(said)


def test_google_out_of_reach_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    google.port = 1
    assert "Google can't be reached" in refusal(google, capsys)


def test_a_bucket_elsewhere_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    google.things[BUCKET] = {"location": "US-EAST1"}
    assert "lies in us-east1; write REGION=us-east1, or STATE_BUCKET=" in refusal(google, capsys)


def test_a_key_that_cannot_encrypt_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap(google)
    google.things[KEY]["primary"] = {"state": "DESTROYED"}
    capsys.readouterr()
    assert "can't encrypt (purpose ENCRYPT_DECRYPT, version DESTROYED)" in refusal(google, capsys)


def test_a_project_that_is_not_there_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    google.enabled.clear()
    assert "gcloud services enable serviceusage.googleapis.com" in refusal(google, capsys)


WORDS = [
    (["--repository", "acme"], "repository 'acme' can't be one; write REPOSITORY=acme/ai-platform"),
    (["--project", "Acme"], "project 'Acme' can't be one; write PROJECT=acme-ai-prod"),
    (["--people", "ann@acme.com"], "people 'ann@acme.com' is nobody; write PEOPLE=group:platform@acme.com"),
    (["--people", "allUsers"], "people 'allUsers' is nobody; write PEOPLE=group:platform@acme.com"),
    (["--region", "Belgium"], "region 'Belgium' can't be one; write REGION=europe-west1"),
    (["--repository-id", "x"], "repository_id 'x' can't be one; write REPOSITORY_ID=, the number"),
]


@pytest.mark.parametrize(("words", "line"), WORDS, ids=[" ".join(each[0]) for each in WORDS])
def test_a_word_that_cannot_be_meant_is_one_line(
    words: list[str], line: str, google: Google, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(google, capsys, *words).startswith(f"bootstrap: {line}")
    assert google.calls.total() == 0


def test_people_are_given_the_state_and_its_key(google: Google) -> None:
    bootstrap(google, "--people", "group:platform@acme.com")
    assert ("roles/storage.objectUser", "group:platform") in grants(google, BUCKET)
    assert ("roles/cloudkms.cryptoKeyEncrypterDecrypter", "group:platform") in grants(google, KEY)


def test_without_a_stack_file_it_is_one_line(
    google: Google, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prod", "--repository", "acme/ai"], tmp_path, google.cloud()) == 1
    assert "Pulumi.yaml: is missing" in capsys.readouterr().err


def test_nobody_signed_in_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    assert main(["prod", "--repository", "acme/ai"], PROJECT_FOLDER) == 1
    assert "gcloud auth application-default login" in capsys.readouterr().err


def test_the_lines_to_copy_are_at_the_end(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap(google)
    printed = capsys.readouterr().out
    assert f"pulumi login gs://{PROJECT}-pulumi-state\n" in printed
    assert f"--secrets-provider=gcpkms://{KEY}\n" in printed
    for name in ("STATE", "IDENTITY_PROVIDER", "PREVIEW_ACCOUNT", "BUILD_ACCOUNT", "DEPLOY_ACCOUNT"):
        assert f"gh variable set PROD_{name} --repo acme/ai --body " in printed
