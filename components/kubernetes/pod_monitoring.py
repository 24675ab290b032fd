"""The scrape of pods by managed Prometheus, on Google Kubernetes Engine, with a bearer token.

Owns the PodMonitoring, and the right of the collectors to read that one token. Does not own the token: it is
a mirrored secret, of which the pods are given the same version. Elsewhere there is no such scraper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_kubernetes import rbac

from components.kubernetes.cluster import Cluster, GoogleFacts
from components.kubernetes.custom_object import CustomObject
from components.kubernetes.mirrored_secret import MirroredSecret
from components.kubernetes.names import MANAGED_BY, dns_label

_LONGEST_SCRAPE_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class PodMonitoringArgs:
    """What is scraped.

    Attributes:
        cluster: where it is, on Google Kubernetes Engine.
        namespace: the namespace of the pods.
        name: the scrape's name, which is the label `job` of all its series.
        selector: labels of the pods.
        port: the pods' port.
        path: where the metrics are.
        token: the secret whose one key holds the bearer token.
        interval_seconds: time between two scrapes.
        labels: label of a pod to the label that its series get of it.
    """

    cluster: Cluster
    namespace: Input[str]
    name: str
    selector: Mapping[str, str]
    port: int
    path: str
    token: MirroredSecret
    interval_seconds: int = 30
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        dns_label("PodMonitoringArgs.name", self.name)
        if self.cluster.google is None:
            raise ValueError(
                f"cluster {self.cluster.name} has no managed Prometheus; give its own a scrape configuration"
            )
        if not self.selector:
            raise ValueError(f"scrape {self.name} selects every pod; write selector={{'app': …}}")
        if not self.path.startswith("/"):
            raise ValueError(f"path {self.path!r}: write a path that begins with a slash, like /metrics")
        if len(self.token.keys) != 1:
            raise ValueError("a collector may read all of the token's secret; write one with one key")


class PodMonitoring(ComponentResource):
    """A scrape.

    Attributes:
        name: its name, once it is there and its token can be read.
    """

    name: Output[str]

    def __init__(self, name: str, args: PodMonitoringArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:PodMonitoring", name, None, opts)
        self._name, self._args = name, args

        readable = self._bind(self._role(), args.cluster.google) if args.cluster.google else args.token.name
        self.name = self._scrape(readable).object_name
        self.register_outputs({"name": self.name})

    def _role(self) -> rbac.v1.Role:
        return rbac.v1.Role(
            f"{self._name}-token",
            metadata={"name": f"{self._args.name}-token", "namespace": self._args.namespace},
            rules=[
                {
                    "api_groups": [""],
                    "resources": ["secrets"],
                    "resource_names": [self._args.token.name],
                    # It watches that one, by name, to see a rotation at once.
                    "verbs": ["get", "list", "watch"],
                }
            ],
            opts=ResourceOptions(parent=self),
        )

    def _bind(self, role: rbac.v1.Role, google: GoogleFacts) -> Output[str]:
        """The token's secret, once the collectors may read it."""
        role_name = role.metadata.apply(lambda metadata: str(metadata.name))
        binding = rbac.v1.RoleBinding(
            f"{self._name}-collectors",
            metadata={"name": f"{self._args.name}-token", "namespace": self._args.namespace},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": role_name},
            subjects=[
                {"kind": "ServiceAccount", "namespace": namespace, "name": account}
                for namespace, account in google.collectors
            ],
            opts=ResourceOptions(parent=self),
        )
        return Output.all(self._args.token.name, binding.metadata).apply(lambda known: str(known[0]))

    def _scrape(self, token: Output[str]) -> CustomObject:
        args = self._args
        (key,) = args.token.keys
        endpoint: dict[str, Any] = {
            "port": args.port,
            "path": args.path,
            "interval": f"{args.interval_seconds}s",
            "timeout": f"{min(_LONGEST_SCRAPE_SECONDS, args.interval_seconds)}s",
            "authorization": {"type": "Bearer", "credentials": {"secret": {"name": token, "key": key}}},
        }
        spec: dict[str, Any] = {"selector": {"matchLabels": dict(args.selector)}, "endpoints": [endpoint]}
        if args.labels:
            pairs = sorted(args.labels.items())
            spec["targetLabels"] = {"fromPod": [{"from": label, "to": target} for label, target in pairs]}
        return CustomObject(
            self._name,
            api_version="monitoring.googleapis.com/v1",
            kind="PodMonitoring",
            metadata={
                "name": args.name,
                "namespace": args.namespace,
                "labels": {"app.kubernetes.io/managed-by": MANAGED_BY},
            },
            spec=spec,
            opts=ResourceOptions(parent=self),
        )
