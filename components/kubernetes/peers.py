"""Who may talk to whom: the two ends of a connection as data.

Owns the peers that every cluster has: its DNS, the metadata server, the load balancer, the metrics'
collectors, the internet. `network_policy` renders them; a table of who reaches what reads the same data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Literal

from pulumi import Input

from components.kubernetes.cluster import Cluster

Protocol = Literal["TCP", "UDP"]

_NOT_PUBLIC = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
_NODE_CACHE = "169.254.20.10/32"
_METADATA = "169.254.169.254/32"
_METADATA_BEHIND = "169.254.169.252/32"
_COLLECTOR = {"app.kubernetes.io/name": "collector"}


@dataclass(frozen=True, kw_only=True)
class Pods:
    """Pods of a namespace.

    Attributes:
        namespace: the namespace's name.
        labels: what they are selected by; all of the namespace's without one.
    """

    namespace: Input[str]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """IPv4 ranges.

    Attributes:
        ranges: in CIDR notation.
        excluded: ranges inside them that are not meant.
    """

    ranges: tuple[str, ...]
    excluded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.ranges:
            raise ValueError("Addresses.ranges is empty, which would mean everybody; write a range")
        for text in (*self.ranges, *self.excluded):
            _range(text)

    def excluded_from(self, cidr: str) -> list[str]:
        """Those of `excluded` that lie in `cidr`."""
        whole = _range(cidr)
        return [text for text in self.excluded if _range(text) != whole and _range(text).subnet_of(whole)]


@dataclass(frozen=True, kw_only=True)
class Allow:
    """A connection that is allowed, in one direction.

    Attributes:
        peer: the other end.
        ports: the ports of the end that is asked.
        protocol: `TCP`, or `UDP` for DNS.
    """

    peer: Pods | Addresses
    ports: tuple[int, ...]
    protocol: Protocol = "TCP"

    def __post_init__(self) -> None:
        if not self.ports:
            raise ValueError("Allow.ports is empty, which would mean every port; write the ports")
        for port in self.ports:
            if not 1 <= port <= 65535:
                raise ValueError(f"Allow.ports: {port} does not exist; write 1 to 65535")


def dns(cluster: Cluster) -> tuple[Allow, ...]:
    """Names are looked up with the cluster's DNS pods, or with what stands before them on each node."""
    # A cache on each node is seen as its pod where the data plane redirects to it (Dataplane V2, Cilium), and
    # as its address elsewhere. Cloud DNS answers at the metadata server's.
    caches = (_NODE_CACHE, _METADATA) if cluster.google else (_NODE_CACHE,)
    peers = (
        *(Pods(namespace="kube-system", labels={"k8s-app": app}) for app in ("kube-dns", "node-local-dns")),
        Addresses(ranges=caches),
    )
    return tuple(
        Allow(peer=peer, ports=(53,), protocol=protocol) for peer in peers for protocol in ("UDP", "TCP")
    )


def metadata(cluster: Cluster) -> tuple[Allow, ...]:
    """Where a pod asks for its identity's token on GKE; nothing elsewhere, where there is no such server."""
    if cluster.google is None:
        return ()
    return (
        # With Dataplane V2 a policy sees the address that is asked, without it the one it is sent on to.
        Allow(peer=Addresses(ranges=(_METADATA,)), ports=(80, 8080)),
        Allow(peer=Addresses(ranges=(_METADATA_BEHIND,)), ports=(987, 988)),
    )


def balancer(cluster: Cluster, *ports: int) -> tuple[Allow, ...]:
    """The load balancer's requests and health checks, to the pods' own `ports`."""
    if not cluster.balancer_ranges:
        return ()
    return (Allow(peer=Addresses(ranges=tuple(cluster.balancer_ranges)), ports=ports),)


def collectors(cluster: Cluster, *ports: int) -> tuple[Allow, ...]:
    """Managed Prometheus, which scrapes `ports`; nothing where the cluster has none."""
    if cluster.google is None:
        return ()
    namespaces = sorted({namespace for namespace, _ in cluster.google.collectors})
    return tuple(Allow(peer=Pods(namespace=each, labels=_COLLECTOR), ports=ports) for each in namespaces)


def internet(*ports: int) -> tuple[Allow, ...]:
    """Public addresses alone: neither the network's, nor the cluster's, nor the metadata server's."""
    return (Allow(peer=Addresses(ranges=("0.0.0.0/0",), excluded=_NOT_PUBLIC), ports=ports or (443,)),)


def _range(text: str) -> IPv4Network:
    try:
        return IPv4Network(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no IPv4 range; write one like 10.10.0.0/24") from error
