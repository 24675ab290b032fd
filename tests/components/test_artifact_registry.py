from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.artifact_registry import ArtifactRegistry, ArtifactRegistryArgs
from components.secret import Given, Secret, SecretArgs
from simulator.in_process import Plan
from tests.components.cloud_run import account, environment, planned
from tests.components.environments import awaited

REPOSITORY = "gcp:artifactregistry/repository:Repository"
MEMBER = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"


def plan_of(**changed: Any) -> Plan:
    def program() -> None:
        usual: dict[str, Any] = {"environment": environment()}
        registry = ArtifactRegistry("images", ArtifactRegistryArgs(**(usual | changed)))
        pulumi.export("url", registry.url)

    return planned(program)


def policies(**changed: Any) -> dict[str, dict[str, Any]]:
    told = plan_of(**changed).one(REPOSITORY).inputs["cleanupPolicies"]
    return {policy["id"]: policy for policy in told}


def test_an_images_name_begins_with_the_region_the_project_and_the_repository() -> None:
    assert plan_of().outputs["url"] == "europe-west1-docker.pkg.dev/acme-prod/ai-prod-images"


def test_what_no_tag_points_at_is_deleted_when_it_is_old_and_not_just_listed() -> None:
    old = policies(delete_untagged_after_days=7)["delete-untagged"]

    assert old["action"] == "DELETE"
    assert old["condition"] == {"tagState": "UNTAGGED", "olderThan": "604800s"}
    assert plan_of().one(REPOSITORY).inputs["cleanupPolicyDryRun"] is False


def test_the_newest_versions_are_kept_since_a_rollback_refers_to_them_by_digest() -> None:
    kept = policies(keep_versions=5)["keep-newest"]

    assert kept["action"] == "KEEP"
    assert kept["mostRecentVersions"] == {"keepCount": 5}


@pytest.mark.parametrize("setting", ["keep_versions", "delete_untagged_after_days"])
def test_a_clean_up_that_would_delete_what_runs_is_refused(setting: str) -> None:
    nothing: dict[str, Any] = {setting: 0}

    with pytest.raises(ValueError, match=f"{setting} 0 would delete what runs"):
        ArtifactRegistryArgs(environment=environment(), **nothing)


def test_tags_may_move_because_the_layer_cache_is_one() -> None:
    # `immutableTags: false` would be sent as nothing, read back as nothing, and differ at every run.
    assert "dockerConfig" not in plan_of().one(REPOSITORY).inputs


@pytest.mark.parametrize(("scanned", "told"), [(True, "INHERITED"), (False, "DISABLED")])
def test_scanning_is_charged_for_and_so_said_either_way(scanned: bool, told: str) -> None:
    config = plan_of(scanned=scanned).one(REPOSITORY).inputs["vulnerabilityScanningConfig"]

    assert config["enablementConfig"] == told


@pytest.mark.parametrize("protect", [True, False])
def test_the_repository_is_protected_with_its_stack(protect: bool) -> None:
    assert plan_of(environment=environment(protect=protect)).one(REPOSITORY).protect is protect


def test_readers_pull_and_writers_push_and_each_is_granted_on_this_repository_alone() -> None:
    def program() -> None:
        ArtifactRegistry(
            "images",
            ArtifactRegistryArgs(
                environment=environment(),
                readers={"machine": account("machine").member},
                writers={"ci": account("ci").member},
            ),
        )

    plan = planned(program)

    roles = {grant.name: grant.inputs["role"] for grant in plan.of(MEMBER)}
    assert roles == {
        "images-reader-machine": "roles/artifactregistry.reader",
        "images-writer-ci": "roles/artifactregistry.writer",
    }
    assert {grant.inputs["repository"] for grant in plan.of(MEMBER)} == {"ai-prod-images"}


def test_a_reader_that_comes_later_is_told_the_name_once_it_may_pull() -> None:
    def program() -> None:
        registry = ArtifactRegistry("images", ArtifactRegistryArgs(environment=environment()))
        url = registry.url_for("nodes", "serviceAccount:nodes@acme-prod.iam.gserviceaccount.com")
        Secret("puller", SecretArgs(environment=environment(), source=Given(value=url)))

    plan = planned(program, existing=["serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com"])

    puller, grant = plan.one("gcp:secretmanager/secretVersion:SecretVersion"), plan.one(MEMBER)
    assert grant.name in awaited(plan, puller)
    assert grant.inputs["role"] == "roles/artifactregistry.reader"
