"""The settings of palma_ai, one class a part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.settings import DomainSettings, Model, SecretSetting

DOCUMENTED_SECRETS = ("OPENAI_API_KEY", "PINECONE_API_KEY", "PINECONE_ENV")
"""The variables that the document keeps in its .env file."""

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class SourceSettings(Model):
    """Where the agent's code comes from: a git repository, or archives in a bucket."""

    repository: str | None = Field(
        default=None,
        pattern=r"^https://[^\s@]+$",
        description="Address of a git repository, https://… with no user in it.",
    )
    bucket: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$",
        description="Bucket with archives, REVISION.tar.gz; instead of a repository.",
    )
    revision: str = Field(
        pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$",
        description="A commit's 40 hexadecimal digits, or an archive's SHA-256; changing it deploys.",
    )
    subdirectory: str = Field(default="", description="Folder of pyproject.toml and uv.lock in it.")
    token: SecretSetting | None = Field(
        default=None, description="Token that may read a private repository: secret SOURCE_TOKEN."
    )

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> Self:
        if (self.repository is None) == (self.bucket is None):
            raise ValueError("write either repository or bucket")
        if self.bucket and (len(self.revision) != 64 or self.token):
            raise ValueError("an archive's revision is its SHA-256, 64 digits, and a bucket needs no token")
        if self.repository and len(self.revision) != 40:
            raise ValueError("a repository's revision is a commit's 40 digits (`git rev-parse HEAD`)")
        return self


class ProcessSettings(Model):
    """Gunicorn; the defaults are the document's."""

    application: str = Field(
        default="server:app", pattern=r"^[\w.]+:\w+$", description="What is served, MODULE:ATTRIBUTE."
    )
    worker_class: str = Field(
        default="uvicorn.workers.UvicornWorker",
        pattern=r"^[\w.]+$",
        description="Gunicorn's worker class; uvicorn_worker.UvicornWorker where that package is installed.",
    )
    workers: int = Field(default=2, ge=1, le=64, description="Worker processes of a machine.")
    timeout_seconds: int = Field(
        default=180, ge=1, le=3500, description="Longest silence of a worker, and of an answer, in seconds."
    )
    graceful_timeout_seconds: int = Field(
        default=30, ge=1, le=3600, description="Time that workers get to finish at a stop, in seconds."
    )
    keep_alive_seconds: int = Field(default=5, ge=1, le=3600, description="Idle connections, in seconds.")
    max_requests: int = Field(
        default=1000, ge=0, description="Requests after which a worker is replaced; 0 is never."
    )
    max_requests_jitter: int = Field(default=100, ge=0, description="Random part of that number.")
    health_path: str = Field(default="/health", pattern=r"^/[\w./-]*$", description="Path of the checks.")

    @model_validator(mode="after")
    def _jitter_is_a_part(self) -> Self:
        if self.max_requests_jitter > self.max_requests:
            raise ValueError(f"write max_requests_jitter: 0 to {self.max_requests}, which is max_requests")
        return self


class CertificateSettings(Model):
    """A certificate of the team's own, for machines without a domain in front."""

    chain: SecretSetting = Field(description="PEM of the certificate and its signers: TLS_CERTIFICATE.")
    key: SecretSetting = Field(description="PEM of its key: secret TLS_KEY.")


class PalmaAiSettings(Model):
    """palma_ai."""

    source: SourceSettings
    process: ProcessSettings = ProcessSettings()
    machines: int = Field(default=1, ge=1, le=100, description="How many machines there are.")
    machine_type: str = Field(
        default="e2-medium",
        pattern=r"^[a-z][a-z0-9]*-[a-z0-9-]+$",
        description="Machine type; a release is compiled on it, and two run for a moment.",
    )
    zones: tuple[Annotated[str, Field(pattern=r"^[a-f]$")], ...] = Field(
        default=(),
        description="Letters of the zones; the stack's own zone without one.",
        examples=["[b, c, d]"],
    )
    disk_size_gb: int = Field(default=30, ge=20, le=2048, description="Disk of a machine in GB.")
    request_mb: int = Field(default=20, ge=1, le=1024, description="Largest request in MiB.")
    start_seconds: int = Field(
        default=120, ge=5, le=1800, description="Time that a new release has to become healthy, in seconds."
    )
    first_start_seconds: int = Field(
        default=1800,
        ge=300,
        le=3600,
        description="Time that a new machine has to become healthy, in seconds.",
    )
    domain: DomainSettings | None = Field(
        default=None, description="A domain of the team's own; the network's alone without one."
    )
    certificate: CertificateSettings | None = Field(
        default=None, description="A certificate for nginx where there is no domain; one of its own without."
    )
    env: dict[EnvironmentName, str] = Field(default={}, description="Further plain variables of the agent.")
    secrets: dict[EnvironmentName, SecretSetting] = Field(
        default={},
        description="Secret variables. OPENAI_API_KEY, PINECONE_API_KEY and PINECONE_ENV come from the "
        "configuration where nothing else is said.",
    )

    @model_validator(mode="after")
    def _is_not_contradicted(self) -> Self:
        if self.domain and self.certificate:
            raise ValueError("a domain brings its own certificate; take domain or certificate out")
        if both := sorted(set(self.env) & set(self.all_secrets)):
            raise ValueError(f"{', '.join(both)}: plain and secret; take one of them out")
        if len(set(self.zones)) < len(self.zones):
            raise ValueError("write each of the zones once")
        return self

    @property
    def all_secrets(self) -> dict[str, SecretSetting]:
        """The document's secrets and the stack's own."""
        documented = {name: SecretSetting(source="config") for name in DOCUMENTED_SECRETS}
        return {**documented, **self.secrets}

    def every_secret(self) -> Iterator[SecretSetting]:
        """The variables' secrets, the source's, and those of the certificate."""
        yield from self.all_secrets.values()
        if self.source.token:
            yield self.source.token
        if self.certificate:
            yield from (self.certificate.chain, self.certificate.key)
