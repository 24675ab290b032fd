"""Cloud DNS: zones and record sets."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from simulator.rules.common import COMPUTE_NAME, network_reference
from simulator.rules.model import Reference, Refusal, Request, TypeRules, last, words

ZONE = "gcp:dns/managedZone:ManagedZone"
_TYPES = words(
    "A AAAA ALIAS CAA CNAME DNSKEY DS HTTPS IPSECKEY MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT"
)
_DOMAIN = (
    r"([a-zA-Z0-9_*]([a-zA-Z0-9_-]*[a-zA-Z0-9])?\.)+",
    "a name that ends with a dot, like api.example.com.",
)


def _zone_wrong(asked: Request) -> Iterable[Refusal]:
    private = asked.get("visibility") == "private"
    networks = asked.inputs.get("privateVisibilityConfig")
    if networks and not private:
        yield "visibility", 'must be "private" where networks are given'


def _record_wrong(asked: Request) -> Iterable[Refusal]:
    if sum(name in asked.inputs for name in ("rrdatas", "routingPolicy")) != 1:
        yield "rrdatas", "give exactly one of rrdatas and routingPolicy"
    kind = asked.get("type")
    for at, value in asked.every("rrdatas[]"):
        if kind in ("A", "AAAA") and not _is_address(value, 4 if kind == "A" else 6):
            yield at, f"{value!r} is no address for a record of type {kind}"
        if kind == "CNAME" and not value.endswith("."):
            yield at, f"{value!r} must end with a dot"


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _record_refused(asked: Request) -> Iterable[Refusal]:
    zone = asked.target("managedZone", ZONE)
    if zone is not None and not f".{asked.get('name')}".endswith(f".{zone.get('dnsName')}"):
        yield "name", f"{asked.get('name')!r} is outside the zone's {zone.get('dnsName')}"


RULES: dict[str, TypeRules] = {
    ZONE: TypeRules(
        name=COMPUTE_NAME,
        api="dns.googleapis.com",
        patterns={"dnsName": _DOMAIN},
        defaults={"visibility": "public", "description": "Managed by Pulumi"},
        references=(network_reference("privateVisibilityConfig.networks[].networkUrl"),),
        replaces=words("dnsName name project reverseLookup serviceDirectoryConfig visibility"),
        identity=lambda asked: f"projects/{asked.project}/managedZones/{asked.name}",
        computed=lambda asked: {
            "managedZoneId": int(asked.number("zone", digits=15)),
            "nameServers": [f"ns-cloud-a{number}.googledomains.com." for number in range(1, 5)],
        },
        wrong=_zone_wrong,
    ),
    "gcp:dns/policy:Policy": TypeRules(
        name=COMPUTE_NAME,
        api="dns.googleapis.com",
        defaults={"description": "Managed by Pulumi"},
        references=(network_reference("networks[].networkUrl"),),
        replaces=words("name project"),
        identity=lambda asked: f"projects/{asked.project}/policies/{asked.name}",
    ),
    "gcp:dns/recordSet:RecordSet": TypeRules(
        name=None,
        values={"type": _TYPES},
        ranges={"ttl": (0, 2147483647)},
        patterns={"name": _DOMAIN},
        references=(Reference(path="managedZone", types=(ZONE,)),),
        replaces=words("managedZone name project"),
        identity=lambda asked: (
            f"projects/{asked.project}/managedZones/{last(asked.get('managedZone'))}/rrsets/"
            f"{asked.get('name')}/{asked.get('type')}"
        ),
        wrong=_record_wrong,
        refused=_record_refused,
    ),
}
