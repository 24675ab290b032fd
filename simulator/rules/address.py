"""Reserved addresses, and the private services access that takes a reserved range."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_plus

from simulator.rules.common import (
    ADDRESS,
    COMPUTE_NAME,
    CONNECTION,
    GLOBAL_ADDRESS,
    NETWORK,
    SUBNETWORK,
    addresses_of,
    global_id,
    linked,
    network_reference,
    parsed,
    pick,
    public_address,
    regional_id,
)
from simulator.rules.model import Reference, Refusal, Request, Stored, TypeRules, World, words
from simulator.rules.ranges import overlaps, ranges_of

_POSSIBLE_RESERVED = ipaddress.ip_network("10.128.0.0/9")
_USING_PRIVATE_ACCESS = ("gcp:sql/databaseInstance:DatabaseInstance", "gcp:redis/instance:Instance")


def _reserved_wrong(asked: Request) -> Iterable[Refusal]:
    if asked.get("purpose") == "VPC_PEERING":
        if asked.get("addressType") != "INTERNAL":
            yield "addressType", 'must be "INTERNAL" for the purpose VPC_PEERING'
        if asked.get("prefixLength") is None and "prefixLength" not in asked.inputs:
            yield "prefixLength", "is required for the purpose VPC_PEERING; 16 is usual"
    if asked.get("address") is not None:
        yield from _address_wrong(asked)


def _reserved(asked: Request) -> dict[str, Any]:
    """A range of its own for peered services, or a public address for a load balancer."""
    if asked.get("addressType") != "INTERNAL":
        return {"address": asked.get("address") or public_address(asked)}
    length = int(asked.get("prefixLength") or 32)
    network = asked.target("network", NETWORK)
    taken = [theirs for _, theirs in ranges_of(network, asked.world, asked.urn)] if network else []
    candidates = list(_POSSIBLE_RESERVED.subnets(new_prefix=max(length, 9))) if length <= 20 else []
    start = int(asked.digest("range"), 16)
    for step in range(len(candidates)):
        candidate = candidates[(start + step) % len(candidates)]
        if not any(other is not None and candidate.overlaps(other) for other in taken):
            return {"address": asked.get("address") or str(candidate.network_address)}
    return {"address": asked.get("address") or str(_POSSIBLE_RESERVED[1])}


def _reserved_refused(asked: Request) -> Iterable[Refusal]:
    if asked.get("address") and asked.get("prefixLength"):
        yield from overlaps(
            asked, [("address", parsed(f"{asked.get('address')}/{asked.get('prefixLength')}"))]
        )


def _address_wrong(asked: Request) -> Iterable[Refusal]:
    try:
        ipaddress.ip_address(str(asked.get("address", "10.0.0.1")))
    except ValueError:
        yield "address", f"{asked.get('address')!r} is no address; write one like 10.10.1.5, or leave it out"


def _address_refused(asked: Request) -> Iterable[Refusal]:
    given, subnet = asked.get("address"), asked.target("subnetwork", SUBNETWORK)
    inside = parsed(subnet.get("ipCidrRange")) if subnet else None
    if given and inside is not None and ipaddress.ip_address(given) not in inside:
        yield "address", f"{given} is not inside the subnet's {inside}; choose one that is, or leave it out"
    taken = {one.get("address"): one.urn for one in asked.world.all(ADDRESS) if one.urn != asked.urn}
    if given in taken:
        yield "address", f"{given} is in use by {taken[given]}; choose one that is free, or leave it out"


def _address(asked: Request) -> dict[str, Any]:
    if asked.get("address"):
        return {}
    subnet = asked.target("subnetwork", SUBNETWORK)
    inside = parsed(subnet.get("ipCidrRange")) if subnet else None
    if asked.get("addressType") != "INTERNAL":
        return {"address": public_address(asked)}
    if not isinstance(inside, ipaddress.IPv4Network):
        inside = ipaddress.IPv4Network("10.128.0.0/20")
    others = [one for one in asked.world.all(ADDRESS) if one.urn != asked.urn]
    return {"address": pick(asked, inside, addresses_of(others, "address"))}


def _connected(asked: Request) -> Iterable[Refusal]:
    for other in asked.world.all(CONNECTION):
        same = asked.world.find(other.get("network"), NETWORK) is asked.target("network", NETWORK)
        if (
            same
            and asked.target("network", NETWORK)
            and other.urn != asked.urn
            and other.get("service") == asked.get("service")
        ):
            yield (
                "network",
                f"is already connected by {other.urn}; one connection a network lists all its ranges",
            )


def _connection_in_use(connection: Stored, world: World) -> Iterable[str]:
    """The producer keeps the peering while an instance exists; REMOVE_PEERING needs its leave no more."""
    if connection.get("deletionPolicy") in ("REMOVE_PEERING", "ABANDON"):
        return
    network = world.find(connection.get("network"), NETWORK)
    for user in world.all(*_USING_PRIVATE_ACCESS):
        named = user.get("settings.ipConfiguration.privateNetwork") or user.get("authorizedNetwork")
        if network is not None and world.find(named, NETWORK) is network:
            yield f"producer services (e.g. {user.urn}) still use this connection; delete them first"


RULES: dict[str, TypeRules] = {
    GLOBAL_ADDRESS: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        values={"purpose": ("VPC_PEERING", "PRIVATE_SERVICE_CONNECT")},
        ranges={"prefixLength": (8, 32)},
        defaults={"addressType": "EXTERNAL"},
        references=(network_reference("network"),),
        replaces=words("address addressType description ipVersion name network prefixLength project purpose"),
        identity=global_id("addresses"),
        computed=lambda asked: {**linked(global_id("addresses"))(asked), **_reserved(asked)},
        wrong=_reserved_wrong,
        refused=_reserved_refused,
    ),
    ADDRESS: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"addressType": "EXTERNAL"},
        references=(network_reference("network"), Reference(path="subnetwork", types=(SUBNETWORK,))),
        replaces=words(
            "address addressType description ipCollection ipVersion ipv6EndpointType name network",
            "networkTier prefixLength project purpose region subnetwork",
        ),
        identity=regional_id("addresses"),
        computed=lambda asked: {
            **linked(regional_id("addresses"), region=lambda one: one.region, users=lambda _: [])(asked),
            **_address(asked),
        },
        aliases=lambda stored: [str(stored.get("address"))],
        wrong=_address_wrong,
        refused=_address_refused,
    ),
    CONNECTION: TypeRules(
        name=None,
        api="servicenetworking.googleapis.com",
        values={"deletionPolicy": ("ABANDON", "DELETE", "PREVENT", "REMOVE_PEERING")},
        references=(
            network_reference("network"),
            Reference(path="reservedPeeringRanges[]", types=(GLOBAL_ADDRESS,)),
        ),
        replaces=words("network service"),
        identity=lambda asked: f"{quote_plus(str(asked.get('network')))}:{asked.get('service')}",
        computed=lambda _: {"peering": "servicenetworking-googleapis-com"},
        refused=_connected,
        undeletable=_connection_in_use,
    ),
}
