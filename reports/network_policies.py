"""What NetworkPolicies let through: Kubernetes' own semantics as plain functions.

Owns the verdict on one connection. Does not know plans: pods, addresses and policies are handed to it. As in
Kubernetes, policies only add up: a pod that a policy selects may do what any of them allows, in that
direction; a pod that none selects may do everything.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.rules.kubernetes.objects import selects

Direction = Literal["ingress", "egress"]
NAMESPACE_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A pod, as one end of a connection.

    Attributes:
        name: what a reader calls it.
        namespace: its namespace.
        labels: its labels.
        namespace_labels: its namespace's labels; every namespace has its own name among them.
        ports: name to number of the ports that it names.
        address: its address, where ranges may name it too.
    """

    name: str
    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    address: str | None = None

    @property
    def all_namespace_labels(self) -> dict[str, str]:
        """The namespace's labels with the one that the API server sets."""
        return {**self.namespace_labels, NAMESPACE_LABEL: self.namespace}


@dataclass(frozen=True, kw_only=True)
class Address:
    """Something outside the cluster, as one end of a connection.

    Attributes:
        name: what a reader calls it.
        address: one of its addresses.
        ports: the ports of interest.
    """

    name: str
    address: str
    ports: tuple[int, ...] = ()


End = Pod | Address
Policy = Mapping[str, Any]
"""A NetworkPolicy as its manifest has it."""


def connects(policies: Sequence[Policy], source: End, target: End, port: int, protocol: str = "TCP") -> bool:
    """Whether a connection gets out of its source and into its target."""
    leaves = not isinstance(source, Pod) or allowed(policies, "egress", source, target, port, protocol)
    return leaves and (
        not isinstance(target, Pod) or allowed(policies, "ingress", target, source, port, protocol)
    )


def allowed(
    policies: Iterable[Policy], direction: Direction, pod: Pod, other: End, port: int, protocol: str
) -> bool:
    """Whether `pod` may be asked by `other`, or may ask it; `port` is that of the end that is asked."""
    about = [one for one in policies if _selects(one, pod) and direction in _directions(one)]
    if not about:
        return True
    asked = pod if direction == "ingress" else other
    return any(
        _takes_port(rule, asked, port, protocol) and _takes_peer(one, rule, direction, other)
        for one in about
        for rule in _rules(one, direction)
    )


def _selects(policy: Policy, pod: Pod) -> bool:
    spec = policy["spec"]
    return _namespace(policy) == pod.namespace and selects(spec.get("podSelector"), pod.labels)


def _directions(policy: Policy) -> set[str]:
    spec = policy["spec"]
    said = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    return {kind.lower() for kind in said}


def _rules(policy: Policy, direction: Direction) -> list[Mapping[str, Any]]:
    return list(policy["spec"].get(direction) or ())


def _takes_port(rule: Mapping[str, Any], asked: End, port: int, protocol: str) -> bool:
    ports = rule.get("ports") or ()
    return not ports or any(
        one.get("protocol", "TCP") == protocol and _is_port(one, asked, port) for one in ports
    )


def _is_port(given: Mapping[str, Any], asked: End, port: int) -> bool:
    first = given.get("port")
    if first is None:
        return True
    if isinstance(first, str) and not first.isdigit():
        return isinstance(asked, Pod) and asked.ports.get(first) == port
    return int(first) <= port <= int(given.get("endPort") or first)


def _takes_peer(policy: Policy, rule: Mapping[str, Any], direction: Direction, other: End) -> bool:
    peers = rule.get("from" if direction == "ingress" else "to") or ()
    return not peers or any(_is_peer(policy, peer, other) for peer in peers)


def _is_peer(policy: Policy, peer: Mapping[str, Any], other: End) -> bool:
    if block := peer.get("ipBlock"):
        return other.address is not None and _in_block(block, other.address)
    if not isinstance(other, Pod):
        return False
    if "namespaceSelector" in peer:
        within = selects(peer["namespaceSelector"], other.all_namespace_labels)
    else:
        within = other.namespace == _namespace(policy)
    return within and selects(peer.get("podSelector"), other.labels)


def _in_block(block: Mapping[str, Any], address: str) -> bool:
    asked = ipaddress.ip_address(address)
    excluded = any(asked in ipaddress.ip_network(text) for text in block.get("except") or ())
    return asked in ipaddress.ip_network(block["cidr"]) and not excluded


def _namespace(policy: Policy) -> str:
    return policy["metadata"].get("namespace", "default")
