"""What each of palma_ai's machines is, as its settings say: pure data, of `components.vm_service_machine`."""

from __future__ import annotations

from components.vm_service_machine import Machine
from components.vm_service_process import Process
from components.vm_service_source import ArchiveSource, GitSource, Source
from services.palma_ai.settings import PalmaAiSettings, SourceSettings

SERVICE = "palma-ai"
"""The unit, the user and the folders on the machines."""


def host(settings: PalmaAiSettings, name: str, private_domain: str) -> str:
    """The name that it is reached by: its domain's, or one in the network."""
    return settings.domain.name if settings.domain else f"{name}.{private_domain}"


def machine(settings: PalmaAiSettings, *, project: str, host: str) -> Machine:
    """What each machine runs."""
    return Machine(
        name=SERVICE,
        project=project,
        host=host,
        source=source(settings.source),
        process=Process(**settings.process.model_dump()),
        body_mb=settings.request_mb,
        start_seconds=settings.start_seconds,
    )


def source(settings: SourceSettings) -> Source:
    """Where releases come from."""
    if settings.repository:
        return GitSource(repository=settings.repository, subdirectory=settings.subdirectory)
    return ArchiveSource(bucket=settings.bucket or "", subdirectory=settings.subdirectory)
