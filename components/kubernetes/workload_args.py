"""What a workload is: its arguments, and the times that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input

from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.identity import WorkloadIdentity
from components.kubernetes.names import dns_label
from components.kubernetes.peers import Allow
from components.kubernetes.pod import PodContainer

_SPARE_SECONDS = 10
_NODE_SECONDS = 300
_USUAL_START_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Replicas:
    """How many pods there are.

    Attributes:
        minimum: the fewest.
        maximum: the most; as many as `minimum` for a fixed number.
        cpu_percent: of the CPU asked for, above which there will be more.
    """

    minimum: int = 1
    maximum: int = 1
    cpu_percent: int = 70

    def __post_init__(self) -> None:
        if self.minimum < 1:
            raise ValueError(f"Replicas.minimum {self.minimum} serves nobody; write 1 or more")
        if self.maximum < self.minimum:
            raise ValueError(
                f"Replicas.maximum {self.maximum} is below the minimum; write {self.minimum} or more"
            )
        if not 1 <= self.cpu_percent <= 100:
            raise ValueError(f"Replicas.cpu_percent {self.cpu_percent} is no share; write 1 to 100")


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs:
    """What runs, and how.

    Attributes:
        environment: the stack it belongs to.
        cluster: where it is.
        namespace: the namespace's name.
        name: the Deployment's name, unique in the namespace: its pods' label `app`.
        container: what runs in each pod.
        part_of: the system it is a part of.
        component: its part in that system, like `api`.
        instance: tells it from its like, as a canary from the stable version.
        identity: who its pods are.
        replicas: how many pods there are.
        longest_request_seconds: the longest answer, streams included, that a pod that goes still finishes.
        drain_seconds: how long a pod that goes still gets requests, from a load balancer that is yet to hear.
        ingress: who may ask its pods.
        egress: whom they may ask, beside the cluster's DNS and, on GKE, the metadata server.
        token: whether its pods ask the API server, and get a token for it.
        after: something, like a migration's name, that has to be done before.
    """

    environment: Environment
    cluster: Cluster
    namespace: Input[str]
    name: str
    container: PodContainer
    part_of: str
    component: str
    instance: str = "stable"
    identity: WorkloadIdentity
    replicas: Replicas
    longest_request_seconds: int = 60
    drain_seconds: int = 35
    ingress: Sequence[Allow] = ()
    egress: Sequence[Allow] = ()
    token: bool = False
    after: Input[str] | None = None

    def __post_init__(self) -> None:
        for attribute in ("name", "part_of", "component", "instance"):
            dns_label(f"WorkloadArgs.{attribute}", getattr(self, attribute))
        if self.container.readiness is None:
            raise ValueError(
                f"workload {self.name}: a rollout would count pods that serve nobody yet; "
                "write readiness=Probe(port=…, path='/…')"
            )
        if self.longest_request_seconds < 1 or self.drain_seconds < 0:
            raise ValueError(f"workload {self.name}: its times are negative; write seconds")

    @property
    def grace_seconds(self) -> int:
        """How long a pod's end may take: what is still sent to it, the longest answer, and some to spare."""
        return self.drain_seconds + self.longest_request_seconds + _SPARE_SECONDS

    @property
    def start_seconds(self) -> int:
        """How long a pod's start may take, on a node that is yet to be made."""
        startup = self.container.startup
        return _NODE_SECONDS + (startup.failures * startup.period_seconds if startup else 0)

    @property
    def rollout_seconds(self) -> int:
        """How long a deployment waits: for one slow start, and for all pods one after another.

        Not for a slow start of each, since it waits as long for a version that never starts.
        """
        return self.start_seconds + (self.replicas.maximum + 1) * _USUAL_START_SECONDS
