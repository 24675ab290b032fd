"""`make bootstrap` at a stand-in for Google: what it makes, what it says, and that it makes it once."""

from __future__ import annotations

import pytest

from tests.bootstrap.google import NUMBER, PROJECT, Google
from tests.bootstrap.running import BUCKET, DEPLOYER, KEY, POOL, bootstrap, grants


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


def test_people_are_given_the_state_and_its_key(google: Google) -> None:
    bootstrap(google, "--people", "group:platform@acme.com")
    assert ("roles/storage.objectUser", "group:platform") in grants(google, BUCKET)
    assert ("roles/cloudkms.cryptoKeyEncrypterDecrypter", "group:platform") in grants(google, KEY)


def test_the_lines_to_copy_are_at_the_end(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap(google)
    printed = capsys.readouterr().out
    assert f"pulumi login gs://{PROJECT}-pulumi-state\n" in printed
    assert f"--secrets-provider=gcpkms://{KEY}\n" in printed
    for name in ("STATE", "IDENTITY_PROVIDER", "PREVIEW_ACCOUNT", "BUILD_ACCOUNT", "DEPLOY_ACCOUNT"):
        assert f"gh variable set PROD_{name} --repo acme/ai --body " in printed
