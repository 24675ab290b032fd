"""A service's pods: how many, how they are replaced without loss, and whom they may talk to.

Owns the Deployment, the autoscaler, the disruption budget and the network policy. Does not own who the pods
are (`identity`), what they are configured with, nor how requests reach them (`backend`).

The autoscaler alone says how many pods there are, also where that is a fixed number: a Deployment that says
it as well would be scaled by two, and one that stops saying it goes through a single pod.
"""

from __future__ import annotations

from pulumi import ComponentResource, CustomTimeouts, Output, ResourceOptions
from pulumi_kubernetes import apps, autoscaling, meta, policy

from components.kubernetes.names import labels
from components.kubernetes.network_policy import NetworkPolicy, guard
from components.kubernetes.peers import Pods, dns, metadata
from components.kubernetes.pod_spec import PodTemplate, pod_template
from components.kubernetes.waiting import after
from components.kubernetes.workload_args import Replicas, WorkloadArgs

__all__ = ["Replicas", "Workload", "WorkloadArgs"]

_MIN_READY_SECONDS = 10
_DEFAULT_PROGRESS_SECONDS = 600
_SCALE_DOWN_SECONDS = 300


class Workload(ComponentResource):
    """A service's pods.

    Attributes:
        name: the Deployment's name, known once its pods are ready.
        selector: the labels that select its pods and no other.
        pods: its pods, as a peer of others.
    """

    name: Output[str]
    selector: dict[str, str]
    pods: Pods

    def __init__(self, name: str, args: WorkloadArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Workload", name, None, opts)
        self._name, self._args = name, args
        self.selector = {"app": args.name}
        self.pods = Pods(namespace=args.namespace, labels=self.selector)
        self._labels = labels(
            args.name, part_of=args.part_of, component=args.component, instance=args.instance
        )

        network = self._guard()
        deployment = self._deploy(network)
        self._scale(deployment)
        self._limit_disruption()

        self.name = deployment.metadata.name.apply(str)
        self.register_outputs({"name": self.name})

    def _guard(self) -> NetworkPolicy:
        args = self._args
        return guard(
            self._name,
            self,
            namespace=args.namespace,
            app=args.name,
            ingress=args.ingress,
            egress=[*dns(args.cluster), *metadata(args.cluster), *args.egress],
        )

    def _deploy(self, network: NetworkPolicy) -> apps.v1.Deployment:
        seconds = f"{self._args.rollout_seconds}s"
        return apps.v1.Deployment(
            self._name,
            metadata={**self._metadata(), "annotations": after(network.name, self._args.after)},
            spec=self._deployment_spec(),
            opts=ResourceOptions(parent=self, custom_timeouts=CustomTimeouts(create=seconds, update=seconds)),
        )

    def _deployment_spec(self) -> apps.v1.DeploymentSpecArgsDict:
        args = self._args
        template = PodTemplate(
            container=args.container,
            labels=self._labels,
            service_account=args.identity.service_account,
            token=args.token,
            drain_seconds=args.drain_seconds,
            grace_seconds=args.grace_seconds,
        )
        slowest = args.start_seconds + _MIN_READY_SECONDS
        return {
            "selector": {"match_labels": self.selector},
            # A new pod first, and an old one goes when the new one has stayed ready.
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
            "min_ready_seconds": _MIN_READY_SECONDS,
            "progress_deadline_seconds": max(_DEFAULT_PROGRESS_SECONDS, slowest),
            "revision_history_limit": 3,
            "template": pod_template(template),
        }

    def _scale(self, deployment: apps.v1.Deployment) -> autoscaling.v2.HorizontalPodAutoscaler:
        replicas = self._args.replicas
        target: autoscaling.v2.CrossVersionObjectReferenceArgsDict = {
            "api_version": "apps/v1",
            "kind": "Deployment",
            "name": deployment.metadata.name,
        }
        return autoscaling.v2.HorizontalPodAutoscaler(
            f"{self._name}-autoscaler",
            metadata=self._metadata(),
            spec={
                "scale_target_ref": target,
                "min_replicas": replicas.minimum,
                "max_replicas": replicas.maximum,
                "metrics": [_cpu(replicas.cpu_percent)],
                "behavior": {"scale_down": {"stabilization_window_seconds": _SCALE_DOWN_SECONDS}},
            },
            opts=ResourceOptions(parent=self),
        )

    def _limit_disruption(self) -> policy.v1.PodDisruptionBudget:
        return policy.v1.PodDisruptionBudget(
            f"{self._name}-disruption",
            metadata=self._metadata(),
            spec={
                "selector": {"match_labels": self.selector},
                # Not a minimum, which with a single pod would let no node be drained.
                "max_unavailable": 1,
                # Pods that serve nobody hold no node back.
                "unhealthy_pod_eviction_policy": "AlwaysAllow",
            },
            opts=ResourceOptions(parent=self),
        )

    def _metadata(self) -> meta.v1.ObjectMetaArgsDict:
        return {"name": self._args.name, "namespace": self._args.namespace, "labels": self._labels}


def _cpu(percent: int) -> autoscaling.v2.MetricSpecArgsDict:
    target: autoscaling.v2.MetricTargetArgsDict = {"type": "Utilization", "average_utilization": percent}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}
