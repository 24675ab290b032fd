"""What one workload's pods may be asked and may ask: one policy object a workload.

Owns that object. Policies add up, so a second one on the same pods could only open more: everything that is
allowed stands in this one, and what denies the rest lives with the namespace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_kubernetes import networking

from components.kubernetes.names import dns_label
from components.kubernetes.peers import Allow, Pods

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Every namespace has it, set by the API server: nobody can give himself another's."""


@dataclass(frozen=True, kw_only=True)
class NetworkPolicyArgs:
    """What is allowed.

    Attributes:
        namespace: the namespace's name.
        name: the policy's name, the workload's own.
        selector: the labels of the pods that it is about.
        ingress: who may ask them; nobody without one.
        egress: whom they may ask; nobody without one.
    """

    namespace: Input[str]
    name: str
    selector: Mapping[str, str]
    ingress: Sequence[Allow] = ()
    egress: Sequence[Allow] = ()

    def __post_init__(self) -> None:
        dns_label("NetworkPolicyArgs.name", self.name)
        if not self.selector:
            raise ValueError("NetworkPolicyArgs.selector is empty, which would be every pod; write a label")


class NetworkPolicy(ComponentResource):
    """A workload's network policy.

    Attributes:
        name: its name, known once it is there.
    """

    name: Output[str]

    def __init__(self, name: str, args: NetworkPolicyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:NetworkPolicy", name, None, opts)
        self._name, self._args = name, args

        policy = self._policy()
        self.name = policy.metadata.name.apply(str)
        self.register_outputs({"name": self.name})

    def _policy(self) -> networking.v1.NetworkPolicy:
        return networking.v1.NetworkPolicy(
            self._name,
            metadata={"name": self._args.name, "namespace": self._args.namespace},
            spec={
                "pod_selector": {"match_labels": self._args.selector},
                # Both, also where one has no rule: a direction that is not named is open.
                "policy_types": ["Ingress", "Egress"],
                "ingress": [{"from_": peers, "ports": ports} for ports, peers in _rules(self._args.ingress)],
                "egress": [{"to": peers, "ports": ports} for ports, peers in _rules(self._args.egress)],
            },
            opts=ResourceOptions(parent=self),
        )


def guard(
    name: str,
    parent: Resource,
    *,
    namespace: Input[str],
    app: str,
    ingress: Sequence[Allow] = (),
    egress: Sequence[Allow] = (),
) -> NetworkPolicy:
    """The policy of one workload: a child of it, called as it is, about the pods with its label `app`."""
    args = NetworkPolicyArgs(
        namespace=namespace, name=app, selector={"app": app}, ingress=ingress, egress=egress
    )
    return NetworkPolicy(f"{name}-network", args, ResourceOptions(parent=parent))


_Ports = list[networking.v1.NetworkPolicyPortArgsDict]
_Peers = list[networking.v1.NetworkPolicyPeerArgsDict]


def _rules(allowed: Iterable[Allow]) -> list[tuple[_Ports, _Peers]]:
    """The peers of each set of ports."""
    rules: dict[tuple[tuple[int, ...], str], _Peers] = {}
    for allow in _once(allowed):
        rules.setdefault((allow.ports, allow.protocol), []).extend(_peers(allow))
    return [
        ([{"port": port, "protocol": protocol} for port in ports], peers)
        for (ports, protocol), peers in rules.items()
    ]


def _once(allowed: Iterable[Allow]) -> list[Allow]:
    """Each once: helpers are added up, and may say the same."""
    kept: list[Allow] = []
    for allow in allowed:
        if not any(_same(allow, other) for other in kept):
            kept.append(allow)
    return kept


def _same(one: Allow, other: Allow) -> bool:
    """Whether they say the same; namespaces that are only known later are the same if they are one object."""
    if (one.ports, one.protocol) != (other.ports, other.protocol):
        return False
    match one.peer, other.peer:
        case Pods() as first, Pods() as second:
            known = isinstance(first.namespace, str) and isinstance(second.namespace, str)
            same = first.namespace == second.namespace if known else first.namespace is second.namespace
            return same and dict(first.labels) == dict(second.labels)
        case first, second:
            return first == second


def _peers(allow: Allow) -> _Peers:
    match allow.peer:
        case Pods(namespace=namespace, labels=labels):
            # One peer with both selectors: as two they would mean either.
            return [
                {
                    "namespace_selector": {"match_labels": {NAMESPACE_LABEL: namespace}},
                    "pod_selector": {"match_labels": labels},
                }
            ]
        case addresses:
            return [{"ip_block": _block(cidr, addresses.excluded_from(cidr))} for cidr in addresses.ranges]


def _block(cidr: str, excluded: list[str]) -> networking.v1.IPBlockArgsDict:
    return {"cidr": cidr, "except_": excluded} if excluded else {"cidr": cidr}
