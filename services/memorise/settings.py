"""The settings of memorise, one class a part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.memorise.store_settings import MemoriseRedisSettings, QdrantSettings
from services.settings import DomainSettings, Model, Origin, SecretSetting

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Said = Annotated[str, Field(min_length=1)]
Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_./-]{0,61}[A-Za-z0-9])?$")]
Labels = Annotated[dict[Label, Label], Field(min_length=1)]
Word = Annotated[str, Field(pattern=r"^\S+$")]
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
PublicPath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)+(/\*)?$")]
CorsOrigin = Origin | Literal["*"]

WEBHOOK = "/api/ingest"
"""Where RudderStack sends events to."""


class EngineSettings(Model):
    """What the two engines have in common: where the image comes from and how big a pod is."""

    source: Said | None = Field(default=None, description="Folder of the engine's source, built here.")
    image: Said | None = Field(default=None, description="An image built elsewhere, by digest, instead.")
    cpu_millis: int = Field(default=500, ge=250, le=28000, description="CPU of a pod, in thousandths.")
    memory_mb: int = Field(default=2048, ge=512, le=112640, description="Memory of a pod in MiB.")
    scratch_mb: int = Field(
        default=1024,
        ge=64,
        le=8192,
        description="Room in /tmp in MiB; the embedding model is fetched into it.",
    )
    env: dict[EnvironmentName, str] = Field(default={}, description="More plain variables.")
    secrets: dict[EnvironmentName, SecretSetting] = Field(
        default={}, description="More secret variables, or another source of the document's own."
    )

    @model_validator(mode="after")
    def _is_built_or_given(self) -> Self:
        if bool(self.source) == bool(self.image):
            raise ValueError("write either `source`, a folder, or `image`, by digest")
        if both := sorted(set(self.env) & set(self.secrets)):
            raise ValueError(f"{', '.join(both)} stands in `env` and in `secrets`; keep it in one")
        return self


class AiEngineSettings(EngineSettings):
    """The AI Engine API, the part that is public."""

    application: str = Field(
        default="ai_engine.recsys.api:app",
        pattern=r"^[\w.]+:[\w.]+$",
        description="What uvicorn serves, MODULE:ATTRIBUTE.",
    )
    health_path: str = Field(
        default="/", pattern=r"^/[\w./-]*$", description="Path of the probes and the alert."
    )
    replicas: int = Field(default=3, ge=1, le=100, description="Pods that always run.")
    max_replicas: int = Field(default=10, ge=1, le=200, description="Most pods.")
    request_timeout_seconds: int = Field(default=180, ge=1, le=3600, description="Longest request.")
    public_paths: tuple[PublicPath, ...] = Field(
        default=("/api/recommend", "/api/search/*"),
        description="Paths that the public reaches beside / and POST /api/ingest; /* is all that is below.",
        examples=["[/api/recommend]"],
    )
    cors_variable: EnvironmentName = Field(
        default="AI_ENGINE_CORS", description="Variable that the allowed origins are given in."
    )

    @model_validator(mode="after")
    def _scales_upwards(self) -> Self:
        if self.replicas > self.max_replicas:
            raise ValueError(
                f"replicas {self.replicas} is above max_replicas {self.max_replicas}; "
                f"write max_replicas: {self.replicas} or more"
            )
        return self


class ContentEngineSettings(EngineSettings):
    """The Content Engine: always there for POST /ingest, or now and then for POST /sync/omeka."""

    mode: Literal["deployment", "cronjob"] = Field(
        default="cronjob", description="deployment: takes POST /ingest at runtime; cronjob: only syncs."
    )
    schedule: str | None = Field(
        default=None, description="Cron expression of POST /sync/omeka; required with mode cronjob."
    )
    time_zone: str = Field(default="Etc/UTC", description="Time zone of the schedule.")
    sync_timeout_seconds: int = Field(
        default=3600, ge=60, le=86400, description="Longest sync, after which it is stopped."
    )
    port: int = Field(default=8000, ge=1024, le=65535, description="Port that `content-engine` listens on.")
    callers: dict[Namespace, Labels] = Field(
        default={},
        description="Pods of other namespaces that may call it: namespace to their labels.",
        examples=["{cms: {app: importer}}"],
    )

    @model_validator(mode="after")
    def _does_what_its_mode_says(self) -> Self:
        if self.mode == "cronjob" and self.schedule is None:
            raise ValueError("mode cronjob needs a schedule, for example schedule: '0 4 * * *'")
        if self.mode == "cronjob" and self.callers:
            raise ValueError("`callers` belong to mode deployment: a cron job takes no requests")
        return self


class KeycloakSettings(Model):
    """Where users sign in."""

    url: Origin = Field(description="Keycloak's address (KEYCLOAK_BASE_URL).")
    realm: Word = Field(description="Realm (KEYCLOAK_REALM).")
    client_id: Word = Field(description="Client (KEYCLOAK_CLIENT_ID); its secret: KEYCLOAK_CLIENT_SECRET.")


class OpenRouterSettings(Model):
    """The LLM endpoint."""

    url: str = Field(
        default="https://openrouter.ai/api/v1",
        pattern=r"^https://\S+$",
        description="Its address (OPENROUTER_API_URL); the key is secret OPENROUTER_API_KEY.",
    )
    model: Word | None = Field(default=None, description="Model (OPENROUTER_NARRATIVE_MODEL).")


class RudderStackSettings(Model):
    """The source of events."""

    requests_per_minute: int = Field(
        default=1200,
        ge=10,
        le=10000,
        description="Requests to POST /api/ingest that one address may make in a minute.",
    )


class MemoriseSettings(Model):
    """memorise."""

    cluster: str = Field(
        default="main",
        pattern=r"^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$",
        description="The cluster it runs in, by its name in `kubernetes`.",
    )
    domain: DomainSettings = Field(description="The AI Engine's public name.")
    collection_name: str = Field(
        default="omeka-items",
        pattern=r"^[A-Za-z0-9_.-]+$",
        max_length=255,
        description="COLLECTION_NAME of both engines: Qdrant's collection.",
    )
    embedding_model: str = Field(
        default="sentence-transformers/all-MiniLM-L6-v2",
        pattern=r"^[A-Za-z0-9_./:-]+$",
        description="EMBEDDING_MODEL of both engines; another one needs a new collection.",
    )
    ai_engine: AiEngineSettings
    content_engine: ContentEngineSettings
    cors_origins: tuple[CorsOrigin, ...] = Field(
        min_length=1,
        description="Front ends that may call the API; * is refused where `protect` is true.",
        examples=["[https://visit.acme.com]"],
    )
    qdrant: QdrantSettings = QdrantSettings()
    redis: MemoriseRedisSettings = MemoriseRedisSettings()
    one_region: Literal["required", "wanted"] = Field(
        default="required",
        description="The API, Redis and Qdrant in one region; wanted: a warning where they are not.",
    )
    keycloak: KeycloakSettings | None = Field(default=None, description="null for no Keycloak.")
    openrouter: OpenRouterSettings | None = Field(
        default=OpenRouterSettings(), description="null for no LLM endpoint."
    )
    rudderstack: RudderStackSettings = RudderStackSettings()

    def every_secret(self) -> Iterator[SecretSetting]:
        """Those that a setting names; the others come from the configuration or are generated."""
        yield from self.ai_engine.secrets.values()
        yield from self.content_engine.secrets.values()
        if self.qdrant.api_key:
            yield self.qdrant.api_key
        if self.redis.existing:
            yield self.redis.existing.url
