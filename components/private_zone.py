"""A private DNS zone: stable names for what has an internal address, and a log of who asks for what name.

Owns the zone, who sees it, and the DNS policy of its network, of which a network can have one alone. Does not
own its records: the component that owns an address owns its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import dns

from components.environment import Environment

DNS_API = "dns.googleapis.com"

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_GOOGLES_OWN = re.compile(r"(^|\.)(google|googleapis)\.(internal|com)$|^c\.[^.]+\.internal$")


@dataclass(frozen=True, kw_only=True)
class PrivateZoneArgs:
    """Whose names, and who may ask for them.

    Attributes:
        environment: where it lives; its stack is the first label of the zone.
        network: ID of the VPC that sees the zone.
        domain: the rest of the zone's name. It hides names of the same domain from the VPC, so it is one that
            nothing else uses.
    """

    environment: Environment
    network: Input[str]
    domain: str = "ai.internal"

    def __post_init__(self) -> None:
        if not _DOMAIN.fullmatch(self.domain):
            raise ValueError(
                f"domain {self.domain!r} is no domain of two labels or more; write ai.internal, say"
            )
        if _GOOGLES_OWN.search(self.domain):
            raise ValueError(f"domain {self.domain} would hide Google's own names; write ai.internal, say")


class PrivateZone(ComponentResource):
    """A DNS zone that one VPC sees.

    Attributes:
        zone_name: the zone's name in Cloud DNS, which record sets refer to.
        domain: what its names end in, with no dot at the end.
    """

    zone_name: Output[str]
    domain: str

    def __init__(self, name: str, args: PrivateZoneArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:PrivateZone", name, None, opts)
        self._name, self._args = name, args
        self.domain = f"{args.environment.stack}.{args.domain}"

        self._log_queries()
        self.zone_name = self._zone().name
        self.register_outputs({"zone_name": self.zone_name, "domain": self.domain})

    def _zone(self) -> dns.ManagedZone:
        environment = self._args.environment
        return dns.ManagedZone(
            self._name,
            project=environment.project_using(DNS_API),
            name=environment.physical_name(self._name),
            dns_name=f"{self.domain}.",
            description=f"Names of what has an internal address in {environment.stack}.",
            visibility="private",
            private_visibility_config=dns.ManagedZonePrivateVisibilityConfigArgs(
                networks=[dns.ManagedZonePrivateVisibilityConfigNetworkArgs(network_url=self._args.network)]
            ),
            # A name that was added by hand stops the deletion of a protected zone.
            force_destroy=not environment.protect,
            opts=ResourceOptions(parent=self),
        )

    def _log_queries(self) -> dns.Policy:
        """Logs every query in the network: often the one trace of a program that sends data out."""
        environment = self._args.environment
        name = f"{self._name}-queries"
        return dns.Policy(
            name,
            project=environment.project_using(DNS_API),
            name=environment.physical_name(name),
            description=f"Logs the DNS queries of {environment.stack}.",
            enable_logging=True,
            networks=[dns.PolicyNetworkArgs(network_url=self._args.network)],
            opts=ResourceOptions(parent=self),
        )
