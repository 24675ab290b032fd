"""A Service, and what Google's load balancer has to be told of it where it is reached from outside.

Owns the Service, and on Google Kubernetes Engine its health check and its timeouts: without them the balancer
asks for `/` and cuts every answer after 30 seconds. Does not own the pods, nor the route that leads here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.containers import Probe
from components.kubernetes.cluster import Cluster
from components.kubernetes.custom_object import CustomObject

_LONGEST_DRAIN_SECONDS = 3600
_POLICIES = "networking.gke.io/v1"


@dataclass(frozen=True, kw_only=True)
class BackendArgs:
    """Which pods answer, and how.

    Attributes:
        cluster: where it is.
        namespace: the namespace of the pods.
        name: the Service's name, unique in the namespace.
        selector: labels of the pods, of which none is on any other pod.
        port: the Service's port.
        target_port: the pods' port.
        public: whether a route may lead here.
        health: the pods' own readiness probe, which the load balancer asks too; needed where it is public.
        timeout_seconds: the longest answer, streams included, in seconds.
        security_policy: name of the Cloud Armor policy that requests pass, on Google Kubernetes Engine.
    """

    cluster: Cluster
    namespace: Input[str]
    name: str
    selector: Mapping[str, str]
    port: int = 80
    target_port: int
    public: bool = False
    health: Probe | None = None
    timeout_seconds: int = 30
    security_policy: Input[str] | None = None

    def __post_init__(self) -> None:
        if not self.selector:
            raise ValueError(
                f"backend {self.name} selects every pod; write selector={{'app': '{self.name}'}}"
            )
        if self.public and (self.health is None or self.health.path is None):
            raise ValueError(f"backend {self.name} is public; write health=Probe(port=…, path='/…')")
        if self.security_policy is not None and not self.public:
            raise ValueError(f"backend {self.name} is not public; take security_policy out")
        if not 1 <= self.timeout_seconds <= _LONGEST_DRAIN_SECONDS:
            raise ValueError(
                f"backend {self.name}: timeout_seconds {self.timeout_seconds} is out of range; "
                f"write 1 to {_LONGEST_DRAIN_SECONDS}"
            )


class Backend(ComponentResource):
    """A Service that a route can lead to.

    Attributes:
        service: the Service's name, known once the load balancer knows how to treat it.
        port: its port.
    """

    service: Output[str]
    port: int

    def __init__(self, name: str, args: BackendArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Backend", name, None, opts)
        self._name, self._args = name, args

        service = self._create().metadata.name
        policies: list[CustomObject] = []
        if args.public and args.health and args.cluster.google:
            policies = [self._check(service, args.health), self._treat(service)]

        self.port = args.port
        self.service = Output.all(service, *(policy.object_name for policy in policies)).apply(
            lambda known: str(known[0])
        )
        self.register_outputs({"service": self.service})

    def _create(self) -> kubernetes.core.v1.Service:
        args = self._args
        return kubernetes.core.v1.Service(
            self._name,
            metadata={
                "name": args.name,
                "namespace": args.namespace,
                "labels": {"app.kubernetes.io/name": args.name, "app.kubernetes.io/managed-by": "pulumi"},
                # Whether pods answer is the Deployment's to wait for. Waited for here as well, a Service
                # would give up while a long migration still holds its pods back.
                "annotations": {"pulumi.com/skipAwait": "true"},
            },
            spec={
                "type": "ClusterIP",
                "selector": args.selector,
                "ports": [
                    {"name": "http", "port": args.port, "target_port": args.target_port, "protocol": "TCP"}
                ],
            },
            opts=ResourceOptions(parent=self),
        )

    def _check(self, service: Output[str], probe: Probe) -> CustomObject:
        return self._policy(
            "HealthCheckPolicy",
            "health",
            service,
            {
                "checkIntervalSec": probe.period_seconds,
                "timeoutSec": probe.timeout_seconds,
                "healthyThreshold": 1,
                "unhealthyThreshold": max(probe.failures, 2),
                "config": {
                    "type": "HTTP",
                    "httpHealthCheck": {
                        "portSpecification": "USE_FIXED_PORT",
                        "port": probe.port,
                        "requestPath": probe.path,
                    },
                },
            },
        )

    def _treat(self, service: Output[str]) -> CustomObject:
        seconds = self._args.timeout_seconds
        treatment: dict[str, Input[object]] = {
            "timeoutSec": seconds,
            # What a pod that goes was sent before is answered to its end.
            "connectionDraining": {"drainingTimeoutSec": seconds},
            "logging": {"enabled": True, "sampleRate": 1000000},
        }
        if self._args.security_policy is not None:
            treatment["securityPolicy"] = self._args.security_policy
        return self._policy("GCPBackendPolicy", "treatment", service, treatment)

    def _policy(
        self, kind: str, suffix: str, service: Output[str], default: Mapping[str, Input[object]]
    ) -> CustomObject:
        return CustomObject(
            f"{self._name}-{suffix}",
            api_version=_POLICIES,
            kind=kind,
            metadata={"name": self._args.name, "namespace": self._args.namespace},
            spec={"default": default, "targetRef": {"group": "", "kind": "Service", "name": service}},
            opts=ResourceOptions(parent=self),
        )
