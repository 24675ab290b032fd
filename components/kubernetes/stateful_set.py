"""A single pod with a disk: a database that lives in a cluster.

Owns the StatefulSet, its disk, the name it is asked by, its disruption budget and its network policy. One
pod, never two: the disk is mounted once, and while a new version starts nobody is answered.

The disk is a claim of its own and not a template's, which can never be changed: this way it grows in place,
and neither a new StatefulSet nor a deleted one takes it along. It is protected for itself.
"""

from __future__ import annotations

from typing import Any

from pulumi import ComponentResource, CustomTimeouts, Output, ResourceOptions
from pulumi_kubernetes import apps, core, policy

from components.kubernetes.names import labels
from components.kubernetes.network_policy import guard
from components.kubernetes.peers import Pods, dns
from components.kubernetes.pod_spec import PodTemplate, pod_template
from components.kubernetes.stateful_set_args import Disk, StatefulSetArgs
from components.kubernetes.waiting import after

__all__ = ["Disk", "StatefulSet", "StatefulSetArgs"]

_SPARE_SECONDS = 600


class StatefulSet(ComponentResource):
    """A single pod with a disk.

    Attributes:
        host: its host name in its namespace.
        ready: its name, known once its pod answers.
        port: its port.
        pods: its pod, as a peer of others.
    """

    host: Output[str]
    ready: Output[str]
    port: int
    pods: Pods

    def __init__(self, name: str, args: StatefulSetArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:StatefulSet", name, None, opts)
        self._name, self._args = name, args
        self._selector = {"app": args.name}
        self._labels = labels(args.name, part_of=args.part_of, component=args.component, instance=args.name)
        self.port = args.container.port or 0
        self.pods = Pods(namespace=args.namespace, labels=self._selector)

        egress = [*dns(args.cluster), *args.egress]
        network = guard(
            name, self, namespace=args.namespace, app=args.name, ingress=args.ingress, egress=egress
        )
        service = self._service().metadata.name
        pod = self._stateful_set(service, self._claim().metadata.name, network.name)
        self._limit_disruption()

        self.host, self.ready = service.apply(str), pod.metadata.name.apply(str)
        self.register_outputs({"host": self.host, "ready": self.ready})

    def _claim(self) -> core.v1.PersistentVolumeClaim:
        disk, protect = self._args.disk, self._args.environment.protect
        spec: core.v1.PersistentVolumeClaimSpecArgsDict = {
            "access_modes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": f"{disk.size_gb}Gi"}},
        }
        if disk.storage_class:
            spec["storage_class_name"] = disk.storage_class
        # Many classes make a disk where its first pod is, so that nothing is to wait for before.
        annotations = {"pulumi.com/skipAwait": "true"}
        return core.v1.PersistentVolumeClaim(
            f"{self._name}-disk",
            metadata=self._metadata(annotations),
            spec=spec,
            opts=ResourceOptions(parent=self, protect=protect),
        )

    def _service(self) -> core.v1.Service:
        return core.v1.Service(
            f"{self._name}-service",
            metadata=self._metadata({"pulumi.com/skipAwait": "true"}),
            spec={
                # The pod's own address, which the name follows when the pod moves.
                "cluster_ip": "None",
                "cluster_ips": ["None"],
                "selector": self._selector,
                "ports": [
                    {"name": "http", "port": self.port, "target_port": self.port, "protocol": "TCP"},
                ],
            },
            opts=ResourceOptions(parent=self),
        )

    def _stateful_set(
        self, service: Output[str], claim: Output[str], network: Output[str]
    ) -> apps.v1.StatefulSet:
        seconds = self._args.start_seconds + self._args.stop_seconds + _SPARE_SECONDS
        return apps.v1.StatefulSet(
            self._name,
            metadata=self._metadata(after(network)),
            spec={
                "replicas": 1,
                "service_name": service,
                "selector": {"match_labels": self._selector},
                "template": self._template(claim),
            },
            opts=ResourceOptions(
                parent=self, custom_timeouts=CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s")
            ),
        )

    def _template(self, claim: Output[str]) -> core.v1.PodTemplateSpecArgsDict:
        args = self._args
        return pod_template(
            PodTemplate(
                container=args.container,
                labels=self._labels,
                service_account=args.identity.service_account,
                claims={args.disk.directory: claim},
                grace_seconds=args.stop_seconds,
            )
        )

    def _limit_disruption(self) -> policy.v1.PodDisruptionBudget:
        return policy.v1.PodDisruptionBudget(
            f"{self._name}-disruption",
            metadata=self._metadata({}),
            # With a single pod any minimum would hold its node for ever: nodes are repaired and renewed.
            spec={"selector": {"match_labels": self._selector}, "max_unavailable": 1},
            opts=ResourceOptions(parent=self),
        )

    def _metadata(self, annotations: dict[str, Any]) -> Any:
        return {
            "name": self._args.name,
            "namespace": self._args.namespace,
            "labels": self._labels,
            "annotations": annotations,
        }
