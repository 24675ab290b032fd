from __future__ import annotations

import re
from typing import Any

import pulumi
import pytest

from components.bucket import Bucket, BucketArgs
from components.config_bundle import ConfigBundle, ConfigBundleArgs
from simulator.in_process import Plan
from tests.components.cloud_run import account, environment, planned

BUCKET = "gcp:storage/bucket:Bucket"
MEMBER = "gcp:storage/bucketIAMMember:BucketIAMMember"
OBJECT = "gcp:storage/bucketObject:BucketObject"


def plan_of(name: str = "snapshots", **changed: Any) -> Plan:
    def program() -> None:
        usual: dict[str, Any] = {"environment": environment()}
        bucket = Bucket(name, BucketArgs(**(usual | changed)))
        pulumi.export("name", bucket.name)

    return planned(program)


def inputs(**changed: Any) -> dict[str, Any]:
    return plan_of(**changed).one(BUCKET).inputs


def test_nothing_in_it_can_be_made_public() -> None:
    asked = inputs()

    assert asked["publicAccessPrevention"] == "enforced"
    assert asked["uniformBucketLevelAccess"] is True


def test_its_name_is_its_projects_own_since_all_of_google_shares_one_list() -> None:
    assert plan_of().outputs["name"] == "ai-prod-snapshots-acme-prod"
    other = plan_of(environment=environment(project="other-prod")).outputs["name"]
    assert other != plan_of().outputs["name"]


def test_its_name_is_legal_however_long_the_parts_are() -> None:
    project = "a-project-id-of-thirty-charact"
    name = plan_of("an-unreasonably-long-name" * 3, environment=environment(project=project)).outputs["name"]

    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", name)


def test_history_is_kept_as_long_as_it_is_asked_for() -> None:
    asked = inputs(versions_kept=7)

    assert asked["versioning"]["enabled"] is True
    [rule] = [each for each in asked["lifecycleRules"] if each["action"]["type"] == "Delete"]
    assert rule["condition"] == {"numNewerVersions": 8, "withState": "ARCHIVED"}, (
        "the current one is newer too"
    )


def test_without_history_nothing_but_broken_uploads_is_cleaned_up() -> None:
    asked = inputs()

    assert asked["versioning"]["enabled"] is False
    [rule] = asked["lifecycleRules"]
    assert rule["action"]["type"] == "AbortIncompleteMultipartUpload"


def test_a_protected_bucket_keeps_what_is_in_it_and_what_was_deleted_for_a_week() -> None:
    bucket = plan_of().one(BUCKET)

    assert bucket.protect
    assert bucket.inputs["forceDestroy"] is False
    assert bucket.inputs["softDeletePolicy"]["retentionDurationSeconds"] == 7 * 24 * 3600


@pytest.mark.parametrize(
    "changed", [{"environment": environment(protect=False)}, {"disposable": True}], ids=["dev", "disposable"]
)
def test_a_bucket_that_needs_no_protection_goes_with_all_that_is_in_it(changed: dict[str, Any]) -> None:
    bucket = plan_of(**changed).one(BUCKET)

    assert not bucket.protect
    assert bucket.inputs["forceDestroy"] is True
    assert bucket.inputs["softDeletePolicy"]["retentionDurationSeconds"] == 0, (
        "a deleted one would be charged"
    )


def test_readers_and_writers_are_granted_on_this_bucket_alone() -> None:
    def program() -> None:
        readers, writers = {"report": account("report").member}, {"api": account().member}
        Bucket("snapshots", BucketArgs(environment=environment(), readers=readers, writers=writers))

    roles = {grant.name: grant.inputs["role"] for grant in planned(program).of(MEMBER)}

    assert roles == {
        "snapshots-report": "roles/storage.objectViewer",
        "snapshots-api": "roles/storage.objectUser",
    }


def test_one_who_writes_is_no_reader_besides() -> None:
    member = {"api": "serviceAccount:api@acme-prod.iam.gserviceaccount.com"}

    with pytest.raises(ValueError, match="api writes, and so reads already"):
        BucketArgs(environment=environment(), readers=member, writers=member)


def test_its_name_is_told_to_nobody_before_its_grants_are_made() -> None:
    def program() -> None:
        bucket = Bucket("one", BucketArgs(environment=environment(), writers={"api": account().member}))
        ConfigBundle("files", ConfigBundleArgs(bucket=bucket.name, files={"a": "text"}))

    plan = planned(program)

    assert plan.one(MEMBER, "one-api").urn in plan.one(OBJECT).dependencies
