"""What FalkorDB's machine runs, as text: pure functions from the arguments to a cloud-init document.

Owns the database's own settings and units. Container-Optimized OS gives Docker, curl and the usual small
tools, and no Python or package manager; its /etc is empty at every boot, and so is written by cloud-init at
every boot.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from components.cloud_init import CONFIG_DIRECTORY, File, cloud_config, rendered, script, script_path, unit
from components.vm_files import (
    DATA_DIRECTORY,
    configuration_watch,
    data_disk,
    secret_reader,
    secret_script,
    started,
    watchdog,
)

PORT = 6379

_RUNTIME_DIRECTORY = "/run/falkordb"
# The `redis` user of the image: nothing in the container runs as root.
_USER = 999
# The kernel gives a stopping machine 90 seconds.
_STOP_SECONDS = 70

_SHARED_CORE_MIB = {"e2-small": 2_048, "e2-medium": 4_096}
_MIB_PER_VCPU = {"standard": 4_096, "highmem": 8_192}
_PREDEFINED = re.compile(r"(?:e2|n2|n2d|c3|c3d)-(standard|highmem)-(\d+)")
_CUSTOM = re.compile(r"(?:e2|n2|n2d)-custom-\d+-(\d+)")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The database's own settings.

    Attributes:
        maxmemory_mib: memory that data may take; a write beyond it is refused.
        query_timeout_ms: how long a query may take that does not say.
        query_timeout_max_ms: how long a query may ask for.
        query_memory_mib: memory that one query may take.
        queued_queries: queries that may wait for a thread before the next is refused.
        result_rows: rows of one answer; the rest is cut off.
    """

    maxmemory_mib: int
    query_timeout_ms: int
    query_timeout_max_ms: int
    query_memory_mib: int
    queued_queries: int
    result_rows: int


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine: where its image and its password come from, and the database's settings.

    Attributes:
        project: project ID that the password's secret is in.
        registry: what the image is pulled through, `REGION-docker.pkg.dev/PROJECT/REPOSITORY`.
        image: `NAME:TAG@DIGEST` on Docker Hub.
        secret: short ID of the password's secret.
        version: number of the secret's version.
        settings: the database's settings.
    """

    project: str
    registry: str
    image: str
    secret: str
    version: str
    settings: Settings


def memory_mib(machine_type: str) -> int:
    """The memory of a machine type.

    Raises:
        ValueError: for a type whose memory its name does not say.
    """
    if machine_type in _SHARED_CORE_MIB:
        return _SHARED_CORE_MIB[machine_type]
    if predefined := _PREDEFINED.fullmatch(machine_type):
        return _MIB_PER_VCPU[predefined[1]] * int(predefined[2])
    if custom := _CUSTOM.fullmatch(machine_type):
        return int(custom[1])
    raise ValueError(
        f"machine_type {machine_type!r}: write e2-small, e2-medium, a standard or highmem type of "
        "e2, n2, n2d, c3 or c3d (like e2-highmem-2), or a custom type (like e2-custom-2-12288)"
    )


def pull_reference(registry: str, image: str) -> str:
    """The reference to pull through `registry`: a digest alone where there is one, since it decides."""
    name, _, digest = image.partition("@")
    if not digest:
        return f"{registry}/{image}"
    return f"{registry}/{name.rpartition(':')[0] or name}@{digest}"


def redis_args(settings: Settings, *, password_file: str = f"{_RUNTIME_DIRECTORY}/redis.conf") -> str:
    """Redis' arguments; the password comes from the file named first, and so is no argument.

    At most one second of writes is lost by a crash. A graph is one key: evicting a key would delete a whole
    graph, so a full memory refuses writes instead.
    """
    return (
        f"{password_file} --appendonly yes --appendfsync everysec --save 900 1 300 10 60 1000 "
        f"--maxmemory {settings.maxmemory_mib}mb --maxmemory-policy noeviction"
    )


def falkordb_args(settings: Settings) -> str:
    """The graph module's arguments, all said: the image's own default ends every query after one second."""
    return (
        f"TIMEOUT_MAX {settings.query_timeout_max_ms} TIMEOUT_DEFAULT {settings.query_timeout_ms} "
        f"QUERY_MEM_CAPACITY {settings.query_memory_mib * 1024 * 1024} "
        f"MAX_QUEUED_QUERIES {settings.queued_queries} RESULTSET_SIZE {settings.result_rows}"
    )


def files(machine: Machine) -> list[File]:
    """Every file on the machine."""
    reference = pull_reference(machine.registry, machine.image)
    return [
        *data_disk(owner=_USER),
        *secret_reader(project=machine.project),
        *watchdog(service="falkordb.service", check=script_path("falkordb-check")),
        *configuration_watch(),
        unit(
            "falkordb.service",
            "falkordb/falkordb.service",
            image=reference,
            data=DATA_DIRECTORY,
            port=PORT,
            user=_USER,
            stop_seconds=_STOP_SECONDS,
        ),
        script(
            "falkordb-prepare",
            "falkordb/falkordb-prepare.sh",
            image=reference,
            runtime_directory=_RUNTIME_DIRECTORY,
            user=_USER,
            fetch_secret=secret_script(),
            secret=machine.secret,
            version=machine.version,
        ),
        script("falkordb-check", "falkordb/falkordb-check.sh", runtime_directory=_RUNTIME_DIRECTORY),
        _container_environment(machine.settings),
        _registry_login(machine.registry),
    ]


def user_data(machine: Machine) -> str:
    """The machine's whole cloud-init document."""
    return cloud_config(
        files=files(machine),
        commands=[
            # Without it, saving needs as much free memory again as the data takes.
            ["sysctl", "-w", "vm.overcommit_memory=1"],
            *started("falkordb.service", "watchdog.timer", "apply-config.service"),
        ],
    )


def _container_environment(settings: Settings) -> File:
    return File(
        path=f"{CONFIG_DIRECTORY}/falkordb.env",
        content=rendered(
            "falkordb/falkordb.env",
            redis_args=redis_args(settings),
            falkordb_args=falkordb_args(settings),
        ),
    )


def _registry_login(registry: str) -> File:
    """Docker asks the credential helper of the operating system, which signs in as the machine's account."""
    helpers = {"credHelpers": {registry.partition("/")[0]: "gcr"}}
    return File(path=f"{CONFIG_DIRECTORY}/docker/config.json", content=json.dumps(helpers) + "\n")
