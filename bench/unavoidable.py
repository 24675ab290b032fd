"""The longest chain that no program could shorten: what has to wait for what, and why.

Each link is a resource of the plan, and the reason for which it cannot be begun before the one above it is
there. The deployment's critical path is held to the sum of their creation times.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.creation_times import creation_seconds
from simulator.in_process import Plan


@dataclass(frozen=True)
class Link:
    """A resource by type and name, and why it waits for the link before."""

    type: str
    name: str
    why: str


CHAIN = (
    Link("gcp:projects/service:Service", "apis-compute", "waits for nothing"),
    Link(
        "time:index/sleep:Sleep", "apis-propagation", "an API that was enabled is refused for up to a minute"
    ),
    Link("gcp:compute/network:Network", "network", "made by the Compute Engine API"),
    Link("gcp:compute/subnetwork:Subnetwork", "cluster-main", "lies in the network"),
    Link("gcp:container/cluster:Cluster", "cluster-main", "its nodes have their addresses in the subnetwork"),
    Link(
        "time:index/sleep:Sleep", "cluster-main-settling", "a new control plane drops calls while it settles"
    ),
    Link("kubernetes:core/v1:Namespace", "memorise-main", "made by the cluster's control plane"),
    Link(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "memorise-qdrant-main-network",
        "lies in the namespace, and closes Qdrant's pod but for who may ask it",
    ),
    Link("kubernetes:apps/v1:StatefulSet", "memorise-qdrant-main", "no pod starts before it is closed"),
    Link(
        "kubernetes:apps/v1:Deployment",
        "memorise-ai-engine-api-main",
        "the AI Engine's public code makes its clients when it starts, and leaves its search out until the "
        "next start where that fails",
    ),
    Link(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "memorise-ai-engine-api-main-autoscaler",
        "scales the Deployment, which is created with its first pods",
    ),
)


def unavoidable_seconds(plan: Plan) -> float:
    """How long the chain takes.

    Raises:
        LookupError: the plan has no such resource any more.
    """
    return sum(creation_seconds(plan.one(link.type, link.name)) for link in CHAIN)
