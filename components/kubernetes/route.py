"""An HTTPRoute: which requests of which hosts go to which Services, and in which shares.

Owns the route. Does not own the gateway it hangs on, nor the Services. What is not listed here is reached by
nobody from outside.

No rule has a timeout: gateways of Google's don't know them. The Service's treatment has it, see `backend`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.kubernetes.cluster import Cluster
from components.kubernetes.custom_object import CustomObject
from components.kubernetes.gateway import GATEWAY_API, Gateway
from components.kubernetes.gateway_listeners import HTTPS_LISTENER

_MOST_WEIGHT = 1_000_000
_MOST_RULES, _MOST_MATCHES = 16, 64


@dataclass(frozen=True)
class Path:
    """Requests by path, and by method if one is given.

    Attributes:
        value: the path, `/` first.
        kind: `Exact`, or `PathPrefix` for it and all below it.
        method: the one method; every method without one.
    """

    value: str
    kind: Literal["Exact", "PathPrefix"] = "PathPrefix"
    method: str | None = None

    def __post_init__(self) -> None:
        if not self.value.startswith("/") or "//" in self.value:
            raise ValueError(f"path {self.value!r} is no path; write '/{self.value.strip('/')}'")
        if self.method is not None and self.method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            raise ValueError(f"method {self.method!r} is not known; write GET, POST, PUT, PATCH or DELETE")


@dataclass(frozen=True, kw_only=True)
class WeightedBackend:
    """A Service and its share.

    Attributes:
        service: the Service's name, in the route's namespace.
        port: its port.
        weight: its share of the sum of all weights; 0 takes nothing.
    """

    service: Input[str]
    port: int
    weight: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= _MOST_WEIGHT:
            raise ValueError(f"weight {self.weight} is out of range; write 0 to {_MOST_WEIGHT}")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Requests, and where they go.

    Attributes:
        paths: a request that is one of these is meant.
        backends: the Services, at least one of which takes something.
        headers: header to its exact value, all of which a request must have too.
    """

    paths: Sequence[Path]
    backends: Sequence[WeightedBackend]
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= len(self.paths) <= _MOST_MATCHES:
            raise ValueError(f"a rule has {len(self.paths)} paths; write 1 to {_MOST_MATCHES}")
        if sum(backend.weight for backend in self.backends) < 1:
            raise ValueError("no backend of a rule takes anything; write a weight of 1 or more for one")


@dataclass(frozen=True, kw_only=True)
class RouteArgs:
    """What is routed.

    Attributes:
        gateway: what lets the requests in.
        cluster: where it is.
        namespace: the namespace of the Services.
        name: the route's name, unique in the namespace.
        hosts: the names that it answers to; none stands for all, so one is needed.
        rules: the more exact match wins, wherever it stands.
    """

    gateway: Gateway
    cluster: Cluster
    namespace: Input[str]
    name: str
    hosts: Sequence[str]
    rules: Sequence[Rule]

    def __post_init__(self) -> None:
        if not self.hosts:
            raise ValueError(f"route {self.name} would take every host; write hosts=['api.acme.com'], say")
        if not 1 <= len(self.rules) <= _MOST_RULES:
            raise ValueError(f"route {self.name} has {len(self.rules)} rules; write 1 to {_MOST_RULES}")


class Route(ComponentResource):
    """A way in.

    Attributes:
        name: the route's name, once it is there.
    """

    name: Output[str]

    def __init__(self, name: str, args: RouteArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Route", name, None, opts)
        self._name, self._args = name, args

        self.name = self._create().object_name
        self.register_outputs({"name": self.name})

    def _create(self) -> CustomObject:
        args = self._args
        listener = {
            "name": args.gateway.name,
            "namespace": args.gateway.namespace,
            "sectionName": HTTPS_LISTENER,
        }
        return CustomObject(
            self._name,
            api_version=GATEWAY_API,
            kind="HTTPRoute",
            metadata={
                "name": args.name,
                "namespace": args.namespace,
                "labels": {"app.kubernetes.io/managed-by": "pulumi"},
            },
            spec={
                "parentRefs": [listener],
                "hostnames": sorted(args.hosts),
                "rules": [_rule(rule) for rule in args.rules],
            },
            opts=ResourceOptions(parent=self),
        )


def _rule(rule: Rule) -> dict[str, Any]:
    headers = [
        {"type": "Exact", "name": name, "value": value} for name, value in sorted(rule.headers.items())
    ]
    # One with weight 0 stays listed: a share is then a change of a number, and nothing is made or deleted.
    backends = [
        {"name": backend.service, "port": backend.port, "weight": backend.weight} for backend in rule.backends
    ]
    return {"matches": [_match(path, headers) for path in rule.paths], "backendRefs": backends}


def _match(path: Path, headers: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    match: dict[str, Any] = {"path": {"type": path.kind, "value": path.value}}
    if path.method:
        match["method"] = path.method
    if headers:
        match["headers"] = [*headers]
    return match
