"""The ways in a cluster: what a request from outside gets to, and which ports each end may ask of each other.

Owns the ends that are looked at. The verdicts are those of `network_policies` and `http_routes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from reports.clusters import ClusterView
from reports.http_routes import backends_in
from reports.network_policies import Address, End, Pod, Policy, connects
from simulator.rules.kubernetes import objects as k

OUTSIDE = Address(name="outside", address="203.0.113.9")
BALANCERS = (
    Address(name="load balancer", address="35.191.0.9"),
    Address(name="load balancer", address="130.211.0.9"),
)
NEIGHBOUR = Pod(name="another namespace", namespace="somebody-elses")
COLLECTORS = tuple(
    Pod(
        name="metrics collector",
        namespace=namespace,
        labels={"app.kubernetes.io/name": "collector"},
    )
    for namespace in ("gke-gmp-system", "gmp-system")
)
DNS = Pod(
    name="DNS",
    namespace="kube-system",
    labels={"k8s-app": "kube-dns"},
    ports={"dns": 53},
)
METADATA = Address(name="metadata server", address="169.254.169.254", ports=(80, 8080))
INTERNET = Address(name="internet", address="1.1.1.1", ports=(22, 25, 80, 443))
MACHINES = Address(name="the network's machines", address="10.255.255.9", ports=(22, 443, 5432, 6379))
_UNUSUAL = 54321
"""A port of nobody's: where it is open, all are."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """What one end may ask of another.

    Attributes:
        source: who asks.
        target: who is asked.
        ports: the ports that are open, as text; `all` where every one is.
    """

    source: End
    target: End
    ports: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a request from outside gets to.

    Attributes:
        host: the name that is asked.
        match: method, path and headers, as text.
        target: the workload, or `redirect`.
        port: the workload's port; 0 for a redirect.
        weight: its share of the rule's sum.
        open: whether the load balancer gets to the pods.
    """

    host: str
    match: str
    target: str
    port: int
    weight: int
    open: bool


def entries(view: ClusterView) -> Iterator[Entry]:
    """Every way in from outside, by the routes of the cluster."""
    for route in sorted(
        view.of(k.ROUTE), key=lambda one: (one["metadata"]["namespace"], one["metadata"]["name"])
    ):
        for host in route["spec"].get("hostnames") or ["every host"]:
            for rule in route["spec"]["rules"]:
                for match in [_match(one) for one in rule.get("matches") or [{}]]:
                    yield from _entries(view, route, rule, host, match)


def _entries(view: ClusterView, route: Policy, rule: Policy, host: str, match: str) -> Iterator[Entry]:
    if any(one["type"] == "RequestRedirect" for one in rule.get("filters") or ()):
        yield Entry(host=host, match=match, target="redirect", port=0, weight=1, open=True)
    for backend in backends_in(route, rule):
        for pod, port in view.behind(backend.namespace, backend.service, backend.port):
            let_in = _lets_in(view, pod, port)
            yield Entry(
                host=host, match=match, target=title(pod), port=port, weight=backend.weight, open=let_in
            )


def _lets_in(view: ClusterView, pod: Pod, port: int) -> bool:
    """Whether the load balancer gets to a pod; a cluster's own gateway is somewhere in a range let in."""
    policies = view.of(k.POLICY)
    if view.google:
        return all(connects(policies, one, pod, port) for one in BALANCERS)
    return any(connects(policies, one, pod, port) for one in _ranges(view))


def _match(match: Policy) -> str:
    path = match.get("path") or {"type": "PathPrefix", "value": "/"}
    text = f"{path['value']}{'' if path.get('type') == 'Exact' else '…'}"
    headers = "".join(f" with {one['name']}: {one['value']}" for one in match.get("headers") or ())
    return f"{match.get('method', 'any')} {text}{headers}"


def sources(view: ClusterView) -> list[End]:
    """Whoever might ask: from outside, from beside, and each workload."""
    beside = [
        Pod(name=f"a stray pod in {name}", namespace=name, namespace_labels=view.namespace_labels(name))
        for name in _namespaces(view)
    ]
    named = [OUTSIDE, *BALANCERS[:1], *COLLECTORS, NEIGHBOUR, *beside, *_ranges(view)]
    return [*named, *view.workloads()]


def targets(view: ClusterView, databases: Iterable[Address] = ()) -> list[End]:
    """Whoever might be asked."""
    return [*view.workloads(), DNS, METADATA, *databases, MACHINES, INTERNET]


def ways(view: ClusterView, databases: Iterable[Address] = ()) -> list[Way]:
    """Each pair of ends, and what is open between them."""
    ours, policies = view.workloads(), view.of(k.POLICY)
    return [
        Way(source=source, target=target, ports=open_ports(policies, source, target))
        for source in sources(view)
        for target in (targets(view, databases) if _is_ours(view, source) else ours)
        if source != target
    ]


def _is_ours(view: ClusterView, end: End) -> bool:
    """Whether an end is in a namespace of the plan's: what others' pods ask of others is theirs to say."""
    return isinstance(end, Pod) and end.namespace in _namespaces(view)


def open_ports(policies: Sequence[Policy], source: End, target: End) -> tuple[str, ...]:
    """The ports of `target` that `source` may ask."""
    if all(connects(policies, source, target, _UNUSUAL, protocol) for protocol in ("TCP", "UDP")):
        return ("all",)
    return tuple(
        f"{port}/UDP" if protocol == "UDP" else str(port)
        for port in _ports(policies, target)
        for protocol in ("TCP", "UDP")
        if connects(policies, source, target, port, protocol)
    )


def _ports(policies: Sequence[Policy], target: End) -> list[int]:
    """The ports that may make a difference: what a target serves, and else whatever some policy names."""
    if target in (INTERNET, MACHINES) or isinstance(target, Pod):
        own = target.ports.values() if isinstance(target, Pod) else target.ports
        return sorted({*own, *_named(policies)})
    return list(target.ports)


def _named(policies: Iterable[Policy]) -> set[int]:
    rules = [
        rule
        for policy in policies
        for direction in ("ingress", "egress")
        for rule in policy["spec"].get(direction) or ()
    ]
    ports = [str(port.get("port", "")) for rule in rules for port in rule.get("ports") or ()]
    return {int(port) for port in ports if port.isdigit()}


def _namespaces(view: ClusterView) -> list[str]:
    return sorted({pod.namespace for pod in view.workloads()})


def _ranges(view: ClusterView) -> Iterator[Address]:
    """Ranges that a policy lets in and that are none of the known ends."""
    known = [one.address for one in (*BALANCERS, OUTSIDE)]
    seen = set()
    for policy in view.of(k.POLICY):
        for rule in policy["spec"].get("ingress") or ():
            for peer in rule.get("from") or ():
                cidr = (peer.get("ipBlock") or {}).get("cidr")
                if cidr and cidr not in seen and not any(_inside(one, cidr) for one in known):
                    seen.add(cidr)
                    yield Address(name=f"addresses of {cidr}", address=str(ip_network(cidr)[1]))


def _inside(address: str, cidr: str) -> bool:
    return ip_address(address) in ip_network(cidr)


def title(end: End) -> str:
    """What a reader calls an end."""
    return f"{end.namespace}/{end.name}" if isinstance(end, Pod) and end.labels else end.name
