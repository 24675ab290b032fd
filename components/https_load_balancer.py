"""The public side of a domain: one address, HTTPS, Cloud Armor, and paths that lead to what serves them.

Owns everything from the DNS record to the backends. Does not own what is behind it (Cloud Run services,
groups of machines), nor its `ingress`: one that also answers elsewhere goes around Cloud Armor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import compute, dns

from components.armor_policy import ArmorPolicyArgs, create_armor_policy
from components.armor_rules import Waf
from components.environment import Environment
from components.https_entrance import HttpsEntrance, HttpsEntranceArgs
from components.https_redirect import HttpsRedirect, HttpsRedirectArgs
from components.instance_group_backend import InstanceGroup, InstanceGroupBackend, InstanceGroupBackendArgs
from components.serverless_backend import COMPUTE_API, ServerlessBackend, ServerlessBackendArgs

DNS_API = "dns.googleapis.com"
_RECORD_SECONDS = 300

_Backend = ServerlessBackend | InstanceGroupBackend


@dataclass(frozen=True, kw_only=True)
class HttpsLoadBalancerArgs:
    """What is reached by which name and path.

    Attributes:
        environment: where it lives; its `protect` keeps the address, which records elsewhere may point at.
        domains: the names it answers to; the first is the one that links are made with.
        backends: names of Cloud Run services, or groups of machines, by a short key.
        default_backend: key of the backend that everything goes to which no route takes.
        routes: path, or path and all below it with `/*`, to the key of a backend.
        dns_zone: Cloud DNS zone that gets a record for each domain; without one they are set by hand.
        requests_per_minute: requests that a client address may make in a minute, before it is told to wait.
        waf: Google's attack patterns: `off`, `preview` (only logged) or `enforce`.
        log_sample_rate: share of requests that are logged, 0 to 1.
    """

    environment: Environment
    domains: Sequence[str]
    backends: Mapping[str, Input[str] | InstanceGroup]
    default_backend: str
    routes: Mapping[str, str] = field(default_factory=dict)
    dns_zone: str | None = None
    requests_per_minute: int = 600
    waf: Waf = "preview"
    log_sample_rate: float = 1.0

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(f"HttpsLoadBalancerArgs: {problem}")

    def _problems(self) -> Iterator[str]:
        if not 1 <= len(set(self.domains)) == len(self.domains) <= 100:
            yield f"domains {list(self.domains)} can't share a certificate; write 1 to 100, each once"
        for domain in self.domains:
            if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", domain):
                yield f"{domain!r} is no domain for a certificate; write one like api.acme.com, no wildcard"
        for key in sorted({self.default_backend, *self.routes.values()} - set(self.backends)):
            yield f"backend {key!r} is not there; write one of {', '.join(sorted(self.backends))}"
        for path in self.routes:
            if not re.fullmatch(r"/([^*]*/)?\*|/[^*]*", path):
                yield f"route {path!r} is no path; write '/health' or '/api/*'"
        if not 1 <= self.requests_per_minute <= 10000:
            yield f"requests_per_minute {self.requests_per_minute} is out of range; write 1 to 10000"


class HttpsLoadBalancer(ComponentResource):
    """A global external application load balancer in front of Cloud Run.

    Attributes:
        address: its public IPv4 address, for records that are set by hand.
        url: `https://` and the first domain, once requests to it have a way in.
    """

    address: Output[str]
    url: Output[str]

    def __init__(self, name: str, args: HttpsLoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:HttpsLoadBalancer", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(COMPUTE_API)

        address = self._reserve_address()
        policy = self._create_policy()
        backends = {key: self._create_backend(key, policy) for key in sorted(args.backends)}
        entrance = self._open(address, self._route(backends))
        self._redirect(address)
        records = [self._record(args.dns_zone, domain, address) for domain in args.domains if args.dns_zone]

        self.address = address.address
        ready = Output.all(entrance.address, *(record.type for record in records))
        self.url = ready.apply(lambda _: f"https://{args.domains[0]}")
        self.register_outputs({"address": self.address, "url": self.url})

    def _reserve_address(self) -> compute.GlobalAddress:
        return compute.GlobalAddress(
            self._name,
            name=self._args.environment.physical_name(self._name),
            project=self._project,
            opts=ResourceOptions(parent=self, protect=self._args.environment.protect),
        )

    def _create_policy(self) -> compute.SecurityPolicy:
        args = self._args
        return create_armor_policy(
            self._name,
            ArmorPolicyArgs(
                environment=args.environment, requests_per_minute=args.requests_per_minute, waf=args.waf
            ),
            self,
        )

    def _create_backend(self, key: str, policy: compute.SecurityPolicy) -> _Backend:
        served = self._args.backends[key]
        if isinstance(served, InstanceGroup):
            return InstanceGroupBackend(
                f"{self._name}-{key}",
                InstanceGroupBackendArgs(
                    environment=self._args.environment,
                    machines=served,
                    security_policy=policy.id,
                    log_sample_rate=self._args.log_sample_rate,
                ),
                ResourceOptions(parent=self),
            )
        return ServerlessBackend(
            f"{self._name}-{key}",
            ServerlessBackendArgs(
                environment=self._args.environment,
                service=served,
                security_policy=policy.id,
                log_sample_rate=self._args.log_sample_rate,
            ),
            ResourceOptions(parent=self),
        )

    def _route(self, backends: Mapping[str, _Backend]) -> compute.URLMap:
        args = self._args
        default = backends[args.default_backend].backend
        rules = [
            compute.URLMapPathMatcherPathRuleArgs(
                paths=sorted(path for path, target in args.routes.items() if target == key),
                service=backends[key].backend,
            )
            for key in sorted(set(args.routes.values()))
        ]
        matcher = compute.URLMapPathMatcherArgs(name="routes", default_service=default, path_rules=rules)
        host = compute.URLMapHostRuleArgs(hosts=sorted(args.domains), path_matcher="routes")
        return compute.URLMap(
            self._name,
            name=args.environment.physical_name(self._name),
            project=self._project,
            default_service=default,
            host_rules=[host] if rules else None,
            path_matchers=[matcher] if rules else None,
            opts=ResourceOptions(parent=self),
        )

    def _open(self, address: compute.GlobalAddress, routes: compute.URLMap) -> HttpsEntrance:
        return HttpsEntrance(
            f"{self._name}-https",
            HttpsEntranceArgs(
                environment=self._args.environment,
                domains=self._args.domains,
                address=address.address,
                routes=routes.id,
            ),
            ResourceOptions(parent=self),
        )

    def _redirect(self, address: compute.GlobalAddress) -> None:
        HttpsRedirect(
            f"{self._name}-http",
            HttpsRedirectArgs(environment=self._args.environment, address=address.address),
            ResourceOptions(parent=self),
        )

    def _record(self, zone: str, domain: str, address: compute.GlobalAddress) -> dns.RecordSet:
        return dns.RecordSet(
            f"{self._name}-{domain}",
            project=self._args.environment.project_using(DNS_API),
            managed_zone=zone,
            name=f"{domain}.",
            type="A",
            ttl=_RECORD_SECONDS,
            rrdatas=[address.address],
            opts=ResourceOptions(parent=self),
        )
