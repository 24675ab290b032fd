"""The settings of AXIS, one class a part of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.settings import (
    DomainSettings,
    FalkorDBSettings,
    Model,
    Origin,
    PostgresSettings,
    RedisSettings,
    SecretSetting,
)

DATASETS = ("eval", "monitoring", "human_signals")
"""The document's three databases, by the word that their variables, files and sync routes begin with."""

_VARIABLES = {
    "eval": {"name", "auto_load", "query", "dataset_query", "results_query", "query_timeout", "row_limit"},
    "monitoring": {"name", "auto_load"},
    "human_signals": {"name", "auto_load"},
}
"""What AXIS reads of a database from variables; everything else it reads from a YAML file alone."""

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Said = Annotated[str, Field(min_length=1)]
IamMember = Annotated[str, Field(pattern=r"^(user|group|domain|serviceAccount|principal|principalSet):\S+$")]

SCHEDULER = "scheduler"
"""The caller that the program adds to those of `invokers`."""


class CanarySettings(Model):
    """A new revision's share of the traffic while an older one keeps the rest."""

    stable_revision: str = Field(
        pattern=r"^\S+$",
        examples=["ai-prod-axis-api-00007-abc"],
        description="Revision that keeps the rest; `pulumi stack output axis_api_revision` before a change.",
    )
    percent: int = Field(ge=0, le=100, description="The newest revision's share of requests, in percent.")


class ApiSettings(Model):
    """The FastAPI backend on Cloud Run."""

    source: Said | None = Field(
        default=None, description="Folder of the backend's source; without one the starter app is built."
    )
    image: Said | None = Field(
        default=None, description="An image built elsewhere, by digest; nothing is built then."
    )
    application: str = Field(
        default="app.main:app",
        pattern=r"^[\w.]+:[\w.]+$",
        description="What uvicorn serves, MODULE:ATTRIBUTE.",
    )
    cpu: Literal[1, 2, 4, 6, 8] = Field(default=1, description="vCPUs of an instance.")
    memory_mb: int = Field(
        default=2048,
        ge=512,
        le=32768,
        description="Memory of an instance in MiB, the DuckDB volume included.",
    )
    workers: int = Field(default=1, ge=1, le=8, description="Uvicorn worker processes; one per CPU core.")
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        default="info", description="Uvicorn's log level."
    )
    debug: bool = Field(default=False, description="DEBUG of the API.")
    min_instances: int = Field(default=1, ge=0, le=100, description="Instances kept running.")
    max_instances: int = Field(
        default=1, ge=1, le=100, description="Most instances; each has its own DuckDB."
    )
    concurrency: int = Field(
        default=250, ge=1, le=1000, description="Requests, open streams included, an instance holds at once."
    )
    request_timeout_seconds: int = Field(
        default=3600, ge=1, le=3600, description="Longest request or stream, in seconds."
    )
    public: bool = Field(default=True, description="Anybody may call it; false asks for an identity.")
    invokers: dict[str, IamMember] = Field(
        default={},
        description="IAM members that may call it where it is not public, by a short name.",
        examples=["{team: 'group:ai@acme.com'}"],
    )
    canary: CanarySettings | None = Field(default=None, description="Traffic split with an older revision.")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.source and self.image:
            raise ValueError("`source` and `image` exclude each other; keep the one to deploy")
        if self.public and self.invokers:
            raise ValueError("`invokers` are asked for nothing where `public` is true; keep one of the two")
        if SCHEDULER in self.invokers:
            raise ValueError(f"invokers.{SCHEDULER} is the program's own caller; write another short name")
        if self.min_instances > self.max_instances:
            raise ValueError(
                f"min_instances {self.min_instances} is above max_instances {self.max_instances}; "
                f"write max_instances: {self.min_instances} or more"
            )
        return self


class VercelSettings(Model):
    """The frontend's project at Vercel, whose variables this stack sets."""

    project_id: str = Field(pattern=r"^prj_\w+$", description="Vercel project ID.")
    team_id: str | None = Field(
        default=None, pattern=r"^team_\w+$", description="Vercel team ID, where the project has one."
    )
    targets: frozenset[Literal["production", "preview", "development"]] = Field(
        default=frozenset({"production", "preview", "development"}),
        min_length=1,
        description="Targets whose variables this stack owns; two stacks must not own the same one.",
    )


