"""The frontend: the API's address in its builds, its own in the API, and the entrance that both share."""

from __future__ import annotations

import re

import pytest

from simulator.in_process import Plan
from simulator.values import opened
from tests.program.reading import IMAGE, SERVICE, VARIABLE, container, plain_variables, service
from tests.program.variants import WITH_AXIS, plan_of

TARGETS = {"production", "preview", "development"}
URL_MAP = "gcp:compute/uRLMap:URLMap"
CERTIFICATE = "gcp:compute/managedSslCertificate:ManagedSslCertificate"


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_apis_address_is_an_output_for_each_target_of_a_build(name: str) -> None:
    outputs = plan_of(name).outputs
    assert outputs["axis_frontend_env"] == {
        target: {"NEXT_PUBLIC_API_URL": outputs["axis_api_url"]} for target in TARGETS
    }


ADDRESSES = [
    ("dev", "https://ai-dev-axis-api-100000000001.europe-west1.run.app"),
    ("no domain", "https://ai-prod-axis-api-100000000002.europe-west1.run.app"),
    ("prod", "https://api.axis.acme.com"),
    ("frontend on cloud run", "https://axis.acme.com"),
]


@pytest.mark.parametrize(("name", "url"), ADDRESSES, ids=[name for name, _ in ADDRESSES])
def test_the_apis_address_is_its_domain_or_the_one_that_cloud_run_will_give_it(name: str, url: str) -> None:
    assert plan_of(name).outputs["axis_api_url"] == url


def test_the_address_that_is_promised_is_the_one_that_the_service_gets(dev: Plan) -> None:
    """But for the project's number, which the simulated cloud does not know from the stack's file."""
    given = {re.sub(r"-\d{6,}\.", "-NUMBER.", url) for url in dev.one(SERVICE, "axis-api").state["urls"]}
    assert re.sub(r"-\d{6,}\.", "-NUMBER.", dev.outputs["axis_api_url"]) in given


def test_each_target_at_vercel_has_a_variable_of_its_own() -> None:
    """One variable for several targets conflicts with any that is there for one of them."""
    variables = [each.inputs for each in plan_of("vercel").of(VARIABLE)]
    assert sorted(target for each in variables for target in each["targets"]) == sorted(TARGETS)
    assert all(len(each["targets"]) == 1 for each in variables)
    for each in variables:
        assert (each["projectId"], each["teamId"]) == ("prj_acme", "team_acme")
        assert (each["key"], opened(each["value"])) == ("NEXT_PUBLIC_API_URL", "https://api.axis.acme.com")
        assert each["sensitive"] is False, "every browser is told; a sensitive one could not be read back"


def test_a_variable_at_vercel_is_deleted_before_its_successor_is_made() -> None:
    """Vercel refuses a second one of the same name."""
    assert all(each.options["deleteBeforeReplace"] for each in plan_of("vercel").of(VARIABLE))


def test_a_stack_owns_the_targets_that_it_names_and_no_other() -> None:
    owned = {
        target for each in plan_of("vercel preview alone").of(VARIABLE) for target in each.inputs["targets"]
    }
    assert owned == {"preview", "development"}


def test_without_a_project_at_vercel_no_variable_is_set_there(prod: Plan) -> None:
    assert prod.of(VARIABLE) == []
    assert not [each for each in prod.resources if "vercel" in each.type]


def test_a_frontend_on_cloud_run_is_built_with_the_apis_address() -> None:
    plan = plan_of("frontend on cloud run")
    build = plan.one(IMAGE, "axis-frontend-image").inputs["build"]
    assert build["args"]["NEXT_PUBLIC_API_URL"] == "https://axis.acme.com"


def test_a_frontend_on_cloud_run_is_reached_through_the_load_balancer_alone() -> None:
    described = service(plan_of("frontend on cloud run"), "axis-frontend")
    assert described["ingress"] == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    assert container(plan_of("frontend on cloud run"), "frontend", "axis-frontend")["ports"] == {
        "containerPort": 3500
    }


