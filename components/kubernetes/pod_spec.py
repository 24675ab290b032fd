"""A pod's template: a container with everything that Pod Security `restricted` asks for. Pure functions.

Owns how a pod is locked down, spread and ended. Makes no resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pulumi import Input, Output
from pulumi_kubernetes import core

from components.containers import Probe
from components.environment import fitted
from components.kubernetes.configuration import Configuration
from components.kubernetes.pod import PodContainer, Source

CONFIGURATION_ANNOTATION = "ai-platform/configuration"
"""Holds the digest of everything that a pod reads: another digest, other pods."""

_LONGEST_VOLUME = 63
_SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")


@dataclass(frozen=True, kw_only=True)
class PodTemplate:
    """A pod around its container.

    Attributes:
        container: what runs in it.
        labels: its labels, of which `app` is its own.
        service_account: name of the Kubernetes service account that it runs as.
        token: whether the API server's token is mounted, for one that asks the API server.
        drain_seconds: how long it goes on serving once it is to end, until nobody sends it requests.
        grace_seconds: how long its end may take in all; the cluster's own 30 seconds without one.
        follows_configuration: whether other configuration means other pods.
        restarts: whether a container that ends is started again; a job's is not.
    """

    container: PodContainer
    labels: Mapping[str, str]
    service_account: Input[str]
    token: bool = False
    drain_seconds: int = 0
    grace_seconds: int | None = None
    follows_configuration: bool = True
    restarts: bool = True
    annotations: Mapping[str, Input[str]] = field(default_factory=dict)


def pod_template(pod: PodTemplate) -> core.v1.PodTemplateSpecArgsDict:
    """The template of a workload's pods."""
    annotations = dict(pod.annotations)
    if pod.follows_configuration and pod.container.sources:
        digests = [source.digest for source in pod.container.sources]
        annotations[CONFIGURATION_ANNOTATION] = Output.all(*digests).apply("-".join)
    spec = _spec(pod)
    return {"metadata": {"labels": pod.labels, "annotations": annotations}, "spec": spec}


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
        "containers": [_container(pod)],
        "volumes": list(_volumes(container)),
    }
    if pod.grace_seconds is not None:
        spec["termination_grace_period_seconds"] = pod.grace_seconds
    if pod.restarts:
        spec["topology_spread_constraints"] = [_spread(key, pod.labels["app"]) for key in _SPREAD_OVER]
    return spec


def _container(pod: PodTemplate) -> core.v1.ContainerArgsDict:
    container = pod.container
    rendered: core.v1.ContainerArgsDict = {
        "name": container.name,
        "image": container.image,
        "image_pull_policy": "IfNotPresent",
        "env": [{"name": name, "value": value} for name, value in sorted(container.env.items())],
        "env_from": [_env_from(source) for source in container.env_from],
        "resources": {"requests": container.resources, "limits": container.resources},
        "security_context": {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "run_as_non_root": True,
            "capabilities": {"drop": ["ALL"]},
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "volume_mounts": list(_mounts(container)),
        # What a container said last is shown where it failed, also by the deployment that waits for it.
        "termination_message_policy": "FallbackToLogsOnError",
    }
    if container.command:
        rendered["command"] = list(container.command)
    if container.args:
        rendered["args"] = list(container.args)
    if container.port is not None:
        rendered["ports"] = [{"name": "http", "container_port": container.port, "protocol": "TCP"}]
    if container.startup:
        rendered["startup_probe"] = _probe(container.startup)
    if container.readiness:
        rendered["readiness_probe"] = _probe(container.readiness)
    if container.liveness:
        rendered["liveness_probe"] = _probe(container.liveness)
    if pod.drain_seconds:
        # The kubelet sleeps, not a shell, which the image need not have.
        rendered["lifecycle"] = {"pre_stop": {"sleep": {"seconds": pod.drain_seconds}}}
    return rendered


def _env_from(source: Source) -> core.v1.EnvFromSourceArgsDict:
    if isinstance(source, Configuration):
        return {"config_map_ref": {"name": source.name}}
    return {"secret_ref": {"name": source.name}}


def _probe(probe: Probe) -> core.v1.ProbeArgsDict:
    rendered: core.v1.ProbeArgsDict = {
        "period_seconds": probe.period_seconds,
        "timeout_seconds": probe.timeout_seconds,
        "failure_threshold": probe.failures,
    }
    if probe.path is None:
        rendered["tcp_socket"] = {"port": probe.port}
    else:
        rendered["http_get"] = {"path": probe.path, "port": probe.port, "scheme": "HTTP"}
    return rendered


def _volumes(container: PodContainer) -> Iterator[core.v1.VolumeArgsDict]:
    for directory, source in sorted(container.files.items()):
        if isinstance(source, Configuration):
            yield {
                "name": _volume(directory),
                "config_map": {"name": source.name, "default_mode": 0o440},
            }
        else:
            yield {
                "name": _volume(directory),
                "secret": {"secret_name": source.name, "default_mode": 0o440},
            }
    for directory, size in sorted(container.scratch.items()):
        yield {"name": _volume(directory), "empty_dir": {"size_limit": f"{size}Mi"}}


def _mounts(container: PodContainer) -> Iterator[core.v1.VolumeMountArgsDict]:
    for directory in sorted(container.files):
        yield {"name": _volume(directory), "mount_path": directory, "read_only": True}
    for directory in sorted(container.scratch):
        yield {"name": _volume(directory), "mount_path": directory}


def _volume(directory: str) -> str:
    return fitted(directory.strip("/"), _LONGEST_VOLUME).lstrip("-")


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
