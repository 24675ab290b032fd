"""Qdrant in a cluster: one pod, its disk, its key, and snapshots of its collections where they are asked for.

Owns who reaches it: its clients and its own snapshots, with the key that is in Secret Manager. It is asked
over plain HTTP, inside the namespace alone. Does not own the collections, nor a Qdrant that is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.containers import Probe
from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.kubernetes.mirrored_secret import MirroredSecret, MirroredSecretArgs
from components.kubernetes.peers import Allow, Pods
from components.kubernetes.pod import PodContainer
from components.kubernetes.qdrant_snapshots import (
    QdrantSnapshots,
    QdrantSnapshotsArgs,
    SnapshotPlan,
    snapshot_pods,
)
from components.kubernetes.stateful_set import Disk, StatefulSet, StatefulSetArgs
from components.secret import SecretRef

PORT = 6333
_USER = 1000
_DATA = "/qdrant/data"
_START_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class QdrantArgs:
    """What it is.

    Attributes:
        environment: the stack it belongs to; its `protect` keeps the disk and the snapshots.
        cluster: where it is.
        namespace: the namespace's name.
        name: its name and its host name in the namespace.
        image: a variant that runs as user 1000, by digest.
        api_key: the key that every request but the probes' needs.
        clients: the pods that may ask it.
        part_of: the system it is a part of.
        disk_size_gb: its disk in GiB: what the collections take three times, for a snapshot is made on it.
        storage_class: kind of the disk; the cluster's usual one without a name.
        cpu_millis: thousandths of a vCPU.
        memory_mb: memory in MiB.
        snapshots: when its collections are saved, and how many times; never without one.
    """

    environment: Environment
    cluster: Cluster
    namespace: Input[str]
    name: str = "qdrant"
    image: Input[str]
    api_key: SecretRef
    clients: Sequence[Pods]
    part_of: str
    disk_size_gb: int = 20
    storage_class: str | None = None
    cpu_millis: int = 1000
    memory_mb: int = 4096
    snapshots: SnapshotPlan | None = None


class Qdrant(ComponentResource):
    """A Qdrant.

    Attributes:
        url: its address in the namespace.
        ready: its name, known once it answers.
        pods: its pod, as a peer of others.
        bucket: name of the bucket of its snapshots; `None` where there are none.
    """

    url: Output[str]
    ready: Output[str]
    pods: Pods
    bucket: Output[str] | None

    def __init__(self, name: str, args: QdrantArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Qdrant", name, None, opts)
        self._name, self._args = name, args

        database = self._database(self._identity(), self._key())
        self.pods = database.pods
        self.url = Output.format("http://{0}:{1}", database.host, database.port)
        self.ready = database.ready
        self.bucket = self._save(args.snapshots) if args.snapshots else None
        self.register_outputs({"url": self.url, "bucket": self.bucket})

    def _identity(self) -> WorkloadIdentity:
        args = self._args
        return WorkloadIdentity(
            self._name,
            WorkloadIdentityArgs(
                environment=args.environment,
                cluster=args.cluster,
                namespace=args.namespace,
                name=args.name,
                display_name=f"Qdrant of {args.part_of}",
                at_google=False,
            ),
            ResourceOptions(parent=self),
        )

    def _key(self) -> MirroredSecret:
        args = self._args
        return MirroredSecret(
            f"{self._name}-key",
            MirroredSecretArgs(
                environment=args.environment,
                namespace=args.namespace,
                name=args.name,
                secrets={"QDRANT__SERVICE__API_KEY": args.api_key},
            ),
            ResourceOptions(parent=self),
        )

    def _database(self, identity: WorkloadIdentity, key: MirroredSecret) -> StatefulSet:
        args = self._args
        saving = [snapshot_pods(args.namespace, args.name)] if args.snapshots else []
        return StatefulSet(
            self._name,
            StatefulSetArgs(
                environment=args.environment,
                cluster=args.cluster,
                namespace=args.namespace,
                name=args.name,
                container=self._container(key),
                disk=Disk(directory=_DATA, size_gb=args.disk_size_gb, storage_class=args.storage_class),
                identity=identity,
                part_of=args.part_of,
                start_seconds=_START_SECONDS,
                ingress=[Allow(peer=pods, ports=(PORT,)) for pods in (*args.clients, *saving)],
            ),
            ResourceOptions(parent=self),
        )

    def _container(self, key: MirroredSecret) -> PodContainer:
        args = self._args
        return PodContainer(
            name="qdrant",
            image=args.image,
            port=PORT,
            user=_USER,
            env={
                "QDRANT__STORAGE__STORAGE_PATH": f"{_DATA}/storage",
                "QDRANT__STORAGE__SNAPSHOTS_PATH": f"{_DATA}/snapshots",
                "QDRANT__SERVICE__ENABLE_STATIC_CONTENT": "false",
                "QDRANT__TELEMETRY_DISABLED": "true",
                "QDRANT_INIT_FILE_PATH": "/tmp/initialized",  # noqa: S108 - the pod's own
            },
            env_from=[key],
            cpu_millis=args.cpu_millis,
            memory_mb=args.memory_mb,
            # These three paths are the only ones that need no key.
            startup=Probe(port=PORT, path="/readyz", failures=_START_SECONDS // 10),
            readiness=Probe(port=PORT, path="/readyz", period_seconds=5, timeout_seconds=2),
            liveness=Probe(port=PORT, path="/livez", failures=6),
        )

    def _save(self, plan: SnapshotPlan) -> Output[str]:
        args = self._args
        return QdrantSnapshots(
            f"{self._name}-snapshots",
            QdrantSnapshotsArgs(
                environment=args.environment,
                cluster=args.cluster,
                namespace=args.namespace,
                qdrant=args.name,
                url=self.url,
                port=PORT,
                after=self.ready,
                api_key=args.api_key,
                database=self.pods,
                part_of=args.part_of,
                plan=plan,
            ),
            ResourceOptions(parent=self),
        ).bucket