def test_a_frontend_on_cloud_run_keeps_nothing_and_so_scales_without_affinity() -> None:
    described = service(plan_of("frontend on cloud run"), "axis-frontend")
    assert described["scaling"] == {"minInstanceCount": 0, "maxInstanceCount": 4}
    assert "volumes" not in described["template"]


@pytest.mark.parametrize("name", ["frontend on cloud run", "frontend image"])
def test_one_entrance_routes_as_the_documents_proxy_does(name: str) -> None:
    plan = plan_of(name)
    routes = plan.one(URL_MAP, "axis").inputs
    (matcher,) = routes["pathMatchers"]
    backends = {path: rule["service"] for rule in matcher["pathRules"] for path in rule["paths"]}
    assert set(backends) == {"/api/*", "/health"}
    assert {each.rsplit("/", 1)[-1] for each in backends.values()} == {f"{_prefix(plan)}-axis-api"}
    for default in (routes["defaultService"], matcher["defaultService"]):
        assert default.endswith(f"{_prefix(plan)}-axis-frontend")


def _prefix(plan: Plan) -> str:
    return plan.outputs["axis_api_service"].removesuffix("-axis-api")


def test_with_the_frontend_elsewhere_the_domain_is_the_apis_alone(prod: Plan) -> None:
    routes = prod.one(URL_MAP, "axis").inputs
    assert "pathMatchers" not in routes
    assert routes["defaultService"].endswith("ai-prod-axis-api")


def test_a_domain_has_a_managed_certificate_and_plain_requests_are_sent_to_it(prod: Plan) -> None:
    assert prod.one(CERTIFICATE, "axis-https").inputs["managed"] == {"domains": ["api.axis.acme.com"]}
    redirect = prod.one(URL_MAP, "axis-http").inputs["defaultUrlRedirect"]
    assert redirect["httpsRedirect"] is True
    rules = prod.of("gcp:compute/globalForwardingRule:GlobalForwardingRule")
    ports = {each.inputs["portRange"] for each in rules if each.name.startswith("axis-")}
    assert ports == {"80", "443"}


def test_cloud_armor_stands_before_every_backend() -> None:
    plan = plan_of("frontend on cloud run")
    policy = plan.one("gcp:compute/securityPolicy:SecurityPolicy", "axis")
    backends = [each for each in plan.of("gcp:compute/backendService:BackendService") if "axis" in each.name]
    assert len(backends) == 2
    assert {each.inputs["securityPolicy"] for each in backends} == {policy.id}


def test_a_record_is_set_where_the_zone_is_known_and_left_to_a_person_elsewhere(prod: Plan) -> None:
    records = plan_of("domain with its zone").of("gcp:dns/recordSet:RecordSet")
    public = [each.inputs for each in records if each.inputs["managedZone"] == "acme"]
    assert [each["name"] for each in public] == ["api.axis.acme.com."]
    assert public[0]["rrdatas"] == [plan_of("domain with its zone").outputs["axis_load_balancer_address"]]
    assert not [each for each in prod.of("gcp:dns/recordSet:RecordSet") if "acme.com" in each.inputs["name"]]


@pytest.mark.parametrize("name", ["dev", "no domain"])
def test_without_a_domain_there_is_no_load_balancer(name: str) -> None:
    balancing = [each for each in plan_of(name).resources if "oadBalanc" in each.type or each.type == URL_MAP]
    assert not [each for each in balancing if each.name.startswith("axis")]
    assert "axis_load_balancer_address" not in plan_of(name).outputs


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_api_lets_in_the_origin_that_the_outputs_name(name: str) -> None:
    plan = plan_of(name)
    told = plain_variables(container(plan))
    assert told["FRONTEND_URL"] == plan.outputs["axis_frontend_url"]
    assert told["FRONTEND_URLS"].split(",")[0] == told["FRONTEND_URL"]
    assert "*" not in told["FRONTEND_URLS"]
