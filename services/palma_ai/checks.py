"""What the components would refuse of palma_ai's settings, asked before anything is made.

Owns which setting a refusal belongs to. The rules are the components' own: each is asked with the settings'
values and a stand-in for what is known only once something exists.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.environment import Environment, check_zone
from components.vm_service_args import check_machine_type
from components.vm_service_files import user_data
from components.vm_service_process import Process
from components.vm_service_source import ArchiveSource, Deployment
from services.palma_ai.machine import machine
from services.palma_ai.settings import PalmaAiSettings
from services.refusals import Refusal, refused

_HOST = "-"
"""Stands for the name that machines are reached by."""


def palma_ai_refusals(settings: PalmaAiSettings, environment: Environment) -> Iterator[Refusal]:
    """Each setting that can't be deployed, with the reason and what to write instead."""
    yield from refused("palma_ai.machine_type", lambda: check_machine_type(settings.machine_type))
    for letter in settings.zones:
        zone = f"{environment.region}-{letter}"
        yield from refused("palma_ai.zones", lambda zone=zone: check_zone(zone, environment.region))
    parts = [*_source(settings), *_process(settings), *_variables(settings)]
    # Only parts that are each right make a machine, whose whole may still be too large.
    yield from parts or _whole(settings, environment)


def _source(settings: PalmaAiSettings) -> Iterator[Refusal]:
    subdirectory = settings.source.subdirectory
    yield from refused(
        "palma_ai.source.subdirectory", lambda: ArchiveSource(bucket=_HOST, subdirectory=subdirectory)
    )


def _process(settings: PalmaAiSettings) -> Iterator[Refusal]:
    for name, value in settings.process.model_dump(exclude={"max_requests", "max_requests_jitter"}).items():
        given = {name: value}
        yield from refused(f"palma_ai.process.{name}", lambda given=given: Process(**given))


def _variables(settings: PalmaAiSettings) -> Iterator[Refusal]:
    revision = settings.source.revision
    for name, value in settings.env.items():
        given = {name: value}
        yield from refused(
            f"palma_ai.env.{name}", lambda given=given: Deployment(revision=revision, env=given)
        )
    for name in settings.secrets:
        known = {name: (_HOST, "1")}
        yield from refused(
            f"palma_ai.secrets.{name}", lambda known=known: Deployment(revision=revision, secrets=known)
        )


def _whole(settings: PalmaAiSettings, environment: Environment) -> Iterator[Refusal]:
    """The two texts that machines are given."""
    yield from refused(
        "palma_ai", lambda: user_data(machine(settings, project=environment.project, host=_HOST))
    )
    deployment = Deployment(revision=settings.source.revision, env=settings.env)
    yield from refused("palma_ai.env", deployment.text)
