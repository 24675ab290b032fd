"""Where memorise is: a namespace of a cluster, and what its parts are called there.

Names in the cluster are plain; logical names end in the cluster's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi import Input, Output

from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.peers import Pods
from services.foundation import Foundation

SYSTEM = "memorise"
API = "ai-engine-api"
CONTENT = "content-engine"
SYNC = "content-engine-sync"
QDRANT = "qdrant"

_DOCKER_HUB = "docker.io/"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A namespace of a cluster.

    Attributes:
        foundation: what the stack stands on.
        cluster: the cluster.
        namespace: the namespace's name, known once it is there.
        namespace_name: the same, known before.
        mirror: the mirror of Docker Hub, where the cluster's nodes may pull from it.
    """

    foundation: Foundation
    cluster: Cluster
    namespace: Output[str]
    namespace_name: str
    mirror: Output[str] | None = None

    @property
    def environment(self) -> Environment:
        """The stack's environment."""
        return self.foundation.environment

    @property
    def args(self) -> dict[str, Any]:
        """What every workload here is told of where it is."""
        return {
            "environment": self.environment,
            "cluster": self.cluster,
            "namespace": self.namespace,
            "part_of": SYSTEM,
        }

    def logical(self, name: str) -> str:
        """The logical name of something in the cluster."""
        return f"{SYSTEM}-{name}-{self.cluster.name}"

    def pods(self, name: str) -> Pods:
        """The pods of a workload here, whether it is made yet or not."""
        return Pods(namespace=self.namespace, labels={"app": name})

    def pulled(self, image: str) -> Input[str]:
        """An image of Docker Hub's, through the mirror where there is one."""
        if self.mirror is None or not image.startswith(_DOCKER_HUB):
            return image
        return Output.concat(self.mirror, "/", image.removeprefix(_DOCKER_HUB))
