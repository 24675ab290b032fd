"""The settings of memorise's data stores: Qdrant for the collection, Redis for the visitors."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.settings import Cidr, Model, RedisSettings, SecretSetting

QDRANT_IMAGE = (
    "docker.io/qdrant/qdrant:v1.18.2-unprivileged"
    "@sha256:b79aaa49ce7a7e5b7e9cf3fe76be400c911457084b4b7af47487c1c9ae5962e5"
)
"""The variant that runs as user 1000; docs/decisions/memorise.md says where the digest was read."""

Region = Annotated[str, Field(pattern=r"^[a-z]+-[a-z]+\d+$")]


class SnapshotSettings(Model):
    """When a Qdrant in the cluster is saved to a bucket."""

    schedule: str = Field(default="0 2 * * *", description="Cron expression of the snapshots.")
    time_zone: str = Field(default="Etc/UTC", description="Time zone of the schedule.")
    kept: int = Field(default=14, ge=1, le=365, description="Snapshots kept of each collection.")


class QdrantSettings(Model):
    """Qdrant: a cluster at Qdrant Cloud where there is a URL, else one in the Kubernetes cluster."""

    url: str | None = Field(
        default=None,
        pattern=r"^https://[a-z0-9.-]+(:\d+)?$",
        description="Qdrant Cloud's cluster URL (QDRANT_API_URL); in the cluster without one.",
        examples=["https://1d32ce5a.europe-west1-0.gcp.cloud.qdrant.io:6333"],
    )
    region: Region | None = Field(
        default=None, description="Region of `url`, where the URL itself does not name one of Google's."
    )
    api_key: SecretSetting | None = Field(
        default=None,
        description="Source of QDRANT_API_KEY: without one from the configuration for `url`, else generated.",
    )
    image: str = Field(default=QDRANT_IMAGE, description="Qdrant's image in the cluster, by digest.")
    cpu_millis: int = Field(default=1000, ge=250, le=28000, description="CPU in the cluster, in thousandths.")
    memory_mb: int = Field(default=4096, ge=512, le=112640, description="Memory in the cluster, in MiB.")
    disk_size_gb: int = Field(
        default=20,
        ge=2,
        le=65536,
        description="Disk in the cluster in GiB: three times the collection, since snapshots pass it.",
    )
    storage_class: str | None = Field(
        default=None, pattern=r"^[a-z0-9.-]+$", description="Storage class of the disk; the cluster's own."
    )
    snapshots: SnapshotSettings | None = Field(
        default=SnapshotSettings(), description="Snapshots to a bucket, in the cluster; null for none."
    )

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Self:
        inside = {"image", "cpu_millis", "memory_mb", "disk_size_gb", "storage_class", "snapshots"}
        if self.url and (said := sorted(self.model_fields_set & inside)):
            raise ValueError(f"{said[0]} belongs to a Qdrant in the cluster; take it or `url` out")
        if self.region and not self.url:
            raise ValueError("`region` belongs to `url`; take it out: without one Qdrant is where the API is")
        return self


class GivenRedisSettings(Model):
    """A Redis that is there already."""

    url: SecretSetting = Field(description="Its URL, redis:// or rediss://: secret REDIS_URL.")
    region: Region = Field(
        description="Region it is in, which the URL does not tell.", examples=["europe-west1"]
    )
    ranges: tuple[Cidr, ...] = Field(
        default=(),
        description="Address ranges it is reached at, like 10.30.0.0/29; the internet without one.",
        examples=["[10.30.0.0/29]"],
    )
    ca_certificate: str | None = Field(
        default=None,
        pattern=r"^-----BEGIN CERTIFICATE-----\s",
        description="PEM of a private authority; `url` then ends in ?ssl_ca_certs=/etc/redis/ca.pem.",
    )
    port: int = Field(default=6379, ge=1, le=65535, description="Its port, which the pods are let out to.")


class MemoriseRedisSettings(RedisSettings):
    """Redis: the buffer of events and the user model, with snapshots."""

    eviction: Literal["noeviction", "volatile-lru", "volatile-ttl"] = Field(
        default="volatile-lru",
        description="What a full instance does; volatile-… forget user models, which have a TTL and are "
        "built again from the buffer, and never events.",
    )
    snapshot_period: Literal["ONE_HOUR", "SIX_HOURS", "TWELVE_HOURS", "TWENTY_FOUR_HOURS"] = Field(
        default="ONE_HOUR", description="Time between snapshots: the most that is lost."
    )
    existing: GivenRedisSettings | None = Field(
        default=None, description="A Redis elsewhere; none is made then."
    )

    @model_validator(mode="after")
    def _is_made_or_given(self) -> Self:
        if self.existing and (said := sorted(self.model_fields_set - {"existing"})):
            raise ValueError(f"{said[0]} belongs to a Redis made here; take it or `existing` out")
        return self
