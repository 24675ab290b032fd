"""memorise's data stores: Qdrant and Redis, made or found, their keys, and how pods reach them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.kubernetes.peers import Addresses, Allow, Pods, internet
from components.kubernetes.qdrant import PORT, Qdrant, QdrantArgs
from components.kubernetes.qdrant_snapshots import SnapshotPlan
from components.redis import Redis, RedisArgs
from components.secret import Secret, SecretArgs, SecretRef
from services.memorise.contract import REDIS_AUTHORITY, REDIS_DIRECTORY, qdrant_key
from services.memorise.place import QDRANT, SYSTEM, Place
from services.memorise.settings import MemoriseSettings
from services.settings import SecretSetting
from services.stack_secrets import StackSecrets

_REDIS_TLS_PORT = 6378
"""Memorystore's where TLS is on."""


@dataclass(frozen=True, kw_only=True)
class MemoriseStoresArgs:
    """What the stores are.

    Attributes:
        place: where memorise is.
        settings: memorise's settings.
        secrets: the values in the stack's configuration.
        image: an image with Python, which saves Qdrant's collections.
        clients: the pods that ask Qdrant.
    """

    place: Place
    settings: MemoriseSettings
    secrets: StackSecrets
    image: Input[str]
    clients: Sequence[Pods]


class MemoriseStores(ComponentResource):
    """The stores.

    Attributes:
        qdrant_url: Qdrant's address.
        qdrant_ready: known once Qdrant answers; `None` for one that is given.
        qdrant_key: its key.
        snapshots: name of the bucket of its snapshots; `None` where there is none.
        redis: the Redis that is made here; `None` for one that is given.
        redis_url: the URL of Redis, with its password.
        redis_authority: who signed for Redis, as PEM; `None` where a public authority did, or nobody.
        to_qdrant: the way to Qdrant, for who asks it.
        to_redis: the way to Redis.
    """

    qdrant_url: Output[str]
    qdrant_ready: Output[str] | None
    qdrant_key: SecretRef
    snapshots: Output[str] | None
    redis: Redis | None
    redis_url: SecretRef
    redis_authority: Input[str] | None
    to_qdrant: tuple[Allow, ...]
    to_redis: tuple[Allow, ...]

    def __init__(self, name: str, args: MemoriseStoresArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:MemoriseStores", name, None, opts)
        self._args, self._settings, self._place = args, args.settings, args.place

        self.qdrant_key = self._create_secret("QDRANT_API_KEY", qdrant_key(self._settings))
        qdrant = self._create_qdrant()
        self.qdrant_url = qdrant.url if qdrant else Output.from_input(self._settings.qdrant.url or "")
        self.qdrant_ready, self.snapshots = (qdrant.ready, qdrant.bucket) if qdrant else (None, None)
        self.to_qdrant = self._way_to_qdrant()
        self.redis = self._create_redis()
        self.redis_url, self.redis_authority = self._find_redis()
        self.to_redis = self._way_to_redis()
        self.register_outputs({"qdrant_url": self.qdrant_url, "snapshots": self.snapshots})

    def _create_secret(self, variable: str, setting: SecretSetting) -> SecretRef:
        """A secret that no account reads: the cluster is handed its value when it is deployed."""
        return Secret(
            f"{SYSTEM}-{variable.lower().replace('_', '-')}",
            SecretArgs(
                environment=self._place.environment, source=self._args.secrets.source(variable, setting)
            ),
            ResourceOptions(parent=self),
        ).ref

    def _create_qdrant(self) -> Qdrant | None:
        settings = self._settings.qdrant
        if settings.url:
            return None
        return Qdrant(
            self._place.logical(QDRANT),
            QdrantArgs(
                **self._place.args,
                name=QDRANT,
                image=self._place.pulled(settings.image),
                api_key=self.qdrant_key,
                clients=self._args.clients,
                disk_size_gb=settings.disk_size_gb,
                storage_class=settings.storage_class,
                cpu_millis=settings.cpu_millis,
                memory_mb=settings.memory_mb,
                snapshots=self._snapshot_plan(),
            ),
            self._place.cluster.options(self),
        )

    def _snapshot_plan(self) -> SnapshotPlan | None:
        snapshots = self._settings.qdrant.snapshots
        return SnapshotPlan(image=self._args.image, **snapshots.model_dump()) if snapshots else None

    def _way_to_qdrant(self) -> tuple[Allow, ...]:
        if url := self._settings.qdrant.url:
            # Its client asks this port of a URL that has none.
            return internet(urlsplit(url).port or PORT)
        return (Allow(peer=self._place.pods(QDRANT), ports=(PORT,)),)

    def _create_redis(self) -> Redis | None:
        if self._settings.redis.existing:
            return None
        return Redis(
            f"{SYSTEM}-redis",
            RedisArgs(
                environment=self._place.environment,
                network=self._place.foundation.network.services_network,
                ca_file=f"{REDIS_DIRECTORY}/{REDIS_AUTHORITY}",
                **self._settings.redis.model_dump(exclude={"existing"}),
            ),
            ResourceOptions(parent=self),
        )

    def _find_redis(self) -> tuple[SecretRef, Input[str] | None]:
        existing = self._settings.redis.existing
        if self.redis:
            return self.redis.secret_env()["REDIS_URL"], self.redis.ca_certificate
        if existing is None:
            raise ValueError("redis is neither made nor given")
        return self._create_secret("REDIS_URL", existing.url), existing.ca_certificate

    def _way_to_redis(self) -> tuple[Allow, ...]:
        existing = self._settings.redis.existing
        if existing is None:
            services = Addresses(ranges=(self._place.foundation.network.services_cidr,))
            return (Allow(peer=services, ports=(_REDIS_TLS_PORT,)),)
        if existing.ranges:
            return (Allow(peer=Addresses(ranges=existing.ranges), ports=(existing.port,)),)
        return internet(existing.port)
