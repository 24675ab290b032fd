"""The settings of the gateway's pods and of what stands around them, one class a part."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from services.llm_gateway.credential_settings import Credentials, Fallbacks
from services.llm_gateway.metrics_settings import METRICS_PATH
from services.settings import Cidr, DomainSettings, Image, Model, Origin, PostgresSettings, SecretSetting

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
ShortName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,18}[a-z0-9]$")]
Argument = Annotated[str, Field(pattern=r"^[!-~]([ -~]*[!-~])?$")]


def _is_no_metric(path: str) -> str:
    if f"{path}/".startswith("/metrics/"):
        raise ValueError(f"would publish {METRICS_PATH}; take it out")
    return path


def _leads_to_no_metric(prefix: str) -> str:
    whole = prefix.rstrip("/") + "/"
    if f"{METRICS_PATH}/".startswith(whole):
        raise ValueError(f"would publish {METRICS_PATH}; write the prefixes that clients use, like /v1")
    return _is_no_metric(prefix)


_Path = Annotated[str, Field(pattern=r"^/([A-Za-z0-9._~-]+/?)*$")]
ExactPath = Annotated[_Path, AfterValidator(_is_no_metric)]
PathPrefix = Annotated[_Path, AfterValidator(_leads_to_no_metric)]


def _is_a_program(command: tuple[str, ...]) -> tuple[str, ...]:
    if command and len(command[0]) < 2:
        raise ValueError(f"{command[0]!r} is no program; write it and its arguments, like [gateway, migrate]")
    return command


Command = Annotated[tuple[Argument, ...], Field(min_length=1), AfterValidator(_is_a_program)]


class CanarySettings(Model):
    """A second version beside the stable one."""

    image: Image = Field(description="Its image, by digest.")
    weight: int = Field(
        default=0,
        ge=0,
        le=100,
        description="Its share of requests in percent; at 0 only those with `x-canary: always` reach it.",
    )
    min_replicas: int = Field(default=1, ge=1, le=100, description="Its pods that always run.")


class ReplicaSettings(Model):
    """How many pods there are."""

    min: int = Field(default=3, ge=1, le=100, description="Pods that always run.")
    max: int = Field(default=10, ge=1, le=200, description="Most pods, of each version.")
    cpu_percent: int = Field(
        default=70, ge=10, le=95, description="Share of its CPU that a pod uses on average, in percent."
    )

    @model_validator(mode="after")
    def _scales_upwards(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}; write max: {self.min} or more")
        return self


class SizeSettings(Model):
    """How big a pod is."""

    cpu_millis: int = Field(default=500, ge=250, le=28000, description="CPU of a pod, in thousandths.")
    memory_mb: int = Field(default=1024, ge=512, le=112640, description="Memory of a pod in MiB.")
    scratch_mb: int = Field(default=64, ge=16, le=8192, description="Room in /tmp in MiB.")
    pool: int = Field(
        default=5, ge=1, le=200, description="Connections to Postgres that a pod opens at most."
    )


class GatewayPostgresSettings(PostgresSettings):
    """A Cloud SQL instance that takes the connections of many pods."""

    tier: str = Field(
        default="db-custom-2-7680",
        description="Machine type, db-custom-VCPUS-MEGABYTES; its memory decides how many connections it "
        "takes, and pods that would open more are refused.",
    )


class HealthSettings(Model):
    """Paths of the probes on the gateway's port."""

    startup: ExactPath = Field(default="/health", description="Asked until the pod has started.")
    readiness: ExactPath = Field(
        default="/health", description="Asked by Kubernetes, the load balancer and the uptime check."
    )
    liveness: ExactPath = Field(default="/health", description="A pod that fails it is restarted.")


class MigrationSettings(Model):
    """The database migration, once for each image, before its first pod."""

    command: Command = Field(description="Command in the image.", examples=["[gateway, migrate]"])
    deadline_seconds: int = Field(
        default=900, ge=30, le=7200, description="Time after which it has failed, in seconds."
    )


class VariableSettings(Model):
    """What the image calls the variables that the program gives it."""

    port: EnvironmentName = Field(default="PORT", description="Port to listen on.")
    database_url: EnvironmentName = Field(default="DATABASE_URL", description="Postgres, secret.")
    pool: EnvironmentName = Field(default="DATABASE_POOL_SIZE", description="Most connections of a pod.")
    redis_url: EnvironmentName = Field(default="REDIS_URL", description="Redis, secret.")
    metrics_token: EnvironmentName = Field(
        default="METRICS_TOKEN", description="Bearer token of the metrics endpoint, secret."
    )
    routing_file: EnvironmentName = Field(default="ROUTING_FILE", description="Path of the routing file.")

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len(set(self.model_dump().values())) < len(type(self).model_fields):
            raise ValueError("two values have one variable; write a variable for each")
        return self


class EgressSettings(Model):
    """Private addresses that pods may reach beside the stores made here: a given Postgres, say."""

    range: Cidr = Field(description="IPv4 range.", examples=["10.5.0.0/16"])
    ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = Field(
        min_length=1, description="TCP ports in it.", examples=["[5432, 6379]"]
    )


class QuotaSettings(Model):
    """The most that a tenant's pods may ask for; enough for its replicas without one."""

    cpu: int = Field(ge=1, le=10000, description="vCPUs.")
    memory_gb: int = Field(ge=1, le=100000, description="Memory in GiB.")
    pods: int = Field(ge=1, le=10000, description="Pods, those that are ending among them.")


class VendorSettings(Model):
    """The gateway that Axiom operates."""

    endpoint: Origin = Field(
        pattern=r"^https://[a-z0-9.-]+$",
        description="Its address, with no port.",
        examples=["https://gateway.axiom.example"],
    )
    health_path: ExactPath = Field(default="/health", description="Path that the uptime check asks.")


class TenantSettings(Model):
    """An organization of its own: namespace, identity, database, keys and host name."""

    domain: DomainSettings = Field(description="Its own host name.")
    clusters: tuple[ShortName, ...] = Field(
        default=(), description="The clusters it is in, by name; all of `clusters` without one."
    )
    replicas: ReplicaSettings | None = Field(default=None, description="Its pods; the base's without it.")
    quota: QuotaSettings | None = Field(default=None, description="Its namespace's quota.")
    credentials: Credentials = Field(
        default={}, description="Its provider credentials; none is shared with anybody.", examples=["{}"]
    )
    fallbacks: Fallbacks = Field(default={}, description="Its fallbacks, credential to credentials.")
    env: dict[EnvironmentName, str] = Field(default={}, description="Plain variables over the base's.")
    secrets: dict[EnvironmentName, SecretSetting] = Field(default={}, description="Its secret variables.")