class FrontendSettings(Model):
    """The Next.js frontend."""

    host: Literal["vercel", "cloud_run"] = Field(default="vercel", description="Where it runs.")
    url: Origin | None = Field(
        default=None, description="Its public origin (FRONTEND_URL); on Cloud Run the domain's."
    )
    extra_urls: tuple[Origin, ...] = Field(
        default=(), description="More origins that may call the API, e.g. previews (FRONTEND_URLS)."
    )
    vercel: VercelSettings | None = Field(
        default=None, description="Set the variables at Vercel; without it the stack outputs carry them."
    )
    source: Said | None = Field(default=None, description="Folder of the frontend's source, on Cloud Run.")
    image: Said | None = Field(default=None, description="An image built elsewhere, by digest, on Cloud Run.")
    max_instances: int = Field(default=4, ge=1, le=100, description="Most instances, on Cloud Run.")

    @model_validator(mode="after")
    def _agrees_with_its_host(self) -> Self:
        if self.host == "cloud_run":
            if bool(self.source) == bool(self.image):
                raise ValueError("host cloud_run needs either `source` or `image`, and not both")
            if self.vercel or self.url:
                raise ValueError("`vercel` and `url` belong to host vercel; take them out")
        elif self.source or self.image:
            raise ValueError(
                "`source` and `image` belong to host cloud_run; Vercel builds the frontend itself"
            )
        elif not self.url:
            raise ValueError(
                "host vercel needs `url`, the frontend's public origin, like https://axis.acme.com"
            )
        return self


class DatabaseSettings(Model):
    """One of the three databases and what AXIS loads from it."""

    name: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]{0,62}$",
        description="Database name; axis_ and the dataset without one.",
    )
    auto_load: bool = Field(default=True, description="Load when the API starts.")
    query: Said | None = Field(default=None, description="The single query of the document (EVAL_DB_QUERY).")
    dataset_query: Said | None = Field(default=None, description="Query of the records, with `dataset_id`.")
    results_query: Said | None = Field(default=None, description="Query of the metrics, with `dataset_id`.")
    query_timeout: int = Field(default=60, ge=1, le=120, description="Seconds a query may take.")
    row_limit: int = Field(default=50000, ge=1, le=50000, description="Most rows loaded.")
    incremental_column: Said | None = Field(default=None, description="Column of the watermark.")
    partition_column: Said | None = Field(default=None, description="Column that splits parallel reads.")
    refresh_interval_minutes: int = Field(
        default=0, ge=0, le=1440, description="The API's own schedule, in minutes; 0 leaves it to `sync`."
    )


class DatabasesSettings(Model):
    """The document's three databases."""

    configured_by: Literal["environment", "files"] = Field(
        default="environment",
        description="Variables (EVAL_DB_URL …) or YAML files; AXIS ignores variables where a file exists.",
    )
    eval: DatabaseSettings = DatabaseSettings()
    monitoring: DatabaseSettings = DatabaseSettings()
    human_signals: DatabaseSettings = DatabaseSettings()

    @model_validator(mode="after")
    def _keeps_to_what_variables_can_say(self) -> Self:
        if self.configured_by == "files":
            return self
        for dataset, database in self.by_dataset().items():
            if said := sorted(database.model_fields_set - _VARIABLES[dataset]):
                raise ValueError(
                    f"{dataset}.{said[0]} has no variable, only a YAML key; write configured_by: files"
                )
        return self

    def by_dataset(self) -> dict[str, DatabaseSettings]:
        """The three, by dataset."""
        return {dataset: getattr(self, dataset) for dataset in DATASETS}

    def names(self) -> dict[str, str]:
        """Each dataset's database name."""
        return {
            dataset: database.name or f"axis_{dataset}" for dataset, database in self.by_dataset().items()
        }


