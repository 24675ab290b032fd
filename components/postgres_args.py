"""The arguments of a Cloud SQL for PostgreSQL instance, checked against what Cloud SQL offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input

from components.environment import Environment

_VERSION = re.compile(r"POSTGRES_1[4-8]")
_TIER = re.compile(r"db-custom-(?P<cpus>[1-9]\d*)-(?P<megabytes>[1-9]\d*)")
_SHARED_CORE = ("db-f1-micro", "db-g1-small")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,30}")
_DATABASE = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TAKEN = ("postgres", "cloudsqladmin", "cloudsqlsuperuser", "template0", "template1", "public")
_RANGES = {
    "disk_size_gb": (10, 65536),
    "backup_retention_days": (1, 365),
    "pitr_days": (1, 7),
    "maintenance_day": (1, 7),
    "maintenance_hour": (0, 23),
}


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """What the instance is.

    Attributes:
        environment: where it lives.
        network: ID of the VPC, known once private services access is connected.
        databases: database name by a key that callers know it by; its user has the same name as the database.
        readers: who may read the secrets, as `SecretArgs.readers`.
        password_secrets: keys whose password is a secret of its own too, for files that hold `${VARIABLE}`.
        version: PostgreSQL version, like `POSTGRES_17`.
        tier: machine type `db-custom-VCPUS-MEGABYTES`.
        highly_available: a standby in a second zone that takes over, at twice the price.
        disk_size_gb: size of the disk in the beginning, in GB; it grows by itself and is never made smaller.
        backup_retention_days: daily backups that are kept.
        pitr_days: days back to any second of which the data can be restored, 1 to 7; a backup has to reach as
            far back.
        maintenance_day: day of the weekly hour in which Google may restart it, 1 is Monday.
        maintenance_hour: when that hour begins, UTC. The daily backup is made in the hours before.
        flags: PostgreSQL settings over those that this component sets, like `{"max_connections": "200"}`.
    """

    environment: Environment
    network: Input[str]
    databases: Mapping[str, str]
    readers: Mapping[str, Input[str]] = field(default_factory=dict)
    password_secrets: frozenset[str] = frozenset()
    version: str = "POSTGRES_17"
    tier: str = "db-custom-1-3840"
    highly_available: bool = False
    disk_size_gb: int = 20
    backup_retention_days: int = 14
    pitr_days: int = 7
    maintenance_day: int = 7
    maintenance_hour: int = 3
    flags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_machine(self.version, self.tier)
        for name, (lowest, highest) in _RANGES.items():
            if not lowest <= getattr(self, name) <= highest:
                raise ValueError(f"{name} {getattr(self, name)} is not offered; write {lowest} to {highest}")
        if self.pitr_days > self.backup_retention_days:
            raise ValueError(
                f"pitr_days {self.pitr_days} reaches back further than the oldest of "
                f"backup_retention_days {self.backup_retention_days}; write pitr_days: "
                f"{self.backup_retention_days} or less"
            )
        _check_databases(self.databases)
        if unknown := sorted(self.password_secrets - set(self.databases)):
            raise ValueError(
                f"password_secrets {unknown} are no keys of databases; write {set(self.databases)}"
            )


def _check_machine(version: str, tier: str) -> None:
    if not _VERSION.fullmatch(version):
        raise ValueError(f"version {version!r} is not offered; write POSTGRES_14 to POSTGRES_18")
    if tier in _SHARED_CORE:
        raise ValueError(
            f"tier {tier} shares a core: it takes 25 minutes to make, comes with no service level, and falls "
            "behind as soon as it is used; write db-custom-1-3840"
        )
    machine = _TIER.fullmatch(tier)
    if machine is None:
        raise ValueError(f"tier {tier!r} is not of edition ENTERPRISE; write db-custom-VCPUS-MEGABYTES")
    cpus, megabytes = int(machine["cpus"]), int(machine["megabytes"])
    if cpus > 96 or (cpus > 1 and cpus % 2):
        raise ValueError(f"tier {tier} has {cpus} vCPUs; write 1, or an even number up to 96")
    lowest, highest = max(3840, -(-cpus * 9 * 1024 // 10 // 256) * 256), cpus * 6656
    if megabytes % 256 or not lowest <= megabytes <= highest:
        raise ValueError(f"tier {tier}: write a multiple of 256 from {lowest} to {highest} as its megabytes")


def _check_databases(databases: Mapping[str, str]) -> None:
    for key, database in databases.items():
        if not _KEY.fullmatch(key):
            raise ValueError(f"key {key!r} of databases: write a-z, 0-9 and _, like human_signals")
        if not _DATABASE.fullmatch(database) or database in _TAKEN or database.startswith("pg_"):
            raise ValueError(f"{database!r} can't name a database and its user; write axis_{key}, say")
    if len(set(databases.values())) < len(databases):
        raise ValueError("two keys of databases name one database; write a database for each")
