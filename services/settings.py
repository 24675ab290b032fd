"""Settings that systems share: data stores, secrets, and the strict model that all of them are read with."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pulumi
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class SettingsError(pulumi.RunError):
    """The stack's configuration can't be deployed; the message has a line for each reason."""


class Model(BaseModel):
    """A section of a stack's configuration: read once, never changed, no key that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _https_origin(value: str) -> str:
    scheme, _, host = value.partition("://")
    if scheme != "https" or not host or any(character in host for character in "/?#*@ ,"):
        raise ValueError("write an exact origin with no path and no wildcard, like https://axis.acme.com")
    return value


Origin = Annotated[str, AfterValidator(_https_origin)]
"""An exact HTTPS origin, as CORS compares it: scheme and host, no trailing slash, no wildcard."""


Image = Annotated[str, Field(pattern=r"^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$")]
"""An image by digest."""

Cidr = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$")]
"""A range of IPv4 addresses."""


class NetworkSettings(Model):
    """Address ranges of the VPC; none may overlap another, or a network that is peered with this one."""

    egress_cidr: str = Field(
        default="10.10.0.0/26",
        description="Subnet that Cloud Run's instances take addresses from; /26 or larger.",
    )
    vm_cidr: str = Field(default="10.10.1.0/24", description="Subnet of the virtual machines.")
    services_cidr: str = Field(
        default="10.20.0.0/16",
        description="Range of Google's managed services: Cloud SQL and Memorystore.",
    )
    flow_log_sampling: float = Field(
        default=0.5, ge=0, le=1, description="Share of flows that are logged, from 0 to 1."
    )
    private_domain: str = Field(
        default="ai.internal", description="Private DNS domain; names are HOST.STACK.DOMAIN."
    )


class PostgresSettings(Model):
    """A Cloud SQL for PostgreSQL instance."""

    version: str = Field(default="POSTGRES_17", description="Cloud SQL database version.")
    tier: str = Field(
        default="db-custom-1-3840",
        description="Machine type, db-custom-VCPUS-MEGABYTES; shared-core tiers are refused.",
    )
    highly_available: bool = Field(default=False, description="A standby in a second zone.")
    disk_size_gb: int = Field(
        default=20, ge=10, le=65536, description="Initial disk size in GB; it grows by itself."
    )
    backup_retention_days: int = Field(default=14, ge=1, le=365, description="Daily backups kept, in days.")
    pitr_days: int = Field(
        default=7,
        ge=1,
        le=7,
        description="Point-in-time recovery window, in days; backups must reach as far.",
    )
    maintenance_day: int = Field(
        default=7, ge=1, le=7, description="Day of the maintenance window, 1 is Monday."
    )
    maintenance_hour: int = Field(default=3, ge=0, le=23, description="Hour of the window, UTC.")

    @model_validator(mode="after")
    def _keeps_a_backup_for_each_day(self) -> Self:
        if self.pitr_days > self.backup_retention_days:
            raise ValueError(
                f"pitr_days {self.pitr_days} reaches further back than the backups; "
                f"write pitr_days: {self.backup_retention_days} or backup_retention_days: {self.pitr_days}"
            )
        return self


class RedisSettings(Model):
    """A Memorystore for Redis instance."""

    memory_gb: int = Field(default=1, ge=1, le=300, description="Memory in GiB.")
    highly_available: bool = Field(
        default=False, description="Standard tier with a replica; can't be changed without a new instance."
    )
    version: str = Field(default="REDIS_7_2", description="Redis version.")


class FalkorDBSettings(Model):
    """FalkorDB on a virtual machine."""

    machine_type: str = Field(
        default="e2-medium", description="Machine type; about 70 % of its memory is FalkorDB's."
    )
    disk_size_gb: int = Field(default=20, ge=10, le=65536, description="Data disk in GB.")
    snapshot_days: int = Field(default=14, ge=1, le=365, description="Daily disk snapshots kept, in days.")
    graph: str = Field(default="knowledge_graph", description="Name of the graph (GRAPH_DB_NAME).")


class DomainSettings(Model):
    """A domain of the team's own in front of a service: load balancer, managed certificate, Cloud Armor."""

    name: str = Field(
        pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", description="Host name, e.g. api.acme.com."
    )
    dns_zone: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9-]{0,62}$",
        description="Cloud DNS managed zone that gets the record; without one set it by hand.",
    )
    requests_per_minute: int = Field(
        default=600, ge=10, le=10000, description="Requests a client address may make in a minute."
    )
    waf: Literal["off", "preview", "enforce"] = Field(
        default="preview",
        description="Cloud Armor's preconfigured rules: off, only logged, or enforced; enforced, they also "
        "refuse prompts that hold SQL or shell text.",
    )


class SecretSetting(Model):
    """A secret's source."""

    source: Literal["generated", "config", "secret_manager"] = Field(
        description="generated: made once; config: `pulumi config set --secret`; "
        "secret_manager: kept by hand in Secret Manager."
    )
    secret: str | None = Field(
        default=None, description="Secret Manager ID, with source secret_manager alone."
    )
    version: str | None = Field(
        default=None, pattern=r"^[1-9]\d*$", description="Version number, with source secret_manager alone."
    )

    generation: int = Field(
        default=1, ge=1, description="Raising it makes another value, with source generated alone."
    )

    @model_validator(mode="after")
    def _names_what_is_kept_by_hand(self) -> Self:
        by_hand = self.source == "secret_manager"
        if self.generation > 1 and self.source != "generated":
            raise ValueError("`generation` belongs to source generated; take it out")
        if by_hand and not (self.secret and self.version):
            raise ValueError("source secret_manager needs both `secret` (its ID) and `version` (a number)")
        if not by_hand and (self.secret or self.version):
            raise ValueError("`secret` and `version` belong to source secret_manager; take them out")
        return self
