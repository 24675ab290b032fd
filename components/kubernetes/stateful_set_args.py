"""What a single pod with a disk is: its arguments."""

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


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A disk of the cluster's own kind.

    Attributes:
        directory: where the container finds it.
        size_gb: its size in GiB; it can be made larger, never smaller.
        storage_class: what kind; the cluster's usual one without a name. For life.
    """

    directory: str
    size_gb: int
    storage_class: str | None = None

    def __post_init__(self) -> None:
        if self.size_gb < 1:
            raise ValueError(f"size_gb {self.size_gb} holds nothing; write 1 or more")


@dataclass(frozen=True, kw_only=True)
class StatefulSetArgs:
    """What runs, and who may ask it.

    Attributes:
        environment: the stack it belongs to; its `protect` keeps the disk.
        cluster: where it is.
        namespace: the namespace's name.
        name: its name, its pod's label `app`, and the host name that it is asked by in its namespace.
        container: what runs; its port is the one that is asked.
        disk: what it keeps its data on.
        identity: who its pod is.
        part_of: the system it is a part of.
        component: its part in that system.
        start_seconds: how long its start may take, with all its data.
        stop_seconds: how long it has to write what it holds.
        ingress: who may ask it; nobody without one.
        egress: whom it may ask, beside the cluster's DNS: no token of a Google identity.
    """

    environment: Environment
    cluster: Cluster
    namespace: Input[str]
    name: str
    container: PodContainer
    disk: Disk
    identity: WorkloadIdentity
    part_of: str
    component: str = "database"
    start_seconds: int = 600
    stop_seconds: int = 60
    ingress: Sequence[Allow] = ()
    egress: Sequence[Allow] = ()

    def __post_init__(self) -> None:
        for attribute in ("name", "part_of", "component"):
            dns_label(f"StatefulSetArgs.{attribute}", getattr(self, attribute))
        if self.container.port is None:
            raise ValueError(f"stateful set {self.name} is asked by nobody; write a port for its container")
        if self.disk.directory in (*self.container.files, *self.container.scratch):
            raise ValueError(
                f"stateful set {self.name}: {self.disk.directory} is the disk's and something else's; "
                "take two directories"
            )
