"""What holds for every resource of every plan: its provider, its name, its labels, its API."""

from __future__ import annotations

import json

import pytest

from services.foundation import APIS
from simulator.in_process import Plan, PlannedResource
from simulator.rules import RULES
from tests.program.reading import BUCKET, IMAGE, POSTGRES, SERVICE
from tests.program.variants import EVERY_PLAN, WITH_AXIS, plan_of

LIMITS: dict[str, tuple[str, int]] = {
    "gcp:artifactregistry/repository:Repository": ("repositoryId", 63),
    "gcp:cloudrunv2/service:Service": ("name", 49),
    "gcp:cloudscheduler/job:Job": ("name", 500),
    "gcp:redis/instance:Instance": ("name", 40),
    "gcp:secretmanager/secret:Secret": ("secretId", 255),
    "gcp:serviceaccount/account:Account": ("accountId", 30),
    "gcp:sql/databaseInstance:DatabaseInstance": ("name", 84),
    "gcp:storage/bucket:Bucket": ("name", 63),
}
"""The longest name that Google takes; 63 for everything of Compute Engine."""

AREAS: dict[str, str] = {
    "artifactregistry": "artifactregistry.googleapis.com",
    "certificatemanager": "certificatemanager.googleapis.com",
    "cloudrunv2": "run.googleapis.com",
    "cloudscheduler": "cloudscheduler.googleapis.com",
    "compute": "compute.googleapis.com",
    "container": "container.googleapis.com",
    "dns": "dns.googleapis.com",
    "kms": "cloudkms.googleapis.com",
    "monitoring": "monitoring.googleapis.com",
    "projects": "cloudresourcemanager.googleapis.com",
    "redis": "redis.googleapis.com",
    "secretmanager": "secretmanager.googleapis.com",
    "serviceaccount": "iam.googleapis.com",
    "servicenetworking": "servicenetworking.googleapis.com",
    "sql": "sqladmin.googleapis.com",
    "storage": "storage.googleapis.com",
}
"""The area of a type, `gcp:AREA/…`, to the API that makes it."""

UNUSED_BY_TYPE = {"logging.googleapis.com", "iap.googleapis.com"}
"""Enabled for the machines' agents and for whoever reaches a machine by SSH, not for a resource."""


def google(plan: Plan) -> list[PlannedResource]:
    return [each for each in plan.resources if each.type.startswith("gcp:")]


def area(resource: PlannedResource) -> str:
    return resource.type.removeprefix("gcp:").split("/")[0]


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_resource_has_an_explicit_provider(name: str) -> None:
    """A default provider would take its project from whoever runs the program."""
    plan = plan_of(name)
    providers = {each.urn for each in plan.resources if each.type.startswith("pulumi:providers:")}
    for each in plan.resources:
        if each.custom and each.urn not in providers:
            assert each.provider in providers, each.urn


@pytest.mark.parametrize("name", WITH_AXIS)
def test_every_provider_is_used(name: str) -> None:
    """An unused one would be downloaded for nothing, and ask for a token that nobody has."""
    plan = plan_of(name)
    used = {each.provider for each in plan.resources}
    providers = [each for each in plan.resources if each.type.startswith("pulumi:providers:")]
    assert [each.name for each in providers if each.urn not in used] == []


def test_every_type_has_rules_in_the_simulated_cloud() -> None:
    """A type without them has only its shape checked, so that a plan would promise too much."""
    assert {type_ for name in EVERY_PLAN for type_ in plan_of(name).unruled} == set()


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_resource_names_the_stacks_own_project(name: str) -> None:
    plan = plan_of(name)
    (provider,) = plan.of("pulumi:providers:gcp")
    for each in google(plan):
        assert each.inputs.get("project", provider.inputs["project"]) == provider.inputs["project"]


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_physical_names_are_within_googles_limits(name: str) -> None:
    for each in google(plan_of(name)):
        default = ("name", 63) if area(each) == "compute" else None
        if (limit := LIMITS.get(each.type, default)) is not None and limit[0] in each.inputs:
            assert len(each.inputs[limit[0]]) <= limit[1], each.inputs[limit[0]]


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_names_that_people_type_begin_with_the_prefix_and_the_stack(name: str) -> None:
    plan = plan_of(name)
    prefix = "tenletters-a-stack-of" if name == "long names" else f"ai-{'dev' if _is_dev(plan) else 'prod'}-"
    for each in google(plan):
        key = LIMITS.get(each.type, ("name", 63))[0]
        if each.type in LIMITS and each.type != POSTGRES:
            assert each.inputs[key].startswith(prefix)


