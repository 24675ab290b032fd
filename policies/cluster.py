"""What opens a Kubernetes cluster: a namespace without default deny, a Service with a public address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.model import Problem, Resource, Stack
from policies.pod_templates import pod_template
from simulator.paths import UNKNOWN, value_at

_NAMESPACE = "kubernetes:core/v1:Namespace"
_GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_SERVICE = "kubernetes:core/v1:Service"


def namespace_without_default_deny(stack: Stack) -> Iterator[tuple[Resource, Problem]]:
    """A namespace in which pods may talk to everybody unless something says otherwise.

    One that holds a Gateway and no pod of ours is for its controller's pods, which the internet is to reach.
    """
    for namespace in stack.of(_NAMESPACE):
        if _is_a_gateways(namespace, stack):
            continue
        policies = [policy for policy in stack.of(_POLICY) if _is_in(policy, namespace)]
        for way in ("Ingress", "Egress"):
            if not any(_denies(policy, way) for policy in policies):
                yield (
                    namespace,
                    Problem(
                        f"pods of the namespace have free {way.lower()} until a policy selects them",
                        f"add a NetworkPolicy with podSelector {{}}, policyTypes [{way}] and no rule; "
                        "components/kubernetes/namespace.py does",
                    ),
                )


def _is_a_gateways(namespace: Resource, stack: Stack) -> bool:
    inside = [resource for resource in stack.resources if _is_in(resource, namespace)]
    return any(one.type == _GATEWAY for one in inside) and not any(pod_template(one) for one in inside)


def _is_in(resource: Resource, namespace: Resource) -> bool:
    """Whether an object is in a namespace of the same cluster."""
    if not resource.type.startswith("kubernetes:"):
        return False
    place = value_at(resource.properties, "metadata.namespace", UNKNOWN)
    name = value_at(namespace.properties, "metadata.name", UNKNOWN)
    # A name that the cluster still has to give is known by who waits for whom.
    same = namespace.urn in resource.dependencies if UNKNOWN in (place, name) else place == name
    return same and resource.provider == namespace.provider


def _denies(policy: Resource, way: str) -> bool:
    spec: dict[str, Any] = value_at(policy.properties, "spec", {})
    selector = spec.get("podSelector") or {}
    everybody = not selector.get("matchLabels") and not selector.get("matchExpressions")
    return everybody and way in (spec.get("policyTypes") or []) and not spec.get(way.lower())


def exposed_service(resource: Resource) -> Iterator[Problem]:
    """A Service that gets an address or a port outside of the cluster, past the Gateway."""
    if resource.type != _SERVICE:
        return
    kind = value_at(resource.properties, "spec.type", "ClusterIP")
    if kind in {"LoadBalancer", "NodePort"}:
        yield Problem(
            f"a Service of type {kind} is reached past the Gateway, its certificate and Cloud Armor",
            "make it a ClusterIP and add a Route (components/kubernetes/route.py)",
        )
    if value_at(resource.properties, "spec.externalIPs"):
        yield Problem("externalIPs take traffic for addresses of others", "take spec.externalIPs out")
