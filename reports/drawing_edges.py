"""Who talks to whom, as far as a plan shows it.

Three sources: what a workload waits for (a secret with a database's address, a host name, a mounted bucket),
the routes of a Gateway, and the network policies that let one pod reach another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.pod_templates import TEMPLATES
from reports.drawing_model import Edge, Node
from reports.drawing_nodes import GATEWAY, ROUTE, identifier
from reports.planned import Item, Planned
from simulator.paths import value_at, values_at

_SERVICE = "kubernetes:core/v1:Service"
_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_PODS = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:batch/v1:CronJob")
_ENCRYPTED = {"settings.ipConfiguration.sslMode": "ENCRYPTED_ONLY"}
_REDIS_TLS = "SERVER_AUTHENTICATION"


def edges_of(planned: Planned, nodes: Mapping[str, Node]) -> list[Edge]:
    """The edges between what is drawn; `nodes` by URN."""
    pairs = {
        *_waited_for(planned, nodes),
        *_routed(planned),
        *_allowed(planned),
    }
    drawn = {node.id for node in nodes.values()}
    items = {identifier(planned.by_urn[urn]): planned.by_urn[urn] for urn in nodes}
    kept = [(source, target) for source, target in pairs if {source, target} <= drawn and source != target]
    return sorted(Edge(source, target, _label(items[source], items[target])) for source, target in kept)


def _waited_for(planned: Planned, nodes: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    for urn in nodes:
        source = planned.by_urn[urn]
        for target in _reached(source, planned, nodes):
            yield identifier(source), identifier(target)


def _reached(source: Item, planned: Planned, nodes: Mapping[str, Node]) -> list[Item]:
    """What is drawn among what a resource waits for, and nothing that lies behind that."""
    found, seen, waiting = [], set(), list(source.dependencies)
    while waiting:
        urn = waiting.pop()
        if urn in seen or urn not in planned.by_urn:
            continue
        seen.add(urn)
        if urn in nodes:
            found.append(planned.by_urn[urn])
        else:
            waiting += planned.by_urn[urn].dependencies
    return found


def _routed(planned: Planned) -> Iterator[tuple[str, str]]:
    gateways = {_name(one): one for one in planned.of_type(GATEWAY)}
    services = {_name(one): one for one in planned.of_type(_SERVICE)}
    for route in planned.of_type(ROUTE):
        place = value_at(route.inputs, "metadata.namespace")
        for _, parent in values_at(route.inputs, "spec.parentRefs[]"):
            gateway = gateways.get((parent.get("namespace", place), parent["name"]))
            if gateway is None:
                continue
            for _, backend in values_at(route.inputs, "spec.rules[].backendRefs[]"):
                service = services.get((backend.get("namespace", place), backend["name"]))
                selector = value_at(service.inputs, "spec.selector", {}) if service else {}
                for pods in _selected(planned, place, selector):
                    yield identifier(gateway), identifier(pods)


def _allowed(planned: Planned) -> Iterator[tuple[str, str]]:
    for policy in planned.of_type(_POLICY):
        place = value_at(policy.inputs, "metadata.namespace")
        own = value_at(policy.inputs, "spec.podSelector.matchLabels", {})
        for _, peer in values_at(policy.inputs, "spec.egress[].to[]"):
            if "namespaceSelector" in peer and place not in _namespaces(peer):
                continue
            wanted = value_at(peer, "podSelector.matchLabels", {})
            for source in _selected(planned, place, own):
                for target in _selected(planned, place, wanted):
                    yield identifier(source), identifier(target)


def _namespaces(peer: Mapping[str, Any]) -> list[Any]:
    return list(value_at(peer, "namespaceSelector.matchLabels", {}).values())


def _selected(planned: Planned, namespace: Any, selector: Mapping[str, str]) -> list[Item]:
    """The workloads of a namespace whose pods have these labels; no label is no workload here."""
    found = []
    for item in planned.of_type(*_PODS):
        template = TEMPLATES[item.type.rsplit(":", 1)[-1]]
        labels = value_at(item.inputs, f"{template}.metadata.labels", {})
        if selector and value_at(item.inputs, "metadata.namespace") == namespace:
            found += [item] if selector.items() <= labels.items() else []
    return found


def _name(item: Item) -> tuple[Any, Any]:
    return value_at(item.inputs, "metadata.namespace"), value_at(item.inputs, "metadata.name")


def _label(source: Item, target: Item) -> str:
    """How they talk, where the one that answers says it."""
    if any(value_at(target.inputs, path) == wanted for path, wanted in _ENCRYPTED.items()):
        return "TLS"
    if target.inputs.get("transitEncryptionMode") == _REDIS_TLS:
        return "TLS"
    return "HTTP" if source.type == GATEWAY else ""
