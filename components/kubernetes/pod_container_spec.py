"""A pod's container and its volumes, rendered: pure functions.

Owns how a container is locked down and what it sees of its configuration. Makes no resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulumi import Input
from pulumi_kubernetes import core

from components.containers import Probe
from components.environment import fitted
from components.kubernetes.configuration import Configuration
from components.kubernetes.pod import PodContainer, Source

_LONGEST_VOLUME = 63
_GROUP_READS = 0o440


def container_spec(
    container: PodContainer, *, drain_seconds: int = 0, claims: Mapping[str, Input[str]] | None = None
) -> core.v1.ContainerArgsDict:
    """The container, with every right taken that Pod Security `restricted` wants taken, and more."""
    spec: core.v1.ContainerArgsDict = {
        "name": container.name,
        "image": container.image,
        "resources": {"requests": container.resources, "limits": container.resources},
        "security_context": {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "run_as_non_root": True,
            "capabilities": {"drop": ["ALL"]},
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "volume_mounts": list(_mounts(container, claims or {})),
        # What a container said last is shown where it failed, also by the deployment that waits for it.
        "termination_message_policy": "FallbackToLogsOnError",
    }
    _add_process(spec, container)
    _add_probes(spec, container)
    if drain_seconds:
        # The kubelet sleeps, not a shell, which the image need not have.
        spec["lifecycle"] = {"pre_stop": {"sleep": {"seconds": drain_seconds}}}
    return spec


def volumes(container: PodContainer, claims: Mapping[str, Input[str]]) -> Iterator[core.v1.VolumeArgsDict]:
    """What is mounted: configuration, scratch space, and disks by the name of their claims."""
    for directory, source in sorted(container.files.items()):
        yield _files(_volume(directory), source)
    for directory, size in sorted(container.scratch.items()):
        yield {"name": _volume(directory), "empty_dir": {"size_limit": f"{size}Mi"}}
    for directory, claim in sorted(claims.items()):
        yield {"name": _disk(directory), "persistent_volume_claim": {"claim_name": claim}}


def _add_process(spec: core.v1.ContainerArgsDict, container: PodContainer) -> None:
    if container.command:
        spec["command"] = list(container.command)
    if container.args:
        spec["args"] = list(container.args)
    if container.env:
        spec["env"] = [{"name": name, "value": value} for name, value in sorted(container.env.items())]
    if container.env_from:
        spec["env_from"] = [_variables(source) for source in container.env_from]
    if container.port is not None:
        spec["ports"] = [{"name": "http", "container_port": container.port, "protocol": "TCP"}]


def _add_probes(spec: core.v1.ContainerArgsDict, container: PodContainer) -> None:
    if container.startup:
        spec["startup_probe"] = _probe(container.startup)
    if container.readiness:
        spec["readiness_probe"] = _probe(container.readiness)
    if container.liveness:
        spec["liveness_probe"] = _probe(container.liveness)


def _probe(probe: Probe) -> core.v1.ProbeArgsDict:
    spec: core.v1.ProbeArgsDict = {
        "period_seconds": probe.period_seconds,
        "timeout_seconds": probe.timeout_seconds,
        "failure_threshold": probe.failures,
    }
    if probe.path is None:
        spec["tcp_socket"] = {"port": probe.port}
    else:
        spec["http_get"] = {"path": probe.path, "port": probe.port, "scheme": "HTTP"}
    return spec


def _variables(source: Source) -> core.v1.EnvFromSourceArgsDict:
    if isinstance(source, Configuration):
        return {"config_map_ref": {"name": source.name}}
    return {"secret_ref": {"name": source.name}}


def _files(volume: str, source: Source) -> core.v1.VolumeArgsDict:
    if isinstance(source, Configuration):
        return {"name": volume, "config_map": {"name": source.name, "default_mode": _GROUP_READS}}
    return {"name": volume, "secret": {"secret_name": source.name, "default_mode": _GROUP_READS}}


def _mounts(
    container: PodContainer, claims: Mapping[str, Input[str]]
) -> Iterator[core.v1.VolumeMountArgsDict]:
    for directory in sorted(container.files):
        yield {"name": _volume(directory), "mount_path": directory, "read_only": True}
    for directory in sorted(container.scratch):
        yield {"name": _volume(directory), "mount_path": directory}
    for directory in sorted(claims):
        yield {"name": _disk(directory), "mount_path": directory}


def _volume(directory: str) -> str:
    """A volume's name, which says where it is mounted."""
    return fitted(directory.strip("/"), _LONGEST_VOLUME).lstrip("-")


def _disk(directory: str) -> str:
    """A disk's name, which says what it holds: the last part of where it is mounted."""
    return _volume(directory.rstrip("/").rpartition("/")[2])
