"""Address ranges inside a network: who uses which, and that none overlap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.rules.common import GLOBAL_ADDRESS, NETWORK, SUBNETWORK, parsed
from simulator.rules.model import Refusal, Request, Stored, World


def ranges_of(network: Stored, world: World, but: str) -> Iterator[tuple[str, Any]]:
    """Each address range in use in `network`, with who uses it."""
    for subnet in world.all(SUBNETWORK):
        if subnet.urn != but and world.find(subnet.get("network"), NETWORK) is network:
            yield subnet.urn, parsed(subnet.get("ipCidrRange"))
            for secondary in subnet.get("secondaryIpRanges") or ():
                yield subnet.urn, parsed(secondary.get("ipCidrRange"))
    for address in world.all(GLOBAL_ADDRESS):
        if address.urn != but and world.find(address.get("network"), NETWORK) is network:
            yield address.urn, parsed(f"{address.get('address')}/{address.get('prefixLength')}")


def overlaps(asked: Request, wanted: list[tuple[str, Any]]) -> Iterator[Refusal]:
    """Each of the `wanted` ranges, with its path, that another in the same network overlaps."""
    network = asked.target("network", NETWORK)
    for path, mine in wanted if network else ():
        for user, theirs in ranges_of(network, asked.world, asked.urn) if network else ():
            if (
                mine is not None
                and theirs is not None
                and mine.version == theirs.version
                and mine.overlaps(theirs)
            ):
                yield path, f"{mine} overlaps {theirs} of {user}; choose a range that is free"
