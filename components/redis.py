"""A Memorystore for Redis instance that only the VPC reaches, with a password and TLS.

Owns the instance and the secret that holds its URL. Does not own the connection it gets its address through,
and doesn't know what Redis is used for: `eviction` decides whether a full instance refuses writes or forgets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from pulumi import ComponentResource, CustomTimeouts, Input, Output, ResourceOptions
from pulumi_gcp import redis

from components.environment import Environment
from components.secret import Given, Secret, SecretArgs, SecretRef

REDIS_API = "redis.googleapis.com"

Version = Literal["REDIS_6_X", "REDIS_7_0", "REDIS_7_2"]
Eviction = Literal[
    "noeviction",
    "volatile-lru",
    "volatile-lfu",
    "volatile-ttl",
    "volatile-random",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
]
SnapshotPeriod = Literal["ONE_HOUR", "SIX_HOURS", "TWELVE_HOURS", "TWENTY_FOUR_HOURS"]
Day = Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]

_SHARE_FOR_DATA = 0.8


@dataclass(frozen=True, kw_only=True)
class RedisArgs:
    """What the instance is.

    Attributes:
        environment: where it lives.
        network: ID of the VPC, known once private services access is connected.
        readers: who may read the URL, as `SecretArgs.readers`.
        memory_gb: memory in GiB, 1 to 300; a fifth of it is kept free for snapshots.
        highly_available: a replica in a second zone that takes over. Without it every restart, maintenance
            included, goes back to the latest snapshot. Changing it means a new, empty instance.
        version: Redis version; it can be raised in place and not lowered.
        eviction: what a full instance does. `noeviction` refuses writes, so nothing is lost in silence; write
            `volatile-lru` where keys that expire are a mere cache, `allkeys-lru` where all are.
        snapshot_period: time between snapshots, and so the most that is lost when every node is.
        maintenance_day: day of the weekly hour in which Google may maintain it.
        maintenance_hour: when that hour begins, UTC.
        ca_file: path at which its clients find `ca_certificate`, told them in the URL; clients that take the
            authority from elsewhere need none.
    """

    environment: Environment
    network: Input[str]
    readers: Mapping[str, Input[str]] = field(default_factory=dict)
    memory_gb: int = 1
    highly_available: bool = False
    version: Version = "REDIS_7_2"
    eviction: Eviction = "noeviction"
    snapshot_period: SnapshotPeriod = "ONE_HOUR"
    maintenance_day: Day = "SUNDAY"
    maintenance_hour: int = 3
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.ca_file is not None and not re.fullmatch(r"(/[\w.-]+)+", self.ca_file):
            raise ValueError(f"ca_file {self.ca_file!r} is no path; write one like /etc/redis/ca.pem")
        if not 1 <= self.memory_gb <= 300:
            raise ValueError(f"memory_gb {self.memory_gb} is not offered; write 1 to 300")
        if not 0 <= self.maintenance_hour <= 23:
            raise ValueError(f"maintenance_hour {self.maintenance_hour} is no hour; write 0 to 23")
        offered = {"version": Version, "eviction": Eviction, "snapshot_period": SnapshotPeriod}
        for name, values in {**offered, "maintenance_day": Day}.items():
            if getattr(self, name) not in get_args(values):
                wanted = ", ".join(get_args(values))
                raise ValueError(f"{name} {getattr(self, name)!r} is not offered; write one of {wanted}")


class Redis(ComponentResource):
    """A private Redis.

    Attributes:
        host: its address in the VPC.
        port: its port, which is not Redis's usual one where TLS is on.
        ca_certificate: what signs its certificate, as PEM: not a public authority, so every client needs it.
            While Google changes authorities it is two certificates, one after the other.
    """

    host: Output[str]
    port: Output[int]
    ca_certificate: Output[str]

    def __init__(self, name: str, args: RedisArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Redis", name, None, opts)
        self._name, self._args = name, args

        instance = self._instance()
        self.host, self.port = instance.host, instance.port
        self.ca_certificate = instance.server_ca_certs.apply(as_one_file)
        self._url = self._url_secret(instance).ref

        self.register_outputs({"host": self.host, "port": self.port, "ca_certificate": self.ca_certificate})

    def env(self, prefix: str = "REDIS") -> dict[str, Input[str]]:
        """What a client may see: `PREFIX_HOST`, `PREFIX_PORT` and `PREFIX_CA_CERT`, the authority as PEM."""
        return {
            f"{prefix}_HOST": self.host,
            f"{prefix}_PORT": self.port.apply(str),
            f"{prefix}_CA_CERT": self.ca_certificate,
        }

    def secret_env(self, prefix: str = "REDIS") -> dict[str, SecretRef]:
        """`PREFIX_URL`: `rediss://:PASSWORD@HOST:PORT/0`, which asks for TLS; with `ca_file` in it."""
        return {f"{prefix}_URL": self._url}

    def _instance(self) -> redis.Instance:
        environment, args = self._args.environment, self._args
        return redis.Instance(
            self._name,
            project=environment.project_using(REDIS_API),
            region=environment.region,
            name=environment.physical_name(self._name, limit=40),
            tier="STANDARD_HA" if args.highly_available else "BASIC",
            memory_size_gb=args.memory_gb,
            redis_version=args.version,
            authorized_network=args.network,
            # The way in and TLS are for life, like the tier: a change would be a new, empty instance.
            connect_mode="PRIVATE_SERVICE_ACCESS",
            transit_encryption_mode="SERVER_AUTHENTICATION",
            auth_enabled=True,
            redis_configs={
                "maxmemory-policy": args.eviction,
                "maxmemory-gb": f"{args.memory_gb * _SHARE_FOR_DATA:g}",
            },
            persistence_config=redis.InstancePersistenceConfigArgs(
                persistence_mode="RDB", rdb_snapshot_period=args.snapshot_period
            ),
            maintenance_policy=self._maintenance(),
            # Said either way: left out, the provider's documentation and its code disagree.
            deletion_protection=environment.protect,
            opts=ResourceOptions(
                parent=self,
                protect=environment.protect,
                custom_timeouts=CustomTimeouts(create="40m", update="60m", delete="40m"),
            ),
        )

    def _maintenance(self) -> redis.InstanceMaintenancePolicyArgs:
        window = redis.InstanceMaintenancePolicyWeeklyMaintenanceWindowArgs(
            day=self._args.maintenance_day,
            start_time=redis.InstanceMaintenancePolicyWeeklyMaintenanceWindowStartTimeArgs(
                hours=self._args.maintenance_hour, minutes=0, seconds=0, nanos=0
            ),
        )
        return redis.InstanceMaintenancePolicyArgs(weekly_maintenance_windows=[window])

    def _url_secret(self, instance: redis.Instance) -> Secret:
        url = Output.format(
            "rediss://:{}@{}:{}/0{}",
            Output.secret(instance.auth_string),
            instance.host,
            instance.port,
            _trust(self._args.ca_file),
        )
        return Secret(
            f"{self._name}-url",
            SecretArgs(
                environment=self._args.environment, source=Given(value=url), readers=self._args.readers
            ),
            ResourceOptions(parent=self),
        )


def _trust(ca_file: str | None) -> str:
    """What tells redis-py, and clients like it, whom to trust.

    The chain is verified against an authority that signs for this one instance. The name is not compared:
    Memorystore puts an address into the common name, where Python rightly does not look.
    """
    return "" if ca_file is None else f"?ssl_ca_certs={ca_file}&ssl_check_hostname=false"


def as_one_file(authorities: Sequence[redis.outputs.InstanceServerCaCert]) -> str:
    """The certificates of all authorities one after the other, as TLS libraries read them."""
    return "\n".join(authority.cert.strip() for authority in authorities if authority.cert) + "\n"
