"""What the components would refuse of AXIS's settings, asked before anything is made.

Owns which setting a refusal belongs to. The rules are the components' own: each is asked with the settings'
values and a stand-in for what is known only once something exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.container_image import ContainerImageArgs
from components.containers import Container
from components.cron import check_cron
from components.environment import Environment
from components.falkordb_machine import memory_mib
from components.http_schedule import HttpScheduleArgs
from components.instance import instance_problems
from components.postgres import PostgresArgs
from components.redis import RedisArgs
from components.traffic import Canary
from components.volumes import NfsVolume
from services.axis import api, frontend
from services.axis.api_container import api_container
from services.axis.config_files import more_files
from services.axis.contract import own_variables
from services.axis.duckdb_storage import (
    MOST_SAVED_MB,
    Storage,
    keeper,
    needs_bucket,
    needs_keeper,
    needs_share,
    storage,
)
from services.axis.settings import AxisSettings
from services.image_checks import source_refusals
from services.refusals import Refusal, refused

_LATER = "-"
"""Stands for a value that another resource will have."""


def axis_refusals(settings: AxisSettings, environment: Environment) -> Iterator[Refusal]:
    """Each setting that can't be deployed, with the reason and what to write instead."""
    yield from _stores(settings, environment)
    yield from _images(settings, environment)
    yield from _variables(settings)
    yield from _instance(settings)
    yield from _schedule(settings, environment)
    if canary := settings.api.canary:
        yield from refused("axis.api.canary", lambda: Canary(**canary.model_dump()))
    yield from refused("axis.config_folder", lambda: more_files(settings.config_folder))


def _stores(settings: AxisSettings, environment: Environment) -> Iterator[Refusal]:
    sizes, names = settings.postgres.model_dump(), settings.databases.names()
    yield from refused(
        "axis.postgres",
        lambda: PostgresArgs(environment=environment, network=_LATER, databases={}, **sizes),
    )
    yield from refused(
        "axis.databases", lambda: PostgresArgs(environment=environment, network=_LATER, databases=names)
    )
    if redis := settings.redis:
        yield from refused(
            "axis.redis",
            lambda: RedisArgs(environment=environment, network=_LATER, **redis.model_dump()),
        )
    if falkordb := settings.falkordb:
        yield from refused("axis.falkordb", lambda: memory_mib(falkordb.machine_type))


def _images(settings: AxisSettings, environment: Environment) -> Iterator[Refusal]:
    for key, part, dockerfile in (
        ("axis.api", settings.api, api.DOCKERFILE),
        ("axis.frontend", settings.frontend, frontend.DOCKERFILE),
    ):
        if image := part.image:
            yield from refused(
                f"{key}.image",
                lambda image=image: ContainerImageArgs(environment=environment, prebuilt=image),
            )
        yield from source_refusals(key, part.source, dockerfile, environment)
    if image := settings.duckdb.keeper_image:
        yield from refused(
            "axis.duckdb.keeper_image",
            lambda: ContainerImageArgs(environment=environment, prebuilt=image),
        )


def _variables(settings: AxisSettings) -> Iterator[Refusal]:
    taken = own_variables(settings)
    for section, names in (("env", settings.env), ("secrets", settings.secrets)):
        for name in names:
            key = f"axis.{section}.{name}"
            yield from refused(key, lambda name=name: Container(name="api", image=_LATER, env={name: ""}))
            if name in taken:
                yield Refusal(key, "follows from other settings, or from a data store; take it out")


def _instance(settings: AxisSettings) -> Iterator[Refusal]:
    share = NfsVolume(server=_LATER, path="/") if needs_share(settings) else None
    mounted = storage(
        settings,
        config_bucket=_LATER,
        config_directory=_LATER,
        snapshots=_LATER if needs_bucket(settings) else None,
        share=share,
    )
    if needs_bucket(settings) and settings.duckdb.size_mb > MOST_SAVED_MB:
        yield Refusal(
            "axis.duckdb.size_mb",
            f"{settings.duckdb.size_mb} is more than a bucket can be given; write {MOST_SAVED_MB} or less, "
            "or storage: nfs",
        )
        return
    beside = [keeper(settings, mounted, _LATER, {})] if needs_keeper(settings) else []
    api_alone: list[Container] = []
    yield from refused("axis.api", lambda: api_alone.append(_api(settings, mounted)))
    if api_alone:
        for problem in instance_problems([*api_alone, *beside], mounted.volumes):
            yield Refusal("axis.api", f"{problem}; {_keeper_share(beside)}")


def _api(settings: AxisSettings, mounted: Storage) -> Container:
    return api_container(
        settings, image=_LATER, env={}, secret_env={}, mounts=mounted.api_mounts, depends_on=[]
    )


def _keeper_share(beside: Sequence[Container]) -> str:
    shares = [f"the keeper's {each.cpu:g} and {each.memory_mb} among them" for each in beside]
    return " ".join(shares) or "nothing runs beside the API"


def _schedule(settings: AxisSettings, environment: Environment) -> Iterator[Refusal]:
    sync = settings.duckdb.sync
    if sync.schedule is None:
        return
    schedule = sync.schedule
    yield from refused("axis.duckdb.sync.schedule", lambda: check_cron(schedule))
    yield from refused(
        "axis.duckdb.sync.time_zone",
        lambda: HttpScheduleArgs(
            environment=environment,
            schedule="0 0 * * *",
            time_zone=sync.time_zone,
            url=_LATER,
            service_account=_LATER,
            audience=_LATER,
        ),
    )
