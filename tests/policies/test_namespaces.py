"""Which namespace must be closed: all but those that are a Gateway's controller's own."""

from __future__ import annotations

from typing import Any

from policies.cluster import namespace_without_default_deny
from policies.model import Resource, Stack


def resource(kind: str, name: str, namespace: str | None = None, **properties: Any) -> Resource:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return Resource(
        urn=f"urn::{kind}::{name}",
        type=f"kubernetes:{kind}",
        name=name,
        properties={"metadata": metadata, **properties},
    )


PLACE = resource("core/v1:Namespace", "gateway")
GATEWAY = resource("gateway.networking.k8s.io/v1:Gateway", "public", "gateway")
PODS = resource("apps/v1:Deployment", "api", "gateway", spec={"template": {"spec": {"containers": []}}})


def open_ways(*resources: Resource) -> int:
    return len(list(namespace_without_default_deny(Stack(resources=resources, protected=True))))


def test_a_namespace_is_closed_both_ways() -> None:
    assert open_ways(PLACE) == 2


def test_a_namespace_for_a_gateways_controller_may_be_open() -> None:
    assert open_ways(PLACE, GATEWAY) == 0


def test_it_may_not_where_pods_of_ours_are_beside_the_gateway() -> None:
    assert open_ways(PLACE, GATEWAY, PODS) == 2


def test_a_policy_of_another_namespace_closes_nothing() -> None:
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    policy = "networking.k8s.io/v1:NetworkPolicy"
    assert open_ways(PLACE, resource(policy, "deny", "elsewhere", spec=spec)) == 2
    assert open_ways(PLACE, resource(policy, "deny", "gateway", spec=spec)) == 0
