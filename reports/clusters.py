"""What a plan has in each of its clusters, as the reports look at it: pods, Services, policies, routes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.network_policies import Address, Pod
from simulator.in_process import Plan, PlannedResource
from simulator.rules.kubernetes import objects as k
from simulator.rules.kubernetes.cluster import CLUSTER, cluster_named_by, is_google
from simulator.values import opened

_DIGEST = re.compile(r"(-[0-9a-f]{8})+$")
_PROVIDER = "pulumi:providers:kubernetes"
_TEMPLATES = {
    k.DEPLOYMENT: ("spec", "template"),
    k.STATEFUL_SET: ("spec", "template"),
    k.DAEMON_SET: ("spec", "template"),
    k.JOB: ("spec", "template"),
    k.CRON_JOB: ("spec", "jobTemplate", "spec", "template"),
}


@dataclass(frozen=True, kw_only=True)
class ClusterView:
    """One cluster.

    Attributes:
        name: the name of its provider in the program.
        google: whether it is one of GKE.
        pods_range: the range of its pods' addresses, where the program made it.
        objects: type token to the manifests of that type.
    """

    name: str
    google: bool
    pods_range: str | None
    objects: Mapping[str, list[Mapping[str, Any]]]

    def of(self, token: str) -> list[Mapping[str, Any]]:
        """The manifests of a type."""
        return self.objects.get(token, [])

    def namespace_labels(self, name: str) -> Mapping[str, str]:
        """The labels of a namespace; none where the program did not make it."""
        labels = {
            one["metadata"]["name"]: one["metadata"].get("labels") or {} for one in self.of(k.NAMESPACE)
        }
        return labels.get(name, {})

    def workloads(self) -> list[Pod]:
        """A pod of each workload."""
        return [self._pod(one, way) for token, way in _TEMPLATES.items() for one in self.of(token)]

    def _pod(self, workload: Mapping[str, Any], way: tuple[str, ...]) -> Pod:
        template: Any = workload
        for step in way:
            template = template[step]
        metadata, containers = workload["metadata"], template["spec"]["containers"]
        ports = [port for each in containers for port in each.get("ports") or ()]
        namespace = metadata.get("namespace", "default")
        labels = (template.get("metadata") or {}).get("labels") or {}
        return Pod(
            # What a name ends in changes with what a Job runs.
            name=_DIGEST.sub("", metadata["name"]),
            namespace=namespace,
            labels=labels,
            namespace_labels=self.namespace_labels(namespace),
            ports={port.get("name", str(port["containerPort"])): port["containerPort"] for port in ports},
        )

    def behind(self, namespace: str, service: str, port: int) -> Iterator[tuple[Pod, int]]:
        """Each workload behind a Service, and the port of its own that the Service's port leads to."""
        for one in self.of(k.SERVICE):
            if (one["metadata"]["namespace"], one["metadata"]["name"]) != (namespace, service):
                continue
            for pod in self.workloads():
                selector = one["spec"].get("selector")
                if (
                    pod.namespace == namespace
                    and selector
                    and k.selects({"matchLabels": selector}, pod.labels)
                ):
                    yield from ((pod, target) for target in _targets(one, pod, port))


def _targets(service: Mapping[str, Any], pod: Pod, port: int) -> Iterator[int]:
    for one in service["spec"].get("ports") or ():
        target = one.get("targetPort", one["port"])
        if one["port"] == port:
            yield pod.ports.get(target, 0) if isinstance(target, str) else int(target)


def clusters_of(plan: Plan) -> list[ClusterView]:
    """The clusters that a plan has anything in."""
    made = {each.id: each for each in plan.of(CLUSTER)}
    return [
        _view(provider, made.get(cluster_named_by(opened(provider.inputs))), plan)
        for provider in plan.of(_PROVIDER)
    ]


def _view(provider: PlannedResource, made: PlannedResource | None, plan: Plan) -> ClusterView:
    objects: dict[str, list[Mapping[str, Any]]] = {}
    for each in plan.resources:
        if each.provider == provider.urn and each.type.startswith("kubernetes:"):
            metadata = {**opened(each.inputs)["metadata"], "name": opened(each.state)["metadata"]["name"]}
            objects.setdefault(each.type, []).append({**opened(each.inputs), "metadata": metadata})
    return ClusterView(
        name=provider.name,
        google=is_google(cluster_named_by(opened(provider.inputs))),
        pods_range=made.state.get("clusterIpv4Cidr") if made else None,
        objects=objects,
    )


def databases_of(plan: Plan) -> list[Address]:
    """Postgres and Redis at their private addresses."""
    postgres = [
        Address(name=each.name, address=opened(each.state)["privateIpAddress"], ports=(5432,))
        for each in plan.of("gcp:sql/databaseInstance:DatabaseInstance")
        if opened(each.state).get("privateIpAddress")
    ]
    redis = [
        Address(name=each.name, address=opened(each.state)["host"], ports=(int(opened(each.state)["port"]),))
        for each in plan.of("gcp:redis/instance:Instance")
    ]
    return postgres + redis
