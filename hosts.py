"""The public names of the systems that run in clusters: where each leads, and who keeps its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from services.llm_gateway import fleet
from services.memorise import memorise
from settings import Settings


def hosts(settings: Settings) -> dict[str, Sequence[str]]:
    """Public name to the clusters that answer to it."""
    return {host: names for system, part in _systems(settings) for host, names in system.hosts(part).items()}


def dns_zones(settings: Settings) -> dict[str, str]:
    """Public name to the Cloud DNS zone that gets its records, where there is one."""
    return {
        host: zone for system, part in _systems(settings) for host, zone in system.dns_zones(part).items()
    }


def _systems(settings: Settings) -> Iterator[tuple[ModuleType, object]]:
    if settings.llm_gateway:
        yield fleet, settings.llm_gateway
    if settings.memorise:
        yield memorise, settings.memorise
