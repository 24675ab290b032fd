"""Where a Gateway sends a request: HTTPRoute's rules of precedence as plain functions.

Owns the choice for one request. The more exact match wins, over all routes of a listener: host, then path
(exact before prefix, longer before shorter), then method, then the number of headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Route = Mapping[str, Any]
"""An HTTPRoute as its manifest has it."""


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """One request.

    Attributes:
        host: the name that was asked.
        path: its path.
        method: its method.
        headers: its headers.
    """

    host: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A Service that takes a share.

    Attributes:
        namespace: its namespace.
        service: its name.
        port: its port.
        weight: its share of the sum.
    """

    namespace: str
    service: str
    port: int
    weight: int


def backends_of(routes: Iterable[Route], request: HttpRequest) -> list[Backend]:
    """The Services that may be given the request; none where it is answered with 404 or sent elsewhere."""
    matching = [found for route in routes for found in _matching(route, request)]
    if not matching:
        return []
    # The first of equals: routes come in the order of their age.
    _, route, rule = max(matching, key=lambda found: found[0])
    return list(backends_in(route, rule))


def backends_in(route: Route, rule: Mapping[str, Any]) -> Iterator[Backend]:
    """The Services of a rule that take anything."""
    for one in rule.get("backendRefs") or ():
        if one.get("weight", 1):
            yield Backend(
                namespace=one.get("namespace") or route["metadata"]["namespace"],
                service=one["name"],
                port=int(one["port"]),
                weight=int(one.get("weight", 1)),
            )


_Exactness = tuple[int, int, int, int, int]


def _matching(route: Route, request: HttpRequest) -> Iterator[tuple[_Exactness, Route, Mapping[str, Any]]]:
    hosts = route["spec"].get("hostnames") or ["*"]
    host = max((_host(name, request.host) for name in hosts), default=-1)
    if host < 0:
        return
    for rule in route["spec"].get("rules") or ():
        for match in rule.get("matches") or [{}]:
            exactness = _match(match, request)
            if exactness is not None:
                yield (host, *exactness), route, rule


def _host(name: str, host: str) -> int:
    """How exact a route's name is for a host; -1 where it is another's."""
    if name == "*":
        return 0
    if name.startswith("*."):
        return len(name) if host.endswith(name[1:]) and host != name[2:] else -1
    return 1000 + len(name) if name == host else -1


def _match(match: Mapping[str, Any], request: HttpRequest) -> tuple[int, int, int, int] | None:
    path = match.get("path") or {"type": "PathPrefix", "value": "/"}
    kind, value = path.get("type", "PathPrefix"), str(path.get("value", "/"))
    if kind not in ("Exact", "PathPrefix"):
        raise ValueError(f"a match of kind {kind} is not evaluated; use Exact or PathPrefix")
    method, headers = match.get("method"), match.get("headers") or ()
    asked = {name.lower(): text for name, text in request.headers.items()}
    fits = (
        (request.path == value if kind == "Exact" else _below(value, request.path))
        and method in (None, request.method)
        and all(asked.get(one["name"].lower()) == one["value"] for one in headers)
    )
    return (kind == "Exact", len(value.rstrip("/")), method is not None, len(headers)) if fits else None


def _below(prefix: str, path: str) -> bool:
    """Whether a path is a prefix or below it, by whole parts of it."""
    stem = prefix.rstrip("/")
    return path == stem or path.startswith(f"{stem}/") or not stem
