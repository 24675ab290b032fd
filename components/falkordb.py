"""FalkorDB, the graph database: one machine with Container-Optimized OS, one container, one protected disk.

Owns the machine, whom it acts as, the database's password and its settings. Does not own the registry that
its image comes through, nor the network.

Google Cloud has no managed FalkorDB, and Memorystore does not load modules. docs/decisions/falkordb.md says
why it is built this way, what is lost when, and how to upgrade and restore it.

Memory: the graph lives in memory, of which data may take 70 %; the rest is for the operating system, for
queries and for what changes while a copy is written. e2-medium holds 2.8 GB of data, e2-highmem-2 11 GB.
Cost (a month, about): e2-medium with 20 GB 27 USD, e2-highmem-2 with 100 GB 76 USD, and the snapshots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.environment import Environment
from components.falkordb_machine import PORT, Machine, Settings, memory_mib, user_data
from components.private_zone import PrivateZone
from components.remote_registry import RemoteRegistry
from components.secret import Secret, SecretArgs, SecretRef
from components.service_account import ServiceAccount, ServiceAccountArgs
from components.stateful_vm import LOG_AND_METRIC_WRITER, StatefulVm, StatefulVmArgs

# By digest, because a tag can be moved. The last release of the 4.x engine: 6.0.0 is a rewrite, and an engine
# is not to be trusted with another's files before that was tried.
DEFAULT_IMAGE = (
    "falkordb/falkordb-server:v4.22.0@sha256:54b896e034d29b49a46fb3d0d7cb7a659ee2989d32def2d7e3efa2a7c7c8b793"
)
_OPERATING_SYSTEM = "cos-cloud/cos-129-lts"
_DATA_SHARE = 0.7

# Container-Optimized OS' own agents for logs and metrics, and its updates within the milestone, which since
# milestone 117 are off unless asked for. An update is laid ready and taken at the next boot.
_AGENTS_AND_UPDATES = {
    "google-logging-enabled": "true",
    "google-monitoring-enabled": "true",
    "cos-update-strategy": "update_enabled",
}


@dataclass(frozen=True, kw_only=True)
class FalkorDBArgs:
    """How big the database is and who uses it.

    Attributes:
        environment: where it lives; in its zone.
        network: the network's ID.
        subnet: the machine's subnet's ID.
        zone: the private DNS zone that gives the database its name.
        client_ranges: address ranges of its clients, in CIDR form.
        readers: who else may read the password, as IAM members by a short name.
        registry: the mirror of Docker Hub that the image is pulled through.
        image: `NAME:TAG@DIGEST` on Docker Hub; the digest decides, the tag tells a person what it is.
        machine_type: size of the machine; a change stops and starts it.
        disk_size_gb: size of the data disk in GB; three times the data, for the log and its rewriting.
        snapshot_days: how many days a daily snapshot is kept.
        query_timeout_ms: milliseconds that a query may take that does not say.
        query_timeout_max_ms: milliseconds that a query may ask for.
        queued_queries: queries that may wait before the next is refused.
        result_rows: rows of one answer; -1 is no limit.
    """

    environment: Environment
    network: Input[str]
    subnet: Input[str]
    zone: PrivateZone
    client_ranges: Sequence[str]
    registry: RemoteRegistry
    readers: Mapping[str, Input[str]] = field(default_factory=dict)
    image: str = DEFAULT_IMAGE
    machine_type: str = "e2-medium"
    disk_size_gb: int = 20
    snapshot_days: int = 14
    query_timeout_ms: int = 30_000
    query_timeout_max_ms: int = 300_000
    queued_queries: int = 100
    result_rows: int = 10_000

    def __post_init__(self) -> None:
        memory_mib(self.machine_type)
        if ":" not in self.image and "@" not in self.image:
            raise ValueError(f"image {self.image!r} names no version: write NAME:TAG or NAME:TAG@DIGEST")
        if not 0 < self.query_timeout_ms <= self.query_timeout_max_ms:
            raise ValueError(
                f"query_timeout_ms is {self.query_timeout_ms}: write 1 to query_timeout_max_ms, "
                f"which is {self.query_timeout_max_ms}"
            )

    @property
    def settings(self) -> Settings:
        """The database's settings that follow from the machine's size and the arguments."""
        maxmemory = int(memory_mib(self.machine_type) * _DATA_SHARE)
        return Settings(
            maxmemory_mib=maxmemory,
            query_timeout_ms=self.query_timeout_ms,
            query_timeout_max_ms=self.query_timeout_max_ms,
            query_memory_mib=maxmemory // 4,
            queued_queries=self.queued_queries,
            result_rows=self.result_rows,
        )


class FalkorDB(ComponentResource):
    """The graph database.

    Attributes:
        host: its name in the private zone, once clients can reach it.
        port: its port.
    """

    host: Output[str]
    port: int

    def __init__(self, name: str, args: FalkorDBArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:FalkorDB", name, None, opts)
        self._name, self._args = name, args

        self._account = self._create_account()
        self._password = self._create_password()
        machine = self._create_machine()

        self.host, self.port = machine.host, PORT
        self.register_outputs({"host": self.host, "port": self.port})

    def env(self, prefix: str = "GRAPH_DB") -> dict[str, Input[str]]:
        """What a client needs to know, by variable name."""
        return {f"{prefix}_HOST": self.host, f"{prefix}_PORT": str(self.port)}

    def secret_env(self, prefix: str = "GRAPH_DB") -> dict[str, SecretRef]:
        """What a client needs to read, by variable name."""
        return {f"{prefix}_PASSWORD": self._password.ref}

    def _create_account(self) -> ServiceAccount:
        return ServiceAccount(
            self._name,
            ServiceAccountArgs(
                environment=self._args.environment,
                display_name=f"{self._name}: graph database",
                project_roles=LOG_AND_METRIC_WRITER,
            ),
            opts=ResourceOptions(parent=self),
        )

    def _create_password(self) -> Secret:
        return Secret(
            f"{self._name}-password",
            SecretArgs(
                environment=self._args.environment,
                readers={**self._args.readers, "machine": self._account.member},
            ),
            opts=ResourceOptions(parent=self),
        )

    def _create_machine(self) -> StatefulVm:
        return StatefulVm(
            self._name,
            StatefulVmArgs(
                environment=self._args.environment,
                service_account=self._account,
                network=self._args.network,
                subnet=self._args.subnet,
                zone=self._args.zone,
                client_ranges=self._args.client_ranges,
                ports={"tcp": (PORT,)},
                image=_OPERATING_SYSTEM,
                user_data=self._user_data(),
                machine_type=self._args.machine_type,
                disk_size_gb=self._args.disk_size_gb,
                snapshot_days=self._args.snapshot_days,
                metadata=_AGENTS_AND_UPDATES,
            ),
            opts=ResourceOptions(parent=self),
        )

    def _user_data(self) -> Output[str]:
        machine = partial(
            Machine,
            project=self._args.environment.project,
            image=self._args.image,
            settings=self._args.settings,
        )
        password = self._password.ref
        return Output.all(
            registry=self._args.registry.url_for(self._name, self._account.member),
            secret=password.secret,
            version=password.version,
        ).apply(lambda known: user_data(machine(**known)))
