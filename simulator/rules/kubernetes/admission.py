"""What the server refuses in a cluster as it is: pods, routes that no Gateway takes, kinds it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simulator.rules.kubernetes import objects as k
from simulator.rules.kubernetes.changes import immutable_refusals
from simulator.rules.kubernetes.cluster import cluster_of, is_google
from simulator.rules.kubernetes.pods import keys_missing
from simulator.rules.kubernetes.restricted import security_refusals
from simulator.rules.model import Refusal, Request

Refused = Callable[[Request], Iterable[Refusal]]


def refused_of(*more: Refused) -> Refused:
    """What every object is refused for, and `more`."""

    def refused(asked: Request) -> Iterator[Refusal]:
        yield from immutable_refusals(asked)
        yield from security_refusals(asked)
        yield from keys_missing(asked)
        for each in more:
            yield from each(asked)

    return refused


def only_google(asked: Request) -> Iterator[Refusal]:
    """A kind that only GKE has."""
    if not is_google(cluster_of(asked)):
        kind = asked.inputs.get("kind")
        yield "kind", f"{cluster_of(asked)} is no GKE cluster and has no {kind}; leave it out there"


def one_policy_each(asked: Request) -> Iterator[Refusal]:
    """A target has one policy of a kind; a second one is ignored, and which one is a matter of age."""
    mine = asked.get("spec.targetRef") or {}
    for other in k.in_namespace(asked, asked.type):
        if other.id != asked.id and other.urn != asked.urn and _target(other.inputs) == _target(asked.inputs):
            yield "spec.targetRef.name", f"{mine.get('name')} has a policy of this kind: {other.urn}"


def _target(inputs: Mapping[str, Any]) -> tuple[Any, Any]:
    target = (inputs.get("spec") or {}).get("targetRef") or {}
    return (target.get("kind"), target.get("name"))


def taken_by_gateway(asked: Request) -> Iterator[Refusal]:
    """A route that its Gateway does not take: from a namespace, or for a host, that no listener allows."""
    for at, parent in enumerate(asked.get("spec.parentRefs") or ()):
        namespace = str(parent.get("namespace") or k.namespace_of(asked))
        gateway = k.find(asked, k.GATEWAY, parent.get("name"), namespace)
        if gateway is None:
            continue
        path, wanted = f"spec.parentRefs[{at}]", parent.get("sectionName")
        listeners = [one for one in gateway.get("spec.listeners") or () if wanted in (None, one.get("name"))]
        if not listeners:
            yield f"{path}.sectionName", f"{wanted!r} is no listener of {parent.get('name')}"
        allowed = [one for one in listeners if _allows(asked, namespace, one)]
        if listeners and not allowed:
            yield path, f"takes no routes of {k.namespace_of(asked)}; allow its namespace in the listener"
        for index, host in enumerate(asked.get("spec.hostnames") or ()) if allowed else ():
            if not any(host_matches(one.get("hostname"), host) for one in allowed):
                yield f"spec.hostnames[{index}]", f"{host} is no host of a listener of {parent.get('name')}"


def _allows(asked: Request, namespace: str, listener: Mapping[str, Any]) -> bool:
    allowed = (listener.get("allowedRoutes") or {}).get("namespaces") or {}
    match allowed.get("from", "Same"):
        case "All":
            return True
        case "Selector":
            own = k.find(asked, k.NAMESPACE, k.namespace_of(asked), None)
            labels = {"kubernetes.io/metadata.name": k.namespace_of(asked)}
            labels |= (own.state.get("metadata") or {}).get("labels") or {} if own else {}
            return k.selects(allowed.get("selector"), labels)
    return k.namespace_of(asked) == namespace


def host_matches(listener: str | None, route: str) -> bool:
    """Whether a listener serves the host of a route; a listener without one serves all."""
    if not listener or listener == route:
        return True
    if listener.startswith("*."):
        return route.endswith(listener[1:]) and route != listener[2:]
    return route.startswith("*.") and listener.endswith(route[1:])


def default_backend(asked: Request) -> Iterator[Refusal]:
    """A Service of another namespace needs that namespace's leave."""
    for at, backend in asked.every("spec.rules[].backendRefs[]"):
        namespace = backend.get("namespace")
        if namespace in (None, k.namespace_of(asked)):
            continue
        granted = [
            one for one in asked.world.all(k.GRANT) if one.id.startswith(f"{cluster_of(asked)}#{namespace}/")
        ]
        if not granted:
            yield f"{at}.namespace", f"{namespace} grants no route its Services; make a ReferenceGrant there"


def ports_served(asked: Request) -> Iterator[Refusal]:
    """A route's port is one of the Service's."""
    for at, backend in asked.every("spec.rules[].backendRefs[]"):
        service = k.find(
            asked, k.SERVICE, backend.get("name"), backend.get("namespace") or k.namespace_of(asked)
        )
        ports = [one.get("port") for one in service.get("spec.ports") or ()] if service else []
        if service and backend.get("port") not in ports:
            yield f"{at}.port", f"{backend.get('port')} is no port of {backend.get('name')}"
