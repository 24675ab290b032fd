"""What the pods of one gateway in one cluster stand on: namespace, identity, Redis, configuration, secrets.

Owns all of that. Does not own the pods. Secrets are mirrored in parts, by who reads them: the migration gets
the database and the further secrets, and no provider's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pulumi import ComponentResource, Input, ResourceOptions

from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.configuration import Configuration, ConfigurationArgs
from components.kubernetes.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.kubernetes.mirrored_secret import MirroredSecret, MirroredSecretArgs
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.redis import Redis, RedisArgs
from components.secret import SecretRef
from services.llm_gateway.contract import REDIS, files, key_variables, plain_variables
from services.llm_gateway.fleet import SYSTEM, Site
from services.llm_gateway.keys import token_key


@dataclass(frozen=True, kw_only=True)
class SiteGroundArgs:
    """What one gateway in one cluster needs.

    Attributes:
        environment: the stack it belongs to.
        cluster: where it is.
        site: which gateway it is.
        network: ID of the VPC, known once private services access is connected.
        database: the address of its database, where one was made for it.
        keys: every entry of Secret Manager by its key.
    """

    environment: Environment
    cluster: Cluster
    site: Site
    network: Input[str]
    database: SecretRef | None
    keys: Mapping[str, SecretRef]


class SiteGround(ComponentResource):
    """The ground of one gateway in one cluster.

    Attributes:
        namespace: its namespace.
        identity: who its pods are.
        sources: the configuration and the secrets that are its pods' variables.
        migration_sources: those that are its migration's.
        files: the configuration that is its pods' files.
        token: the metrics token.
        redis: its Redis; `None` where one is given.
    """

    namespace: Namespace
    identity: WorkloadIdentity
    sources: list[Configuration | MirroredSecret]
    migration_sources: list[Configuration | MirroredSecret]
    files: Configuration
    token: MirroredSecret
    redis: Redis | None

    def __init__(self, name: str, args: SiteGroundArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:LlmGatewayGround", name, None, opts)
        self._name, self._args, self._site = name, args, args.site

        self.namespace = self._create_namespace()
        self.identity = self._identify()
        self.redis = self._create_redis()
        plain = self.redis.env(REDIS) if self.redis else {}
        variables = self._configure("environment", plain_variables(self._site, plain))
        self.files = self._configure("files", files(self._site, plain))
        self.token = self._mirror(
            "metrics-token",
            {self._site.settings.variables.metrics_token: args.keys[token_key(self._site)]},
        )
        database, further = self._database(), self._further()
        self.migration_sources = [variables, *database, *further]
        self.sources = [*self.migration_sources, *self._redis_url(), *self._provider_keys(), self.token]
        self.register_outputs({"namespace": self.namespace.name})

    def _create_namespace(self) -> Namespace:
        args = self._args
        return Namespace(
            self._name,
            NamespaceArgs(
                environment=args.environment,
                cluster=args.cluster,
                name=self._site.gateway,
                quota=self._site.quota,
            ),
            ResourceOptions(parent=self),
        )

    def _identify(self) -> WorkloadIdentity:
        """It may do nothing at Google; it is there so that its calls are its own, and nobody else's."""
        return WorkloadIdentity(
            self._name,
            WorkloadIdentityArgs(
                environment=self._args.environment,
                cluster=self._args.cluster,
                namespace=self.namespace.name,
                namespace_name=self.namespace.physical_name,
                name=SYSTEM,
                display_name=f"{self._site.gateway} in {self._site.cluster}",
            ),
            ResourceOptions(parent=self),
        )

    def _create_redis(self) -> Redis | None:
        settings, region = self._site.settings.redis, self._args.cluster.region
        if settings is None:
            return None
        return Redis(
            f"{self._name}-redis",
            RedisArgs(
                # Beside the pods: what it coordinates are those of one cluster.
                environment=replace(self._args.environment, region=region, zone=f"{region}-b"),
                network=self._args.network,
                # What is in it can be read again from Postgres; a full one forgets instead of refusing.
                eviction="volatile-lru",
                **settings.model_dump(),
            ),
            ResourceOptions(parent=self),
        )

    def _configure(self, part: str, data: Mapping[str, Input[str]]) -> Configuration:
        return Configuration(
            f"{self._name}-{part}",
            ConfigurationArgs(namespace=self.namespace.name, name=f"{SYSTEM}-{part}", data=data),
            ResourceOptions(parent=self),
        )

    def _mirror(self, part: str, secrets: Mapping[str, SecretRef]) -> MirroredSecret:
        return MirroredSecret(
            f"{self._name}-{part}",
            MirroredSecretArgs(
                environment=self._args.environment,
                namespace=self.namespace.name,
                name=f"{SYSTEM}-{part}",
                secrets=secrets,
            ),
            ResourceOptions(parent=self),
        )

    def _database(self) -> list[MirroredSecret]:
        variable = self._site.settings.variables.database_url
        return [self._mirror("database", {variable: self._args.database or self._given(variable)})]

    def _redis_url(self) -> list[MirroredSecret]:
        variable = self._site.settings.variables.redis_url
        url = self.redis.secret_env(REDIS)[f"{REDIS}_URL"] if self.redis else self._given(variable)
        return [self._mirror("redis", {variable: url})]

    def _provider_keys(self) -> list[MirroredSecret]:
        keys = {variable: self._args.keys[key] for variable, key in key_variables(self._site).items()}
        return [self._mirror("keys", keys)] if keys else []

    def _further(self) -> list[MirroredSecret]:
        variables = self._site.settings.variables
        names = sorted(set(self._site.secrets) - {variables.database_url, variables.redis_url})
        return [self._mirror("secrets", {name: self._given(name) for name in names})] if names else []

    def _given(self, name: str) -> SecretRef:
        return self._args.keys[self._site.key(name, "secrets")]
