"""Where the DuckDB file lives, and the keeper beside the API that brings it back and fills in the YAML files.

docs/decisions/duckdb-storage.md says what each storage costs and loses, and why the API's image knows nothing
of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input

from components.containers import Container, Probe
from components.secret import SecretRef
from components.volumes import BucketVolume, NfsVolume, ScratchVolume, Volume
from services.axis.config_files import DATA_DIR, DUCKDB_FILE
from services.axis.contract import CUSTOM_DIR
from services.axis.settings import AxisSettings

KEEPER_NAME = "keeper"
_KEEPER_PORT = 8501
_SNAPSHOTS_DIR = "/mnt/snapshots"
_TEMPLATES_DIR = "/mnt/templates"
_API_USER = 1000
_FILLED_MB = 16
_KEEPER_MB = 256
MOST_SAVED_MB = (4096 - _KEEPER_MB) // 2
"""Largest volume that the keeper can save: it holds the file and a copy in the 4 GiB that go with one CPU."""


@dataclass(frozen=True, kw_only=True)
class Storage:
    """What an instance mounts, and where.

    Attributes:
        volumes: the volumes by name.
        api_mounts: volume to path in the API's container.
        keeper_mounts: volume to path in the keeper's; empty where no keeper is needed.
        keeper_env: the keeper's plain variables.
    """

    volumes: dict[str, Volume] = field(default_factory=dict)
    api_mounts: dict[str, str] = field(default_factory=dict)
    keeper_mounts: dict[str, str] = field(default_factory=dict)
    keeper_env: dict[str, Input[str]] = field(default_factory=dict)

    def plus(self, other: Storage) -> Storage:
        """This and `other` together."""
        return Storage(
            volumes=self.volumes | other.volumes,
            api_mounts=self.api_mounts | other.api_mounts,
            keeper_mounts=self.keeper_mounts | other.keeper_mounts,
            keeper_env=self.keeper_env | other.keeper_env,
        )


def needs_bucket(settings: AxisSettings) -> bool:
    """Whether the file is saved to a bucket."""
    return settings.duckdb.enabled and settings.duckdb.storage == "snapshot"


def needs_keeper(settings: AxisSettings) -> bool:
    """Whether something has to be done before the API starts, or after it stops."""
    return needs_bucket(settings) or settings.databases.configured_by == "files"


def needs_share(settings: AxisSettings) -> bool:
    """Whether the file lives on a file server."""
    return settings.duckdb.enabled and settings.duckdb.storage == "nfs"


def storage(
    settings: AxisSettings,
    *,
    config_bucket: Input[str],
    config_directory: Input[str],
    snapshots: Input[str] | None,
    share: NfsVolume | None,
) -> Storage:
    """What the stack's choice of storage mounts.

    Args:
        settings: the stack's choice.
        config_bucket: bucket of the configuration files.
        config_directory: directory in it.
        snapshots: bucket of the snapshots, with storage `snapshot`.
        share: the file server's directory, with storage `nfs`.
    """
    config = BucketVolume(bucket=config_bucket, directory=config_directory, owner=_API_USER)
    configured = _configured(settings, config)
    if snapshots is not None:
        return configured.plus(_saved(settings, snapshots))
    if share is not None:
        return configured.plus(Storage(volumes={"data": share}, api_mounts={"data": DATA_DIR}))
    return configured


def keeper(
    settings: AxisSettings, mounted: Storage, image: Input[str], passwords: Mapping[str, SecretRef]
) -> Container:
    """The keeper's container, which starts before the API and saves after it."""
    memory_mb = _KEEPER_MB + (2 * settings.duckdb.size_mb if needs_bucket(settings) else 0)
    return Container(
        name=KEEPER_NAME,
        image=image,
        # Cloud Run ties memory to CPU: up to 1 GiB with half of one, up to 4 GiB with one.
        cpu=0.5 if memory_mb <= 1024 else 1,
        memory_mb=memory_mb,
        env={"KEEPER_PORT": str(_KEEPER_PORT), "KEEPER_OWNER": str(_API_USER), **mounted.keeper_env},
        secret_env=passwords,
        startup=Probe(port=_KEEPER_PORT, path="/", period_seconds=5, timeout_seconds=2, failures=48),
        mounts=mounted.keeper_mounts,
    )


def _configured(settings: AxisSettings, config: BucketVolume) -> Storage:
    """The YAML files: mounted as they are, or filled in by the keeper where they name passwords."""
    if settings.databases.configured_by == "environment":
        return Storage(volumes={"config": config}, api_mounts={"config": CUSTOM_DIR})
    return Storage(
        volumes={"config": config, "filled": ScratchVolume(size_mb=_FILLED_MB)},
        api_mounts={"filled": CUSTOM_DIR},
        keeper_mounts={"config": _TEMPLATES_DIR, "filled": CUSTOM_DIR},
        keeper_env={
            "KEEPER_TEMPLATES": f"{_TEMPLATES_DIR}/config",
            "KEEPER_CONFIG": f"{CUSTOM_DIR}/config",
        },
    )


def _saved(settings: AxisSettings, bucket: Input[str]) -> Storage:
    """The DuckDB file in memory, saved to a bucket by the keeper."""
    return Storage(
        volumes={
            "data": ScratchVolume(size_mb=settings.duckdb.size_mb),
            "snapshots": BucketVolume(bucket=bucket, read_only=False, owner=_API_USER),
        },
        api_mounts={"data": DATA_DIR},
        keeper_mounts={"data": DATA_DIR, "snapshots": _SNAPSHOTS_DIR},
        keeper_env={
            "KEEPER_FILE": DUCKDB_FILE,
            "KEEPER_SNAPSHOTS": _SNAPSHOTS_DIR,
            "KEEPER_KEEP": str(settings.duckdb.snapshots_kept),
        },
    )
