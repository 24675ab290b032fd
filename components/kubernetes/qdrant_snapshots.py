"""Snapshots of a Qdrant in a cluster: a program that the clock starts, and a bucket that keeps what it saves.

Owns the bucket, the CronJob, and the identity that alone writes there. The program is
`qdrant_snapshot_program`, mounted as it stands: any image with Python runs it, so none is built for it.

A collection is always saved under one name; the bucket keeps the versions before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.bucket import Bucket, BucketArgs
from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.configuration import Configuration, ConfigurationArgs
from components.kubernetes.cron_job import CronJob, CronJobArgs
from components.kubernetes.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.kubernetes.mirrored_secret import MirroredSecret, MirroredSecretArgs
from components.kubernetes.peers import Allow, Pods, internet
from components.kubernetes.pod import PodContainer
from components.secret import SecretRef

SNAPSHOT_CONTAINER = "snapshots"  # writes to its standard error when it fails, and at no other time

_PROGRAM = Path(__file__).with_name("qdrant_snapshot_program.py")
_DIRECTORY, _FILE = "/opt/snapshots", "snapshots.py"


@dataclass(frozen=True, kw_only=True)
class SnapshotPlan:
    """When collections are saved, and by what.

    Attributes:
        image: an image with Python 3.11 or newer as `python3`, by digest.
        schedule: cron expression of five fields.
        time_zone: the time zone of `schedule`.
        kept: how many snapshots of each collection there are.
        deadline_seconds: how long a run may take.
    """

    image: Input[str]
    schedule: str = "0 2 * * *"
    time_zone: str = "Etc/UTC"
    kept: int = 14
    deadline_seconds: int = 7200

    def __post_init__(self) -> None:
        if self.kept < 1:
            raise ValueError(f"kept {self.kept} keeps nothing; write 1 or more")


@dataclass(frozen=True, kw_only=True)
class QdrantSnapshotsArgs:
    """What is saved, and where it is.

    Attributes:
        environment: where the bucket lives; its `protect` keeps it.
        cluster: where Qdrant is; on Google Kubernetes Engine, whose pods have an identity that may write.
        namespace: the namespace's name.
        qdrant: Qdrant's name.
        url: its address.
        port: its port.
        after: known once it answers.
        api_key: its key.
        database: its pod.
        part_of: the system it is a part of.
        plan: when, and how many times.
    """

    environment: Environment
    cluster: Cluster
    namespace: Input[str]
    qdrant: str
    url: Input[str]
    port: int
    after: Input[str]
    api_key: SecretRef
    database: Pods
    part_of: str
    plan: SnapshotPlan

    def __post_init__(self) -> None:
        if self.cluster.google is None:
            raise ValueError(
                f"cluster {self.cluster.name} is not GKE, so no pod can write to a bucket; take the "
                "snapshots out and save Qdrant's disk another way"
            )

    @property
    def name(self) -> str:
        """What all of it is called in the namespace."""
        return _name(self.qdrant)


class QdrantSnapshots(ComponentResource):
    """Scheduled snapshots.

    Attributes:
        bucket: the bucket's name, once the snapshots' identity may write to it.
    """

    bucket: Output[str]

    def __init__(self, name: str, args: QdrantSnapshotsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:QdrantSnapshots", name, None, opts)
        self._name, self._args = name, args

        identity = self._identity()
        self.bucket = self._create_bucket(identity)
        self._start_by_the_clock(identity)
        self.register_outputs({"bucket": self.bucket})

    def _identity(self) -> WorkloadIdentity:
        args = self._args
        return WorkloadIdentity(
            self._name,
            WorkloadIdentityArgs(
                environment=args.environment,
                cluster=args.cluster,
                namespace=args.namespace,
                name=args.name,
                display_name=f"Saves {args.part_of}'s Qdrant",
            ),
            ResourceOptions(parent=self),
        )

    def _create_bucket(self, identity: WorkloadIdentity) -> Output[str]:
        args = self._args
        writers: dict[str, Input[str]] = {"writer": identity.member} if identity.member else {}
        return Bucket(
            self._name,
            # The newest is one of those that are kept.
            BucketArgs(environment=args.environment, writers=writers, versions_kept=args.plan.kept - 1),
            ResourceOptions(parent=self),
        ).name

    def _start_by_the_clock(self, identity: WorkloadIdentity) -> None:
        args, plan = self._args, self._args.plan
        CronJob(
            self._name,
            CronJobArgs(
                environment=args.environment,
                cluster=args.cluster,
                namespace=args.namespace,
                name=args.name,
                schedule=plan.schedule,
                time_zone=plan.time_zone,
                container=self._container(),
                identity=identity,
                part_of=args.part_of,
                component="backup",
                deadline_seconds=plan.deadline_seconds,
                after=args.after,
                egress=[Allow(peer=args.database, ports=(args.port,)), *internet()],
            ),
            ResourceOptions(parent=self),
        )

    def _container(self) -> PodContainer:
        args = self._args
        return PodContainer(
            name=SNAPSHOT_CONTAINER,
            image=args.plan.image,
            command=["python3", f"{_DIRECTORY}/{_FILE}"],
            env={"QDRANT_URL": args.url, "BUCKET": self.bucket},
            env_from=[self._key()],
            files={_DIRECTORY: self._program()},
        )

    def _key(self) -> MirroredSecret:
        args = self._args
        return MirroredSecret(
            f"{self._name}-key",
            MirroredSecretArgs(
                environment=args.environment,
                namespace=args.namespace,
                name=args.name,
                secrets={"QDRANT_API_KEY": args.api_key},
            ),
            ResourceOptions(parent=self),
        )

    def _program(self) -> Configuration:
        return Configuration(
            f"{self._name}-program",
            ConfigurationArgs(
                namespace=self._args.namespace, name=self._args.name, data={_FILE: _PROGRAM.read_text()}
            ),
            ResourceOptions(parent=self),
        )


def snapshot_pods(namespace: Input[str], qdrant: str) -> Pods:
    """The pods that save the Qdrant of this name, which has to let them in."""
    return Pods(namespace=namespace, labels={"app": _name(qdrant)})


def _name(qdrant: str) -> str:
    return f"{qdrant}-snapshots"
