"""A pod's template: a container with everything that Pod Security `restricted` asks for. Pure functions.

Owns who a pod runs as, how it is spread, and how it ends. Makes no resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input, Output
from pulumi_kubernetes import core

from components.kubernetes.pod import PodContainer
from components.kubernetes.pod_container_spec import container_spec, volumes

CONFIGURATION_ANNOTATION = "ai-platform/configuration"
"""Holds the digest of everything that a pod reads: another digest, other pods."""

_SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")


@dataclass(frozen=True, kw_only=True)
class PodTemplate:
    """A pod around its container.

    Attributes:
        container: what runs in it.
        labels: its labels, of which `app` is its own.
        service_account: name of the Kubernetes service account that it runs as.
        token: whether the API server's token is mounted, for one that asks the API server.
        claims: directory to the name of the volume claim whose disk is mounted there.
        drain_seconds: how long it goes on serving once it is to end, until nobody sends it requests.
        grace_seconds: how long its end may take in all; the cluster's own 30 seconds without one.
        follows_configuration: whether other configuration means other pods.
        restarts: whether a container that ends is started again; a job's is not.
    """

    container: PodContainer
    labels: Mapping[str, str]
    service_account: Input[str]
    token: bool = False
    claims: Mapping[str, Input[str]] = field(default_factory=dict)
    drain_seconds: int = 0
    grace_seconds: int | None = None
    follows_configuration: bool = True
    restarts: bool = True


def pod_template(pod: PodTemplate) -> core.v1.PodTemplateSpecArgsDict:
    """The template of a workload's pods."""
    sources = pod.container.sources if pod.follows_configuration else []
    if not sources:
        return {"metadata": {"labels": pod.labels}, "spec": _spec(pod)}
    digest = Output.all(*(source.digest for source in sources)).apply("-".join)
    annotations = {CONFIGURATION_ANNOTATION: digest}
    return {"metadata": {"labels": pod.labels, "annotations": annotations}, "spec": _spec(pod)}


def _spec(pod: PodTemplate) -> core.v1.PodSpecArgsDict:
    container = pod.container
    spec: core.v1.PodSpecArgsDict = {
        "service_account_name": pod.service_account,
        "automount_service_account_token": pod.token,
        # The addresses of every Service in the namespace as variables: nobody asked for them.
        "enable_service_links": False,
        "restart_policy": "Always" if pod.restarts else "Never",
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": container.user,
            "run_as_group": container.user,
            "fs_group": container.user,
            "fs_group_change_policy": "OnRootMismatch",
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": [container_spec(container, drain_seconds=pod.drain_seconds, claims=pod.claims)],
        "volumes": list(volumes(container, pod.claims)),
    }
    if pod.grace_seconds is not None:
        spec["termination_grace_period_seconds"] = pod.grace_seconds
    if pod.restarts:
        spec["topology_spread_constraints"] = [_spread(key, pod.labels["app"]) for key in _SPREAD_OVER]
    return spec


def _spread(key: str, app: str) -> core.v1.TopologySpreadConstraintArgsDict:
    return {
        "topology_key": key,
        "max_skew": 1,
        # Better together than not at all: a cluster may have one zone, or one zone left.
        "when_unsatisfiable": "ScheduleAnyway",
        "label_selector": {"match_labels": {"app": app}},
        # A version's pods among themselves, else a rollout's new pods go where the old ones are not.
        "match_label_keys": ["pod-template-hash"],
    }
