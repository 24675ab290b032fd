"""The drawing of a plan."""

from __future__ import annotations

from dataclasses import replace

from reports.drawing_edges import edges_of
from reports.drawing_model import Drawing, Edge, Node
from reports.drawing_nodes import node_of
from reports.planned import Planned

_PLATFORM: dict[str, str] = {
    "gcp:compute/network:Network": "VPC network",
    "gcp:compute/routerNat:RouterNat": "Cloud NAT",
    "gcp:container/cluster:Cluster": "GKE Autopilot",
    "gcp:artifactregistry/repository:Repository": "Artifact Registry",
    "gcp:secretmanager/secret:Secret": "Secret Manager",
    "gcp:kms/cryptoKey:CryptoKey": "Cloud KMS",
    "gcp:dns/managedZone:ManagedZone": "Cloud DNS",
    "gcp:serviceaccount/account:Account": "Service accounts",
    "gcp:monitoring/alertPolicy:AlertPolicy": "Alerts",
}
_NAMED = 16


def drawing_of(planned: Planned) -> Drawing:
    """What a plan looks like."""
    nodes = {item.urn: node for item in planned.items if (node := node_of(item, planned)) is not None}
    shown, edges = _bundled(list(nodes.values()), edges_of(planned, nodes))
    return Drawing(
        stack=planned.stack,
        region=planned.region,
        nodes=tuple(shown),
        edges=tuple(edges),
        platform=_platform(planned),
    )


def _bundled(nodes: list[Node], edges: list[Edge]) -> tuple[list[Node], list[Edge]]:
    """Schedules that ask the same one at the same time as one node: three jobs are one arrow."""
    asked = {node.id: tuple(edge.target for edge in edges if edge.source == node.id) for node in nodes}
    groups: dict[tuple, list[Node]] = {}
    for node in nodes:
        alike = (node.kind, node.system, asked[node.id], node.detail) if node.shape == "schedule" else node.id
        groups.setdefault((alike,), []).append(node)
    shown = [
        group[0] if len(group) == 1 else replace(group[0], title=f"{len(group)} jobs")
        for group in groups.values()
    ]
    kept = {node.id for node in shown}
    return shown, [edge for edge in edges if edge.source in kept]


def _platform(planned: Planned) -> tuple[tuple[str, str], ...]:
    names: dict[str, list[str]] = {}
    for item in planned.items:
        if item.type in _PLATFORM:
            names.setdefault(_PLATFORM[item.type], []).append(item.name)
    return tuple((what, _named(names[what])) for what in _PLATFORM.values() if what in names)


def _named(names: list[str]) -> str:
    """The names, or how many there are where they are too many to read."""
    together = ", ".join(sorted(names))
    return together if len(together) <= _NAMED else str(len(names))
