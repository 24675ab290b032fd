"""What rules of several areas share: the forms of names and links, and the arithmetic of address ranges."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from typing import Any

from simulator.rules.model import Name, Reference, Request, Stored, World

COMPUTE_URL = "https://www.googleapis.com/compute/v1/"

COMPUTE_NAME = Name(
    pattern=r"[a-z]([-a-z0-9]*[a-z0-9])?",
    says="lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen",
)


NETWORK = "gcp:compute/network:Network"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"
ACCOUNT = "gcp:serviceaccount/account:Account"
CONNECTION = "gcp:servicenetworking/connection:Connection"
GLOBAL_ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
ADDRESS = "gcp:compute/address:Address"

FOREIGN_MEMBER = r"(?!serviceAccount:(?!service-\d+@)[^@]+@[a-z][a-z0-9-]+\.iam\.gserviceaccount\.com$).*"
FOREIGN_ACCOUNT = r"(?![^@]+@[a-z][a-z0-9-]+\.iam\.gserviceaccount\.com$).*"

MEMBER = Reference(path="member", types=(ACCOUNT,), holds=False, foreign=FOREIGN_MEMBER)
"""A member of a policy: only this kind of service account is one that a program makes, and no agent's."""


def network_reference(path: str, *, holds: bool = True) -> Reference:
    """A reference to a network."""
    return Reference(path=path, types=(NETWORK,), holds=holds)


def global_id(collection: str) -> Callable[[Request], str]:
    """IDs of the form `projects/P/global/COLLECTION/NAME`."""
    return lambda asked: f"projects/{asked.project}/global/{collection}/{asked.name}"


def regional_id(collection: str) -> Callable[[Request], str]:
    """IDs of the form `projects/P/regions/R/COLLECTION/NAME`."""
    return lambda asked: f"projects/{asked.project}/regions/{asked.region}/{collection}/{asked.name}"


def zonal_id(collection: str) -> Callable[[Request], str]:
    """IDs of the form `projects/P/zones/Z/COLLECTION/NAME`."""
    return lambda asked: f"projects/{asked.project}/zones/{asked.zone}/{collection}/{asked.name}"


def linked(identity: Callable[[Request], str], **more: Callable[[Request], Any]) -> Callable[[Request], dict]:
    """Compute Engine's computed properties: the link, made of the ID, and `more`."""
    return lambda asked: {
        "selfLink": COMPUTE_URL + identity(asked),
        **{name: compute(asked) for name, compute in more.items()},
    }


def project_number(asked: Request, project: str | None = None) -> str:
    """The number of the project that the resource is in, or of `project`."""
    return numbered(asked.world, project or asked.project)


def numbered(world: World, project: str) -> str:
    """A project's number: the one that the cloud was told, else one that its ID gives."""
    told = world.setting("projects", project)
    by_its_id = Request(type="", urn=project, inputs={}, world=world).number("project", digits=12)
    return str(told) if told else by_its_id


def parsed(text: object) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The address range that `text` says, or `None` when it says none, or has bits beside its mask."""
    try:
        return ipaddress.ip_network(str(text))
    except ValueError:
        return None


def range_refusals(asked: Request, *paths: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the address ranges at `paths`."""
    for path in paths:
        for at, text in asked.every(path):
            if parsed(text) is None:
                yield (
                    at,
                    f"{text!r} is no address range; write one like 10.10.0.0/24, with no bits after its mask",
                )


def pick(asked: Request, network: ipaddress.IPv4Network, taken: set[str], *salt: object) -> str:
    """An address of `network` that is the same for the same URN, its first four and its last left out."""
    usable = max(network.num_addresses - 5, 1)
    start = int(asked.digest("address", *salt), 16)
    for step in range(usable):
        address = str(network[4 + (start + step) % usable] if network.num_addresses > 5 else network[0])
        if address not in taken:
            return address
    return str(network[0])


def public_address(asked: Request, *salt: object) -> str:
    """An address out of one of Google's public ranges."""
    number = int(asked.digest("public", *salt), 16)
    return f"34.{64 + number % 64}.{number // 64 % 256}.{1 + number // 16384 % 254}"


def addresses_of(stored: list[Stored], *paths: str) -> set[str]:
    """The addresses at `paths` of what exists."""
    return {str(value) for one in stored for path in paths if (value := one.get(path))}
