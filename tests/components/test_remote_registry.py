"""The mirror of Docker Hub."""

from __future__ import annotations

import pytest
from pulumi import export

from components.remote_registry import RemoteRegistry, RemoteRegistryArgs
from components.service_account import ServiceAccount, ServiceAccountArgs
from simulator.in_process import Plan
from tests.components.environments import environment
from tests.components.machines import planned


@pytest.fixture(scope="module")
def mirror() -> Plan:
    def program() -> None:
        account = ServiceAccount(
            "puller", ServiceAccountArgs(environment=environment(), display_name="Puller")
        )
        made = RemoteRegistry("docker-hub", RemoteRegistryArgs(environment=environment()))
        export("url", made.url_for("puller", account.member))

    return planned(program)


def test_it_fetches_from_docker_hub_and_takes_no_image_of_ours(mirror: Plan) -> None:
    repository = mirror.one("gcp:artifactregistry/repository:Repository").inputs
    assert (repository["format"], repository["mode"]) == ("DOCKER", "REMOTE_REPOSITORY")
    assert repository["remoteRepositoryConfig"]["dockerRepository"] == {"publicRepository": "DOCKER_HUB"}


def test_an_image_name_is_appended_to_its_url(mirror: Plan) -> None:
    assert mirror.outputs["url"] == "europe-west1-docker.pkg.dev/acme-prod/ai-prod-docker-hub"


def test_what_was_fetched_is_deleted_after_a_while(mirror: Plan) -> None:
    repository = mirror.one("gcp:artifactregistry/repository:Repository").inputs
    [policy] = repository["cleanupPolicies"]
    assert (policy["action"], policy["condition"]["olderThan"]) == ("DELETE", "7776000s")
    assert repository["cleanupPolicyDryRun"] is False


def test_each_reader_may_read_this_repository_and_no_other(mirror: Plan) -> None:
    grant = mirror.one("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", "docker-hub-puller")
    assert grant.inputs["role"] == "roles/artifactregistry.reader"
    assert grant.inputs["repository"] == "ai-prod-docker-hub"
    assert grant.inputs["member"].startswith("serviceAccount:ai-prod-puller@")


def test_versions_are_kept_for_a_day_at_least() -> None:
    with pytest.raises(ValueError, match="keep_days is 0: write 1 or more"):
        RemoteRegistryArgs(environment=environment(), keep_days=0)
