"""A public endpoint without TLS: what is said to it can be read on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.model import Problem, Resource, Stack
from simulator.paths import UNKNOWN, value_at

_HTTP_PROXIES = (
    "gcp:compute/targetHttpProxy:TargetHttpProxy",
    "gcp:compute/regionTargetHttpProxy:RegionTargetHttpProxy",
)
_URL_MAPS = ("gcp:compute/uRLMap:URLMap", "gcp:compute/regionUrlMap:RegionUrlMap")
_FORWARDING = (
    "gcp:compute/forwardingRule:ForwardingRule",
    "gcp:compute/globalForwardingRule:GlobalForwardingRule",
)
_PROXIED = ("targetHttpProxies", "targetHttpsProxies", "targetSslProxies", "targetGrpcProxies")
_GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
_CERTIFICATES = "networking.gke.io/certmap"
_POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
_TLS_MODES = {"ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}


def endpoint_without_tls(resource: Resource) -> Iterator[Problem]:
    """A way in that by itself says that it does without TLS."""
    if resource.type == "kubernetes:networking.k8s.io/v1:Ingress":
        if not value_at(resource.properties, "spec.tls"):
            yield Problem("the Ingress has no certificate", "set spec.tls, or use a Route over the Gateway")
    elif resource.type in _FORWARDING:
        yield from _passed_through(resource)
    elif resource.type == "gcp:compute/sSLPolicy:SSLPolicy":
        version = resource.properties.get("minTlsVersion")
        if version not in {"TLS_1_2", "TLS_1_3"}:
            yield Problem("it lets clients use TLS 1.0, long broken", 'set min_tls_version to "TLS_1_2"')
    elif resource.type == _POSTGRES:
        mode = value_at(resource.properties, "settings.ipConfiguration.sslMode")
        if mode not in _TLS_MODES:
            yield Problem("the database takes connections in the clear", 'set ssl_mode to "ENCRYPTED_ONLY"')


def _passed_through(resource: Resource) -> Iterator[Problem]:
    """A public address that hands packets on as they come."""
    scheme = str(resource.properties.get("loadBalancingScheme", "EXTERNAL"))
    target = str(resource.properties.get("target", ""))
    if scheme.startswith("EXTERNAL") and target != UNKNOWN and not any(kind in target for kind in _PROXIED):
        yield Problem(
            "a public address that passes on whatever comes, with no certificate of its own",
            "put a target HTTPS proxy behind it: components/https_entrance.py",
        )


def plain_http(stack: Stack) -> Iterator[tuple[Resource, Problem]]:
    """A way in by plain HTTP that does anything else than send the caller to HTTPS."""
    for proxy in stack.of(*_HTTP_PROXIES):
        maps = [one for one in stack.of(*_URL_MAPS) if one.urn in proxy.dependencies]
        if not maps or not all(_only_redirects(one.properties) for one in maps):
            yield (
                proxy,
                Problem(
                    "it serves plain HTTP", "let its URL map only redirect: components/https_redirect.py"
                ),
            )
    for gateway in stack.of(_GATEWAY):
        for listener in value_at(gateway.properties, "spec.listeners", []):
            yield from ((gateway, problem) for problem in _listener(stack, gateway, listener))


def _only_redirects(url_map: Mapping[str, Any]) -> bool:
    redirects = value_at(url_map, "defaultUrlRedirect.httpsRedirect") is True
    return redirects and not value_at(url_map, "defaultService") and not value_at(url_map, "pathMatchers")


def _listener(stack: Stack, gateway: Resource, listener: Mapping[str, Any]) -> Iterator[Problem]:
    name, protocol = listener.get("name"), listener.get("protocol")
    annotations = value_at(gateway.properties, "metadata.annotations", {})
    if protocol in {"HTTPS", "TLS"} and not listener.get("tls") and _CERTIFICATES not in annotations:
        yield Problem(
            f"listener {name} has no certificate",
            f"annotate the Gateway with {_CERTIFICATES}, or give the listener a tls.certificateRefs",
        )
    if protocol == "HTTP":
        serving = [
            one for one in stack.of(_ROUTE) if _attached(one, gateway, name) and not _sends_to_https(one)
        ]
        for route in serving:
            yield Problem(
                f"listener {name} serves route {route.name} in plain HTTP",
                "let the route's parentRefs name the HTTPS listener by sectionName",
            )


def _attached(route: Resource, gateway: Resource, listener: Any) -> bool:
    """Whether a route hangs on a Gateway's listener; one that names no listener hangs on all of them."""
    name = value_at(gateway.properties, "metadata.name", UNKNOWN)
    for parent in value_at(route.properties, "spec.parentRefs", []):
        same = parent.get("name") in {name, UNKNOWN} and route.provider == gateway.provider
        if same and parent.get("sectionName", listener) in {listener, UNKNOWN}:
            return True
    return False


def _sends_to_https(route: Resource) -> bool:
    return all(
        not rule.get("backendRefs")
        and any(
            value_at(one, "requestRedirect.scheme") == "https"
            for one in rule.get("filters") or []
            if isinstance(one, Mapping)
        )
        for rule in value_at(route.properties, "spec.rules", [])
    )
