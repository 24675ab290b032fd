"""Networks, subnets, routers, NAT and firewall rules."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from simulator.rules.common import (
    ADDRESS,
    COMPUTE_NAME,
    NETWORK,
    SUBNETWORK,
    global_id,
    linked,
    network_reference,
    parsed,
    range_refusals,
    regional_id,
)
from simulator.rules.model import Reference, Refusal, Request, TypeRules, last, words
from simulator.rules.ranges import overlaps

_ROUTER = "gcp:compute/router:Router"


def _subnet_refused(asked: Request) -> Iterable[Refusal]:
    paths = ("ipCidrRange", "secondaryIpRanges[].ipCidrRange")
    return overlaps(asked, [(at, parsed(text)) for path in paths for at, text in asked.every(path)])


def _own_overlaps(asked: Request) -> Iterable[Refusal]:
    """A subnet's further ranges overlap neither its first one nor each other."""
    paths = ("ipCidrRange", "secondaryIpRanges[].ipCidrRange")
    taken: list[tuple[str, Any]] = []
    for at, text in [found for path in paths for found in asked.every(path)]:
        mine = parsed(text)
        for other, theirs in taken:
            if mine and theirs and mine.version == theirs.version and mine.overlaps(theirs):
                yield at, f"{mine} overlaps {theirs}, the subnet's own {other}; choose a range that is free"
        taken.append((at, mine))


def _subnet_wrong(asked: Request) -> Iterable[Refusal]:
    yield from range_refusals(asked, "ipCidrRange", "secondaryIpRanges[].ipCidrRange")
    yield from _own_overlaps(asked)
    own = parsed(asked.get("ipCidrRange"))
    if own is not None and own.prefixlen > 29:
        yield "ipCidrRange", f"{own} is too small; a subnet has at least 8 addresses, /29"
    if (
        asked.get("ipCidrRange") is None
        and not asked.get("reservedInternalRange")
        and "ipCidrRange" not in asked.inputs
    ):
        yield "ipCidrRange", "is required and missing; give a range like 10.10.0.0/24"
    sampling = asked.get("logConfig.flowSampling")
    if sampling is not None and not 0 <= sampling <= 1:
        yield "logConfig.flowSampling", f"{sampling} is out of range; use 0 to 1"


def _shrinks(old: object, new: object) -> bool:
    """A subnet grows in place; anything else makes a new one."""
    before, after = parsed(old), parsed(new)
    if not isinstance(before, ipaddress.IPv4Network) or not isinstance(after, ipaddress.IPv4Network):
        return True
    return not before.subnet_of(after)


def _gateway(asked: Request) -> str | None:
    own = parsed(asked.get("ipCidrRange"))
    return str(own[1]) if own is not None else None


def _firewall_wrong(asked: Request) -> Iterable[Refusal]:
    yield from range_refusals(asked, "sourceRanges[]", "destinationRanges[]")
    allows, denies = asked.inputs.get("allows"), asked.inputs.get("denies")
    if bool(allows) == bool(denies):
        yield "allows", "give either allows or denies, not both and not none"
    egress = asked.get("direction") == "EGRESS"
    sources = ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    if egress and any(asked.inputs.get(name) for name in sources):
        yield "sourceRanges", "is for the direction INGRESS; an EGRESS rule has destinationRanges"
    if not egress and not any(asked.inputs.get(name) for name in sources):
        yield (
            "sourceRanges",
            "is required for the direction INGRESS; name the ranges or tags that may come in",
        )
    accounts = asked.inputs.get("sourceServiceAccounts") or asked.inputs.get("targetServiceAccounts")
    if accounts and (asked.inputs.get("sourceTags") or asked.inputs.get("targetTags")):
        yield "targetServiceAccounts", "can't be combined with tags; use one of them"
    for path in ("allows[]", "denies[]"):
        for at, rule in asked.every(path):
            if rule.get("ports") and rule.get("protocol") not in ("tcp", "udp", "sctp", "6", "17", "132"):
                yield f"{at}.ports", f"{rule.get('protocol')!r} has no ports; leave them out"


def _nat_wrong(asked: Request) -> Iterable[Refusal]:
    listed = asked.get("sourceSubnetworkIpRangesToNat") == "LIST_OF_SUBNETWORKS"
    if listed and "subnetworks" not in asked.inputs:
        yield "subnetworks", "is required with LIST_OF_SUBNETWORKS; name the subnets"
    if not listed and asked.get("subnetworks"):
        yield "subnetworks", 'is only for sourceSubnetworkIpRangesToNat "LIST_OF_SUBNETWORKS"'
    if asked.get("natIpAllocateOption") == "MANUAL_ONLY" and "natIps" not in asked.inputs:
        yield "natIps", "is required with MANUAL_ONLY; name the addresses"
    if asked.get("enableDynamicPortAllocation") and asked.get("enableEndpointIndependentMapping"):
        yield (
            "enableEndpointIndependentMapping",
            "can't be combined with enableDynamicPortAllocation; switch one off",
        )


RULES: dict[str, TypeRules] = {
    NETWORK: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"autoCreateSubnetworks": True, "routingMode": "REGIONAL", "mtu": 1460},
        ranges={"mtu": (1300, 8896)},
        replaces=words(
            "autoCreateSubnetworks description internalIpv6Range name networkProfile params project"
        ),
        identity=global_id("networks"),
        computed=linked(
            global_id("networks"),
            gatewayIpv4=lambda _: "",
            numericId=lambda asked: asked.number("network"),
            networkId=lambda asked: asked.number("network"),
        ),
    ),
    SUBNETWORK: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"purpose": "PRIVATE", "stackType": "IPV4_ONLY", "privateIpGoogleAccess": False},
        references=(network_reference("network"),),
        replaces=words(
            "description externalIpv6Prefix internalIpv6Prefix name network params project region"
        ),
        replaces_when={"ipCidrRange": _shrinks},
        identity=regional_id("subnetworks"),
        computed=linked(
            regional_id("subnetworks"),
            gatewayAddress=_gateway,
            region=lambda asked: asked.region,
            subnetworkId=lambda asked: int(asked.number("subnet", digits=15)),
        ),
        wrong=_subnet_wrong,
        refused=_subnet_refused,
    ),
    _ROUTER: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        references=(network_reference("network"),),
        replaces=words("encryptedInterconnectRouter name nccGateway network params project region"),
        identity=regional_id("routers"),
        computed=linked(regional_id("routers"), region=lambda asked: asked.region),
    ),
    "gcp:compute/routerNat:RouterNat": TypeRules(
        name=COMPUTE_NAME,
        references=(
            Reference(path="router", types=(_ROUTER,)),
            Reference(path="subnetworks[].name", types=(SUBNETWORK,)),
            Reference(path="natIps[]", types=(ADDRESS,)),
        ),
        defaults={"natIpAllocateOption": "AUTO_ONLY", "type": "PUBLIC", "udpIdleTimeoutSec": 30},
        replaces=words("endpointTypes initialNatIps name project region router type"),
        identity=lambda asked: f"{asked.project}/{asked.region}/{last(asked.get('router'))}/{asked.name}",
        computed=lambda asked: {"region": asked.region},
        wrong=_nat_wrong,
    ),
    "gcp:compute/firewall:Firewall": TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"direction": "INGRESS", "priority": 1000},
        ranges={"priority": (0, 65535)},
        references=(network_reference("network"),),
        replaces=words("direction name params project"),
        identity=global_id("firewalls"),
        computed=linked(global_id("firewalls")),
        wrong=_firewall_wrong,
    ),
}
