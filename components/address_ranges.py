"""Rules for the address ranges of a private network: pure functions, no resource."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import combinations

_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_TAKEN = {"Docker's own bridge, on every machine that runs containers": IPv4Network("172.17.0.0/16")}


def private_range(name: str, cidr: str, *, longest_prefix: int, why: str) -> IPv4Network:
    """`cidr` as a private IPv4 range of at least `/longest_prefix`; a ValueError says what to write."""
    try:
        parsed = IPv4Network(cidr, strict=False)
    except ValueError as error:
        raise ValueError(f"{name} {cidr!r} is no IPv4 range; write one like 10.10.0.0/24") from error
    if str(parsed) != cidr:
        raise ValueError(f"{name} {cidr!r} doesn't begin at its first address; write {parsed}")
    if not any(parsed.subnet_of(block) for block in _PRIVATE):
        raise ValueError(
            f"{name} {cidr} is not private; write a range inside {', '.join(map(str, _PRIVATE))}"
        )
    if parsed.prefixlen > longest_prefix:
        larger = parsed.supernet(new_prefix=longest_prefix)
        raise ValueError(f"{name} {cidr} is too small: {why}; write {larger} or larger")
    return parsed


def refuse_overlap(ranges: Mapping[str, IPv4Network]) -> None:
    """A ValueError that names both where two ranges share an address, be it one that is taken anyway."""
    for (one, first), (other, second) in combinations({**ranges, **_TAKEN}.items(), 2):
        if first.overlaps(second):
            raise ValueError(f"{one} {first} overlaps {other} ({second}); write ranges that share no address")
