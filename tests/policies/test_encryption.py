"""What no plan can ask for, because the simulated cloud refuses it before the rules see it."""

from __future__ import annotations

from typing import Any

from policies.encryption import endpoint_without_tls, plain_http
from policies.model import Problem, Resource, Stack
from simulator.paths import UNKNOWN

GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
FORWARDING = "gcp:compute/globalForwardingRule:GlobalForwardingRule"


def resource(type_: str, **properties: Any) -> Resource:
    return Resource(urn=f"urn::{type_}::it", type=type_, name="it", properties=properties)


def of_the_stack(*resources: Resource) -> list[Problem]:
    return [problem for _, problem in plain_http(Stack(resources=resources, protected=True))]


def gateway(annotations: dict[str, str], **listener: Any) -> Resource:
    spec = {"listeners": [{"name": "https", "protocol": "HTTPS", **listener}]}
    return resource(GATEWAY, metadata={"name": "g", "annotations": annotations}, spec=spec)


def test_an_https_listener_has_a_certificate_of_its_own_or_a_map_of_them() -> None:
    assert len(of_the_stack(gateway({}))) == 1
    assert of_the_stack(gateway({"networking.gke.io/certmap": "map"})) == []
    assert of_the_stack(gateway({}, tls={"certificateRefs": [{"name": "tls"}]})) == []


def test_a_public_address_ends_in_a_proxy() -> None:
    link = "projects/p/global/targetHttpsProxies/it"
    assert list(endpoint_without_tls(resource(FORWARDING, target=link))) == []
    assert len(list(endpoint_without_tls(resource(FORWARDING, target="projects/p/targetPools/it")))) == 1
    inside = resource(FORWARDING, target="projects/p/targetPools/it", loadBalancingScheme="INTERNAL")
    assert list(endpoint_without_tls(inside)) == []


def test_what_is_not_known_yet_is_no_finding() -> None:
    assert list(endpoint_without_tls(resource(FORWARDING, target=UNKNOWN))) == []


def test_an_ingress_has_a_certificate() -> None:
    kind = "kubernetes:networking.k8s.io/v1:Ingress"
    assert len(list(endpoint_without_tls(resource(kind, spec={"rules": []})))) == 1
    assert list(endpoint_without_tls(resource(kind, spec={"tls": [{"secretName": "tls"}]}))) == []
