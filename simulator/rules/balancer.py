"""The HTTPS load balancer: backends, routes, proxies, certificates, policies and the public address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.rules.common import (
    COMPUTE_NAME,
    GLOBAL_ADDRESS,
    global_id,
    linked,
    public_address,
    regional_id,
)
from simulator.rules.fleet import HEALTH_CHECK, MANAGER
from simulator.rules.model import Reference, Refusal, Request, TypeRules, words

_NEG = "gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup"
_BACKEND = "gcp:compute/backendService:BackendService"
_BUCKET = "gcp:compute/backendBucket:BackendBucket"
_MAP = "gcp:compute/uRLMap:URLMap"
_HTTPS = "gcp:compute/targetHttpsProxy:TargetHttpsProxy"
_HTTP = "gcp:compute/targetHttpProxy:TargetHttpProxy"
_CERTIFICATE = "gcp:compute/managedSslCertificate:ManagedSslCertificate"
_SSL_POLICY = "gcp:compute/sSLPolicy:SSLPolicy"
_SECURITY = "gcp:compute/securityPolicy:SecurityPolicy"
_RUN = "gcp:cloudrunv2/service:Service"
_LAST_PRIORITY = 2147483647
_DOMAIN = r"(?i)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\.?"


def _group_wrong(asked: Request) -> Iterable[Refusal]:
    kinds = [name for name in ("cloudRun", "cloudFunction", "appEngine") if asked.inputs.get(name)]
    if asked.get("networkEndpointType", "SERVERLESS") == "SERVERLESS" and len(kinds) != 1:
        yield "cloudRun", "give exactly one of cloudRun, cloudFunction and appEngine"


def _backend_wrong(asked: Request) -> Iterable[Refusal]:
    serverless = [group for _, group in asked.every("backends[].group") if "/networkEndpointGroups/" in group]
    if serverless and asked.inputs.get("healthChecks"):
        yield "healthChecks", "a serverless backend has none; leave them out"
    if serverless and asked.inputs.get("timeoutSec"):
        yield "timeoutSec", "a serverless backend has none; set the service's own timeout"
    machines = [group for _, group in asked.every("backends[].group") if "/instanceGroups/" in group]
    if machines and not asked.inputs.get("healthChecks"):
        yield "healthChecks", "is required for machines; name one"
    sampling = asked.get("logConfig.sampleRate")
    if sampling is not None and not 0 <= sampling <= 1:
        yield "logConfig.sampleRate", f"{sampling} is out of range; use 0 to 1"


def _scheme_differs(asked: Request) -> Iterable[Refusal]:
    """A forwarding rule and the backends behind it have one scheme, or the API refuses the rule."""
    proxy = asked.target("target", _HTTPS, _HTTP)
    routes = asked.world.find(proxy.get("urlMap"), _MAP) if proxy else None
    backend = asked.world.find(routes.get("defaultService"), _BACKEND) if routes else None
    mine = asked.get("loadBalancingScheme", "EXTERNAL_MANAGED")
    if backend is not None and backend.get("loadBalancingScheme") != mine:
        other = backend.get("loadBalancingScheme")
        yield "loadBalancingScheme", f"is {mine} and its backend's is {other}; give both the same"


def _map_wrong(asked: Request) -> Iterable[Refusal]:
    defaults = ("defaultService", "defaultUrlRedirect", "defaultRouteAction")
    if sum(name in asked.inputs for name in defaults) != 1:
        yield "defaultService", f"give exactly one of {', '.join(defaults)}"
    matchers = {name for _, name in asked.every("pathMatchers[].name")}
    for at, name in asked.every("hostRules[].pathMatcher"):
        if name not in matchers:
            yield at, f"{name!r} is no path matcher of this map; use one of {', '.join(sorted(matchers))}"
    for at, path in asked.every("pathMatchers[].pathRules[].paths[]"):
        if not path.startswith("/") or "*" in path[:-1] or (path.endswith("*") and not path.endswith("/*")):
            yield at, f"{path!r} has the wrong form; begin with / and write * only as a last /*"


def _proxy_wrong(asked: Request) -> Iterable[Refusal]:
    if not any(
        name in asked.inputs
        for name in ("sslCertificates", "certificateMap", "certificateManagerCertificates")
    ):
        yield "sslCertificates", "is required: name a certificate"


def _rule_wrong(asked: Request) -> Iterable[Refusal]:
    if "portRange" not in asked.inputs:
        yield "portRange", 'is required for a proxy; use "443" or "80"'


def _certificate_wrong(asked: Request) -> Iterable[Refusal]:
    domains = asked.every("managed.domains[]")
    if "managed" in asked.inputs and not domains and "domains" not in (asked.get("managed") or {}):
        yield "managed.domains", "is required; name at least one domain"
    for at, domain in domains:
        if domain.startswith("*"):
            yield at, f"{domain!r} is a wildcard, which a managed certificate can't have; name each domain"


def _security_wrong(asked: Request) -> Iterable[Refusal]:
    rules = asked.every("rules[]")
    priorities = [rule.get("priority") for _, rule in rules]
    if rules and _LAST_PRIORITY not in priorities:
        yield "rules", f"one of them must be the default, with priority {_LAST_PRIORITY} and the range *"
    for at, rule in rules:
        if priorities.count(rule.get("priority")) > 1:
            yield f"{at}.priority", f"{rule.get('priority')} is given twice; give each rule its own"
        throttles = rule.get("action") in ("throttle", "rate_based_ban")
        if throttles and not rule.get("rateLimitOptions"):
            yield f"{at}.rateLimitOptions", f"is required for the action {rule.get('action')!r}"
        if rule.get("action") == "rate_based_ban" and not (rule.get("rateLimitOptions") or {}).get(
            "banDurationSec"
        ):
            yield f"{at}.rateLimitOptions.banDurationSec", "is required for a ban; give its seconds"


def _number(asked: Request) -> int:
    return int(asked.number("number", digits=15))


def _group(asked: Request) -> dict[str, Any]:
    return linked(regional_id("networkEndpointGroups"), region=lambda one: one.region)(asked)


def _backends(*paths: str) -> tuple[Reference, ...]:
    return tuple(Reference(path=path, types=(_BACKEND, _BUCKET)) for path in paths)


RULES: dict[str, TypeRules] = {
    _NEG: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"networkEndpointType": "SERVERLESS"},
        references=(Reference(path="cloudRun.service", types=(_RUN,), holds=False),),
        replaces=words(
            "appEngine cloudFunction cloudRun description name network networkEndpointType project pscData",
            "pscTargetService region serverlessDeployment subnetwork",
        ),
        identity=regional_id("networkEndpointGroups"),
        computed=_group,
        wrong=_group_wrong,
    ),
    _BACKEND: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"loadBalancingScheme": "EXTERNAL_MANAGED", "protocol": "HTTP", "sessionAffinity": "NONE"},
        references=(
            Reference(path="backends[].group", types=(_NEG, MANAGER)),
            Reference(path="healthChecks", types=(HEALTH_CHECK,)),
            Reference(path="securityPolicy", types=(_SECURITY,)),
        ),
        replaces=words("name params project dynamicForwarding.ipPortSelection"),
        identity=global_id("backendServices"),
        computed=linked(global_id("backendServices"), generatedId=_number),
        wrong=_backend_wrong,
    ),
    _MAP: TypeRules(
        name=COMPUTE_NAME,
        references=_backends(
            "defaultService",
            "pathMatchers[].defaultService",
            "pathMatchers[].pathRules[].service",
            "pathMatchers[].routeRules[].service",
        ),
        replaces=words("name project"),
        identity=global_id("urlMaps"),
        computed=linked(global_id("urlMaps"), mapId=_number),
        wrong=_map_wrong,
    ),
    _HTTPS: TypeRules(
        name=COMPUTE_NAME,
        references=(
            Reference(path="urlMap", types=(_MAP,)),
            Reference(path="sslCertificates[]", types=(_CERTIFICATE,)),
            Reference(path="sslPolicy", types=(_SSL_POLICY,)),
        ),
        replaces=words("description httpKeepAliveTimeoutSec name project proxyBind tlsEarlyData"),
        identity=global_id("targetHttpsProxies"),
        computed=linked(global_id("targetHttpsProxies"), proxyId=_number),
        wrong=_proxy_wrong,
    ),
    _HTTP: TypeRules(
        name=COMPUTE_NAME,
        references=(Reference(path="urlMap", types=(_MAP,)),),
        replaces=words("description httpKeepAliveTimeoutSec name project proxyBind"),
        identity=global_id("targetHttpProxies"),
        computed=linked(global_id("targetHttpProxies"), proxyId=_number),
    ),
    "gcp:compute/globalForwardingRule:GlobalForwardingRule": TypeRules(
        name=COMPUTE_NAME,
        defaults={"loadBalancingScheme": "EXTERNAL_MANAGED", "ipProtocol": "TCP"},
        patterns={"portRange": (r"\d{1,5}(-\d{1,5})?", "a port like 443")},
        references=(
            Reference(path="target", types=(_HTTPS, _HTTP)),
            Reference(path="ipAddress", types=(GLOBAL_ADDRESS,), foreign=r"[\d.]+(/\d+)?"),
        ),
        replaces=words(
            "allowPscGlobalAccess description ipAddress ipProtocol ipVersion metadataFilters name network",
            "networkTier portRange project serviceDirectoryRegistrations sourceIpRanges subnetwork",
        ),
        identity=global_id("forwardingRules"),
        computed=lambda asked: {
            **linked(global_id("forwardingRules"))(asked),
            "ipAddress": asked.get("ipAddress") or public_address(asked),
            "forwardingRuleId": _number(asked),
        },
        wrong=_rule_wrong,
        refused=_scheme_differs,
    ),
    _CERTIFICATE: TypeRules(
        name=COMPUTE_NAME,
        patterns={"managed.domains[]": (_DOMAIN, "a domain like api.example.com")},
        replaces=words("description managed name project type"),
        identity=global_id("sslCertificates"),
        computed=linked(
            global_id("sslCertificates"),
            certificateId=_number,
            subjectAlternativeNames=lambda asked: list((asked.get("managed") or {}).get("domains") or ()),
            expireTime=lambda _: "",
        ),
        wrong=_certificate_wrong,
    ),
    _SSL_POLICY: TypeRules(
        name=COMPUTE_NAME,
        replaces=words("description name project"),
        defaults={"profile": "COMPATIBLE", "minTlsVersion": "TLS_1_0"},
        identity=global_id("sslPolicies"),
        computed=linked(global_id("sslPolicies"), enabledFeatures=lambda _: []),
    ),
    _SECURITY: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"type": "CLOUD_ARMOR"},
        ranges={"rules[].priority": (0, _LAST_PRIORITY)},
        replaces=words("name project type"),
        identity=global_id("securityPolicies"),
        computed=linked(global_id("securityPolicies")),
        wrong=_security_wrong,
    ),
}
