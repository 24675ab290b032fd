"""A namespace: the border around one system's pods, closed both ways.

Owns the namespace, the Pod Security level of its pods, the policy that lets nothing in or out, and the quota
where there is one. Does not own the policies that open a way: each belongs to the workload that needs it, and
closes its pods but for that way, so that they need not wait for the namespace's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, Output, ResourceOptions

from components.environment import Environment
from components.kubernetes.cluster import Cluster

STACK_LABEL = "ai-platform/stack"
"""Says which stack a namespace belongs to; gateways let in routes of their own stack by it."""

POD_SECURITY_VERSION = "v1.32"
"""The version whose rules hold: a newer cluster judges pods by the same ones until this is raised."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """The most that all pods of a namespace may ask for.

    Attributes:
        cpu: vCPUs.
        memory_gb: memory in GiB.
        pods: how many pods there may be, those that are ending among them.
    """

    cpu: int
    memory_gb: int
    pods: int

    def __post_init__(self) -> None:
        for name in ("cpu", "memory_gb", "pods"):
            if getattr(self, name) < 1:
                raise ValueError(f"quota.{name} {getattr(self, name)} lets no pod run; write 1 or more")


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    """What the namespace is.

    Attributes:
        environment: the stack it belongs to; its `protect` keeps the namespace, whose deletion would take
            every volume in it.
        cluster: where it is.
        name: the part of its name that follows the stack's.
        quota: the most its pods may ask for; no limit without one.
        pod_security: the level that pods must meet.
        closed: lets nothing in or out that no other policy lets through.
    """

    environment: Environment
    cluster: Cluster
    name: str
    quota: Quota | None = None
    pod_security: Literal["restricted", "baseline"] = "restricted"
    closed: bool = True


class Namespace(ComponentResource):
    """A namespace.

    Attributes:
        name: its name, known once it is there and its quota holds.
        physical_name: the same, known before.
    """

    name: Output[str]
    physical_name: str

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Namespace", name, None, opts)
        self._name, self._args = name, args
        self.physical_name = args.environment.physical_name(args.name)

        namespace = self._create().metadata.name
        if args.closed:
            self._deny(namespace)
        limited = [self._limit(namespace, args.quota).metadata.name] if args.quota else []

        self.name = Output.all(namespace, *limited).apply(lambda known: str(known[0]))
        self.register_outputs({"name": self.name})

    def _create(self) -> kubernetes.core.v1.Namespace:
        environment, level = self._args.environment, self._args.pod_security
        modes = ("enforce", "audit", "warn")
        return kubernetes.core.v1.Namespace(
            self._name,
            metadata={
                "name": self.physical_name,
                "labels": {
                    STACK_LABEL: stack_label(environment),
                    "app.kubernetes.io/managed-by": "pulumi",
                    **{f"pod-security.kubernetes.io/{mode}": level for mode in modes},
                    **{f"pod-security.kubernetes.io/{mode}-version": POD_SECURITY_VERSION for mode in modes},
                },
            },
            opts=ResourceOptions(parent=self, protect=environment.protect),
        )

    def _deny(self, namespace: Output[str]) -> kubernetes.networking.v1.NetworkPolicy:
        return kubernetes.networking.v1.NetworkPolicy(
            f"{self._name}-deny",
            metadata={"name": "deny", "namespace": namespace},
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=ResourceOptions(parent=self),
        )

    def _limit(self, namespace: Output[str], quota: Quota) -> kubernetes.core.v1.ResourceQuota:
        # Requests are limits in every pod of ours, so one side of it is enough.
        most = {
            "requests.cpu": str(quota.cpu),
            "requests.memory": f"{quota.memory_gb}Gi",
            "pods": str(quota.pods),
        }
        return kubernetes.core.v1.ResourceQuota(
            f"{self._name}-quota",
            metadata={"name": "quota", "namespace": namespace},
            spec={"hard": most},
            opts=ResourceOptions(parent=self),
        )


def stack_label(environment: Environment) -> str:
    """The value of the label that says which stack a namespace belongs to."""
    return f"{environment.prefix}-{environment.stack}"
