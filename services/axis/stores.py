"""AXIS's data stores: three Postgres databases, Redis, and the graph."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Input, ResourceOptions

from components.falkordb import FalkorDB, FalkorDBArgs
from components.postgres import Postgres, PostgresArgs
from components.redis import Redis, RedisArgs
from components.secret import SecretRef
from services.axis.contract import password_variable, url_variable
from services.axis.settings import DATASETS, AxisSettings
from services.foundation import Foundation


@dataclass(frozen=True, kw_only=True)
class AxisStoresArgs:
    """What the stores are.

    Attributes:
        foundation: the ground they stand on.
        settings: their sizes.
        reader: the API's IAM member, the only one that reads their secrets.
    """

    foundation: Foundation
    settings: AxisSettings
    reader: Input[str]


class AxisStores(ComponentResource):
    """The data stores of AXIS.

    Attributes:
        postgres: the three databases.
        redis: the cache; `None` where the stack has none.
        falkordb: the graph; `None` where the stack has none.
    """

    postgres: Postgres
    redis: Redis | None
    falkordb: FalkorDB | None

    def __init__(self, name: str, args: AxisStoresArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:AxisStores", name, None, opts)
        self._args = args
        self._readers = {"axis-api": args.reader}

        self.postgres = self._create_postgres()
        self.redis = self._create_redis()
        self.falkordb = self._create_falkordb()
        self.register_outputs({"postgres_host": self.postgres.host})

    def env(self) -> dict[str, Input[str]]:
        """The plain variables of all stores."""
        redis = self.redis.env() if self.redis else {}
        return redis | (self.falkordb.env() if self.falkordb else {})

    def secret_env(self) -> dict[str, SecretRef]:
        """The secret variables of all stores that the API reads itself."""
        urls = self.postgres.secret_env({dataset: url_variable(dataset) for dataset in DATASETS})
        given = urls if self._args.settings.databases.configured_by == "environment" else {}
        given |= self.redis.secret_env() if self.redis else {}
        return given | (self.falkordb.secret_env() if self.falkordb else {})

    def password_env(self) -> dict[str, SecretRef]:
        """The databases' passwords, for the YAML files that name them."""
        if self._args.settings.databases.configured_by == "environment":
            return {}
        return self.postgres.password_env({dataset: password_variable(dataset) for dataset in DATASETS})

    def _create_postgres(self) -> Postgres:
        foundation, settings = self._args.foundation, self._args.settings
        files = settings.databases.configured_by == "files"
        return Postgres(
            "axis-postgres",
            PostgresArgs(
                environment=foundation.environment,
                network=foundation.network.services_network,
                databases=settings.databases.names(),
                readers=self._readers,
                password_secrets=frozenset(DATASETS if files else ()),
                **settings.postgres.model_dump(),
            ),
            ResourceOptions(parent=self),
        )

    def _create_redis(self) -> Redis | None:
        if self._args.settings.redis is None:
            return None
        return Redis(
            "axis-redis",
            RedisArgs(
                environment=self._args.foundation.environment,
                network=self._args.foundation.network.services_network,
                readers=self._readers,
                **self._args.settings.redis.model_dump(),
            ),
            ResourceOptions(parent=self),
        )

    def _create_falkordb(self) -> FalkorDB | None:
        foundation, settings = self._args.foundation, self._args.settings.falkordb
        if settings is None:
            return None
        return FalkorDB(
            "axis-falkordb",
            FalkorDBArgs(
                environment=foundation.environment,
                network=foundation.network.network,
                subnet=foundation.network.vm_subnet,
                zone=foundation.zone,
                client_ranges=[foundation.network.egress_cidr],
                readers=self._readers,
                registry=foundation.mirror,
                machine_type=settings.machine_type,
                disk_size_gb=settings.disk_size_gb,
                snapshot_days=settings.snapshot_days,
            ),
            ResourceOptions(parent=self),
        )
