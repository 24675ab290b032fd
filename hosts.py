"""The public names of the systems that run in clusters: where each leads, and who keeps its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from services.llm_gateway import fleet
from services.memorise import memorise
from services.refusals import Refusal
from settings import Settings


def hosts(settings: Settings) -> dict[str, Sequence[str]]:
    """Public name to the clusters that answer to it."""
    return {host: names for system, part in _systems(settings) for host, names in system.hosts(part).items()}


def dns_zones(settings: Settings) -> dict[str, str]:
    """Public name to the Cloud DNS zone that gets its records, where there is one."""
    return {
        host: zone for system, part in _systems(settings) for host, zone in system.dns_zones(part).items()
    }


def refused_hosts(settings: Settings) -> Iterator[Refusal]:
    """Each public name that would lead to two systems."""
    taken: dict[str, str] = {}
    for system, host in _every_host(settings):
        if host in taken:
            yield Refusal(
                f"{system}.domain.name", f"{host} leads to {taken[host]} already; write another name"
            )
        taken.setdefault(host, system)


def _every_host(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.axis and settings.axis.domain:
        yield "axis", settings.axis.domain.name
    for system, part in _systems(settings):
        # Within a system its own rules ask.
        yield from ((system.__name__.split(".")[1], host) for host in system.hosts(part))
    if settings.palma_ai and settings.palma_ai.domain:
        yield "palma_ai", settings.palma_ai.domain.name


def _systems(settings: Settings) -> Iterator[tuple[ModuleType, object]]:
    if settings.llm_gateway:
        yield fleet, settings.llm_gateway
    if settings.memorise:
        yield memorise, settings.memorise
