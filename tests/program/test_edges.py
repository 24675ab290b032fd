"""What waits for what: every true edge, and no other, since what has no edge runs in parallel."""

from __future__ import annotations

import pytest

from simulator.in_process import Plan, PlannedResource
from tests.program.reading import (
    BUCKET,
    DATABASE,
    IMAGE,
    JOB,
    MACHINE,
    OBJECT,
    POSTGRES,
    REDIS,
    SECRET_READER,
    SECRET_VERSION,
    SERVICE,
    USER,
    before,
    readers,
    secret_variables,
    types_before,
)
from tests.program.variants import EVERY_PLAN, WITH_AXIS, plan_of

API = "gcp:projects/service:Service"
CONNECTION = "gcp:servicenetworking/connection:Connection"
REPOSITORY = "gcp:artifactregistry/repository:Repository"
SLEEP = "time:index/sleep:Sleep"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
WITH_PODS = (
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:batch/v1:CronJob",
    "kubernetes:batch/v1:Job",
)
NETWORK = {
    API,
    SLEEP,
    CONNECTION,
    "gcp:compute/network:Network",
    "gcp:compute/globalAddress:GlobalAddress",
}


@pytest.mark.parametrize("name", WITH_AXIS)
def test_an_image_is_built_as_soon_as_its_registry_is_there(name: str) -> None:
    for image in plan_of(name).of(IMAGE):
        assert types_before(plan_of(name), image) == {API, SLEEP, REPOSITORY}
        assert [each.name for each in before(plan_of(name), image) if each.type == REPOSITORY] == ["images"]


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_database_waits_for_the_services_connection_and_nothing_else(name: str) -> None:
    """Its minutes are the whole wait of a first `up`, so nothing may come before that need not."""
    plan = plan_of(name)
    assert types_before(plan, plan.one(POSTGRES, "axis-postgres")) == NETWORK


@pytest.mark.parametrize("name", [name for name in WITH_AXIS if name != "no redis"])
def test_redis_waits_for_the_services_connection_and_not_for_the_database(name: str) -> None:
    plan = plan_of(name)
    assert types_before(plan, plan.one(REDIS, "axis-redis")) == NETWORK


@pytest.mark.parametrize("name", [name for name in WITH_AXIS if name != "no graph"])
def test_the_graphs_machine_waits_for_no_other_store_and_no_build(name: str) -> None:
    plan = plan_of(name)
    earlier = types_before(plan, plan.one(MACHINE, "axis-falkordb"))
    assert not earlier & {POSTGRES, REDIS, IMAGE, SERVICE, CONNECTION}
    assert {SECRET_VERSION, "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"} <= earlier


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_nothing_depends_on_a_component(name: str) -> None:
    """To depend on a component is to wait for everything in it."""
    plan = plan_of(name)
    components = {each.urn for each in plan.resources if not each.custom}
    for each in plan.resources:
        assert not components & set(each.dependencies), each.urn


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_no_pod_starts_before_a_policy_closes_it_both_ways(name: str) -> None:
    plan = plan_of(name)
    for each in (each for kind in WITH_PODS for each in plan.of(kind)):
        assert any(_closes(policy, each) for policy in before(plan, each)), each.urn


def _closes(policy: PlannedResource, workload: PlannedResource) -> bool:
    """Whether a policy is about all pods of a workload, in both directions."""
    if policy.type != NETWORK_POLICY:
        return False
    spec = workload.inputs["spec"].get("jobTemplate", workload.inputs)["spec"]
    pods, wanted = spec["template"]["metadata"]["labels"], policy.inputs["spec"]
    return (
        policy.inputs["metadata"]["namespace"] == workload.inputs["metadata"]["namespace"]
        and set(wanted["policyTypes"]) == {"Ingress", "Egress"}
        and wanted["podSelector"]["matchLabels"].items() <= pods.items()
    )


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_api_waits_for_each_version_and_grant_of_its_secrets(name: str) -> None:
    """Without that the first deployment fails and the second works."""
    plan = plan_of(name)
    service = plan.one(SERVICE, "axis-api")
    earlier = before(plan, service)
    account = service.inputs["template"]["serviceAccount"]
    granted = {
        each.inputs["secretId"]
        for each in earlier
        if each.type == SECRET_READER and each.inputs["member"] == f"serviceAccount:{account}"
    }
    referred = {
        reference["secret"]
        for described in service.inputs["template"]["containers"]
        for reference in secret_variables(described).values()
    }
    assert referred <= granted
    assert referred <= set(readers(plan))
    made = [each for each in earlier if each.type == SECRET_VERSION]
    assert len(made) >= len([each for each in referred if each.startswith(("ai-", "tenletters-"))])


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_api_starts_after_its_images_and_files_are_there(name: str) -> None:
    plan = plan_of(name)
    earlier = {each.urn for each in before(plan, plan.one(SERVICE, "axis-api"))}
    images = [each.urn for each in plan.of(IMAGE) if "frontend" not in each.name]
    assert {*images, *(each.urn for each in plan.of(OBJECT))} <= earlier


def test_the_api_starts_after_what_it_asks_at_once_can_answer(prod: Plan) -> None:
    earlier = {each.type for each in before(prod, prod.one(SERVICE, "axis-api"))}
    assert {REDIS, POSTGRES, MACHINE, BUCKET, "gcp:dns/recordSet:RecordSet"} <= earlier


def test_the_api_starts_after_its_databases_and_users_are_there() -> None:
    prod = plan_of("axis alone")
    earlier = {each.urn for each in before(prod, prod.one(SERVICE, "axis-api"))}
    assert {each.urn for each in (*prod.of(DATABASE), *prod.of(USER))} <= earlier


@pytest.mark.parametrize("name", ["frontend on cloud run", "frontend image"])
def test_api_and_frontend_do_not_wait_for_each_other(name: str) -> None:
    plan = plan_of(name)
    api, frontend = plan.one(SERVICE, "axis-api"), plan.one(SERVICE, "axis-frontend")
    assert frontend.urn not in {each.urn for each in before(plan, api)}
    assert api.urn not in {each.urn for each in before(plan, frontend)}


@pytest.mark.parametrize("name", ["vercel", "vercel preview alone"])
def test_variables_at_vercel_wait_for_nothing(name: str) -> None:
    variables = plan_of(name).of("vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable")
    assert variables
    assert all(each.dependencies == () for each in variables)


def test_a_sync_is_scheduled_once_there_is_an_api_to_ask(prod: Plan) -> None:
    for job in prod.of(JOB):
        assert "axis-api" in {each.name for each in before(prod, job) if each.type == SERVICE}