def _is_dev(plan: Plan) -> bool:
    (provider,) = plan.of("pulumi:providers:gcp")
    return provider.inputs["project"] == "acme-ai-dev"


def test_the_name_of_the_database_instance_is_free_after_it_was_deleted(prod: Plan) -> None:
    """Cloud SQL blocks a deleted instance's name for a week, so that each one has a new name."""
    name = prod.one(POSTGRES, "axis-postgres").state["name"]
    assert name.startswith("axis-postgres-")
    assert not name.endswith("-postgres")


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_api_that_a_resource_belongs_to_is_enabled(name: str) -> None:
    plan = plan_of(name)
    enabled = {each.inputs["service"] for each in plan.of("gcp:projects/service:Service")}
    assert {AREAS[area(each)] for each in google(plan)} <= enabled
    assert enabled == set(APIS)


def test_no_api_is_enabled_that_no_resource_belongs_to(prod: Plan) -> None:
    needed = {AREAS[area(each)] for each in google(prod)}
    assert set(APIS) - needed <= UNUSED_BY_TYPE


def test_the_table_of_areas_agrees_with_the_simulated_cloud() -> None:
    for type_, rules in RULES.items():
        known = AREAS.get(type_.removeprefix("gcp:").split("/")[0])
        if rules.api and known and not type_.startswith("gcp:projects/"):
            assert rules.api == known, type_


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_resource_is_made_after_its_api_can_be_used(name: str) -> None:
    """Without a wait the first resources of a new API are refused on some days."""
    plan = plan_of(name)
    kinds = {each.urn: each for each in plan.resources}
    wait = plan.one("time:index/sleep:Sleep", "apis-propagation")
    for each in google(plan):
        if each.type == "gcp:projects/service:Service":
            continue
        seen, waiting = set(), list(each.dependencies)
        while waiting:
            urn = waiting.pop()
            if urn not in seen:
                seen.add(urn)
                waiting += kinds[urn].dependencies
        assert wait.urn in seen, each.urn
        apis = {
            kinds[urn].inputs["service"] for urn in seen if kinds[urn].type == "gcp:projects/service:Service"
        }
        assert AREAS[area(each)] in apis, each.urn


@pytest.mark.parametrize(("stack", "team"), [("dev", "ai"), ("prod", "ai")])
def test_everything_is_labelled_with_its_stack_and_the_teams_own_labels(stack: str, team: str) -> None:
    plan = plan_of(stack)
    labels = {"environment": stack, "managed-by": "pulumi", "team": team}
    (provider,) = plan.of("pulumi:providers:gcp")
    assert json.loads(provider.inputs["defaultLabels"]) == labels
    for type_ in (BUCKET, SERVICE):
        for each in plan.of(type_):
            assert labels.items() <= each.state["effectiveLabels"].value.items()


def test_the_database_is_labelled_although_the_provider_adds_none_to_it(prod: Plan) -> None:
    """Cloud SQL's labels are called otherwise, and default labels do not reach them."""
    labels = prod.one(POSTGRES, "axis-postgres").inputs["settings"]["userLabels"]
    assert labels["managed-by"] == "pulumi"
    assert "prod" in labels.values()


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_the_scheme_of_load_balancing_is_said(name: str) -> None:
    """Its default changed between versions of the provider; a change of it is refused."""
    for type_ in ("backendService:BackendService", "globalForwardingRule:GlobalForwardingRule"):
        for each in plan_of(name).of(f"gcp:compute/{type_}"):
            assert each.inputs["loadBalancingScheme"] == "EXTERNAL_MANAGED"


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_no_component_and_no_resource_is_left_without_a_parent(name: str) -> None:
    """A child that fell out of its component would not be found in the tree, nor get its options."""
    plan = plan_of(name)
    top = {each.name for each in plan.resources if not each.parent}
    systems = {"axis", "llm-gateway", "memorise", "palma-ai"}
    providers = {"gcp", "docker", "random", "time", "vercel"}
    assert top <= {"foundation", "clusters", *systems, *providers}


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_a_type_token_is_named_for_the_house(name: str) -> None:
    for each in plan_of(name).resources:
        if not each.custom:
            assert each.type.startswith(("ai-platform:components:", "ai-platform:services:"))


def test_docker_is_asked_for_only_where_something_is_built() -> None:
    """Its provider wants the daemon at once, in a preview too."""
    built = {name: bool(plan_of(name).of(IMAGE)) for name in EVERY_PLAN}
    asked = {name: bool(plan_of(name).of("pulumi:providers:docker")) for name in EVERY_PLAN}
    assert asked == built
    assert set(built.values()) == {True, False}, "some variant builds and some does not"
