"""In which order a stack's clusters and the way into them go: what is made before is deleted after."""

from __future__ import annotations

import pytest

from simulator.in_process import Plan, PlannedResource
from simulator.values import opened

CLUSTER = "gcp:container/cluster:Cluster"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
NAMESPACE = "kubernetes:core/v1:Namespace"
SERVICE = "kubernetes:core/v1:Service"
ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
PROVIDER = "pulumi:providers:kubernetes"
MAP = "gcp:certificatemanager/certificateMap:CertificateMap"


@pytest.fixture(params=["dev", "prod"])
def stack(request: pytest.FixtureRequest) -> Plan:
    return request.getfixturevalue(request.param)


def outlived_by(stack: Plan, resource: PlannedResource) -> set[str]:
    """The URNs of what is deleted only after `resource`: all that it, its parents and provider wait for."""
    by_urn = {each.urn: each for each in stack.resources}
    found: set[str] = set()
    waiting = [resource.urn]
    while waiting:
        one = by_urn[waiting.pop()]
        following = {*one.dependencies, one.provider} & by_urn.keys() - found
        found |= following
        waiting += following
    return found


def inside(stack: Plan) -> list[PlannedResource]:
    return [each for each in stack.resources if each.custom and each.type.startswith("kubernetes:")]


def test_a_route_goes_before_the_gateway_and_before_every_service_that_it_leads_to(stack: Plan) -> None:
    services = {
        (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"]): each.urn
        for each in stack.of(SERVICE)
    }
    for route in stack.of(ROUTE):
        content = opened(route.inputs)
        after = outlived_by(stack, route)

        assert {each.urn for each in stack.of(GATEWAY)} & after, route.name
        for rule in content["spec"]["rules"]:
            for backend in rule.get("backendRefs", ()):
                assert services[content["metadata"]["namespace"], backend["name"]] in after, route.name


def test_a_gateway_goes_before_its_certificates_and_its_address(stack: Plan) -> None:
    addresses = {each.inputs["name"]: each.urn for each in stack.of(ADDRESS) if "name" in each.inputs}

    for gateway in stack.of(GATEWAY):
        after = outlived_by(stack, gateway)
        named = {addresses[each["value"]] for each in gateway.inputs["spec"]["addresses"]}
        assert named <= after
        assert stack.one(MAP).urn in after


def test_everything_in_a_cluster_goes_before_it_and_before_its_own_namespace(stack: Plan) -> None:
    """Whatever is left in a cluster that is gone, load balancers above all, nobody takes down."""
    namespaces = {each.inputs["metadata"]["name"]: each.urn for each in stack.of(NAMESPACE)}

    clusters = {each.id: each.urn for each in stack.of(CLUSTER)}
    entered = {each.urn: each.inputs["clusterIdentifier"] for each in stack.of(PROVIDER)}

    assert inside(stack)
    for each in inside(stack):
        after = outlived_by(stack, each)
        assert clusters[entered[each.provider]] in after, each.name
        namespace = each.inputs["metadata"].get("namespace")
        assert namespace is None or namespaces[namespace] in after, each.name