class SyncSettings(Model):
    """When the sync engine reads Postgres into DuckDB."""

    on_startup: bool = Field(default=True, description="When an instance starts (sync_mode startup).")
    schedule: str | None = Field(
        default="0 5 * * *",
        description="Cron expression of the scheduled sync, after the stores' maintenance; null for none.",
    )
    time_zone: str = Field(default="Etc/UTC", description="Time zone of the schedule.")
    path: str = Field(
        default="/api/store/sync/{dataset}",
        pattern=r"^/[^{}\s]*(\{dataset\}[^{}\s]*)?$",
        description="Route that starts a sync.",
    )
    datasets: frozenset[Literal["eval", "monitoring", "human_signals"]] = Field(
        default=frozenset(DATASETS), description="Datasets that are synced on the schedule."
    )
    workers: int = Field(default=1, ge=1, le=16, description="Parallel readers a dataset (sync_workers).")
    chunk_size: int = Field(default=10000, ge=100, description="Rows a chunk (sync_chunk_size).")
    max_rows: int = Field(default=2_000_000, ge=1, description="Rows after which a sync stops.")


class DuckDBSettings(Model):
    """The analytics cache and where its file lives; docs/decisions says what each storage costs and loses."""

    enabled: bool = Field(default=True, description="Master switch.")
    storage: Literal["snapshot", "nfs", "ephemeral"] = Field(
        default="snapshot",
        description="snapshot: local, saved to a bucket; nfs: on a file server; ephemeral: local, lost.",
    )
    size_mb: int = Field(default=512, ge=64, le=16384, description="Room for the file, in MiB.")
    snapshots_kept: int = Field(default=7, ge=1, le=100, description="Snapshots kept in the bucket.")
    keeper_image: Said | None = Field(
        default=None,
        description="The keeper's image, built elsewhere, by digest; with `api.image` too, nothing is built.",
    )
    query_concurrency: int = Field(default=8, ge=1, le=64, description="Concurrent read queries.")
    nfs_machine_type: str = Field(
        default="e2-small",
        pattern=r"^[a-z][a-z0-9]*-[a-z0-9-]+$",
        description="Machine type of the file server.",
    )
    nfs_disk_gb: int = Field(default=20, ge=10, le=65536, description="Data disk of the file server, in GB.")
    sync: SyncSettings = SyncSettings()


class AxisSettings(Model):
    """AXIS: API, frontend, three databases, graph, cache."""

    api: ApiSettings = ApiSettings()
    frontend: FrontendSettings
    domain: DomainSettings | None = Field(default=None, description="A domain of the team's own.")
    databases: DatabasesSettings = DatabasesSettings()
    postgres: PostgresSettings = PostgresSettings()
    redis: RedisSettings | None = Field(default=RedisSettings(), description="null for no Redis.")
    falkordb: FalkorDBSettings | None = Field(default=FalkorDBSettings(), description="null for no graph.")
    duckdb: DuckDBSettings = DuckDBSettings()
    config_folder: Said | None = Field(
        default=None,
        description="Folder with more of AXIS's YAML files: theme.yaml, agents.yaml and the like.",
    )
    env: dict[EnvironmentName, str] = Field(
        default={}, description="More plain variables of the API, e.g. LLM_MODEL_NAME."
    )
    secrets: dict[EnvironmentName, SecretSetting] = Field(
        default={}, description="Secret variables of the API, by name, each with its source."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.frontend.host == "cloud_run" and self.domain is None:
            raise ValueError(
                "frontend.host cloud_run needs `domain`: the load balancer routes both under one name"
            )
        if self.duckdb.enabled and self.duckdb.storage == "nfs" and self.api.max_instances > 1:
            raise ValueError(
                "duckdb.storage nfs allows one writer; write api.max_instances: 1 or duckdb.storage: snapshot"
            )
        if self.api.memory_mb - self.scratch_mb < 512:
            raise ValueError(
                f"api.memory_mb {self.api.memory_mb} leaves less than 512 beside the {self.scratch_mb} "
                f"of duckdb.size_mb; write api.memory_mb: {self.scratch_mb + 1024} or more"
            )
        if both := sorted(set(self.env) & set(self.secrets)):
            raise ValueError(f"{', '.join(both)} stands in `env` and in `secrets`; keep it in one")
        return self

    @property
    def scratch_mb(self) -> int:
        """MiB of an instance's memory that the DuckDB volume may take."""
        return self.duckdb.size_mb if self.duckdb.enabled and self.duckdb.storage != "nfs" else 0
