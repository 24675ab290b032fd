"""A container in the provider's words: a pure translation, with nothing decided here but its order.

Mappings are written in the order of their keys, so that the same container is the same text at every run.
"""

from __future__ import annotations

from pulumi_gcp.cloudrunv2 import (
    ServiceTemplateContainerArgs,
    ServiceTemplateContainerEnvArgs,
    ServiceTemplateContainerEnvValueSourceArgs,
    ServiceTemplateContainerEnvValueSourceSecretKeyRefArgs,
    ServiceTemplateContainerLivenessProbeArgs,
    ServiceTemplateContainerLivenessProbeHttpGetArgs,
    ServiceTemplateContainerPortsArgs,
    ServiceTemplateContainerReadinessProbeArgs,
    ServiceTemplateContainerReadinessProbeHttpGetArgs,
    ServiceTemplateContainerResourcesArgs,
    ServiceTemplateContainerStartupProbeArgs,
    ServiceTemplateContainerStartupProbeHttpGetArgs,
    ServiceTemplateContainerStartupProbeTcpSocketArgs,
    ServiceTemplateContainerVolumeMountArgs,
)

from components.containers import Container, Probe
from components.secret import SecretRef


def container_spec(container: Container, *, cpu_idle: bool) -> ServiceTemplateContainerArgs:
    """`container` as the provider takes it; `cpu_idle` takes the CPU away between requests."""
    return ServiceTemplateContainerArgs(
        name=container.name,
        image=container.image,
        commands=list(container.command) or None,
        args=list(container.args) or None,
        ports=ServiceTemplateContainerPortsArgs(container_port=container.port) if container.port else None,
        envs=_variables(container) or None,
        # Said always: where limits are given and this is not, Cloud Run keeps the CPU on and bills for it.
        resources=ServiceTemplateContainerResourcesArgs(
            limits=container.limits, cpu_idle=cpu_idle, startup_cpu_boost=True
        ),
        startup_probe=_startup(container.startup),
        liveness_probe=_liveness(container.liveness),
        readiness_probe=_readiness(container.readiness),
        volume_mounts=[
            ServiceTemplateContainerVolumeMountArgs(name=volume, mount_path=path)
            for volume, path in sorted(container.mounts.items())
        ]
        or None,
        depends_ons=list(container.depends_on) or None,
    )


def _variables(container: Container) -> list[ServiceTemplateContainerEnvArgs]:
    plain = [
        ServiceTemplateContainerEnvArgs(name=name, value=value)
        for name, value in sorted(container.env.items())
    ]
    secret = [_secret_variable(name, ref) for name, ref in sorted(container.secret_env.items())]
    return [*plain, *secret]


def _secret_variable(name: str, ref: SecretRef) -> ServiceTemplateContainerEnvArgs:
    return ServiceTemplateContainerEnvArgs(
        name=name,
        value_source=ServiceTemplateContainerEnvValueSourceArgs(
            secret_key_ref=ServiceTemplateContainerEnvValueSourceSecretKeyRefArgs(
                secret=ref.secret, version=ref.version
            )
        ),
    )


def _startup(probe: Probe | None) -> ServiceTemplateContainerStartupProbeArgs | None:
    if probe is None:
        return None
    http = ServiceTemplateContainerStartupProbeHttpGetArgs(path=probe.path, port=probe.port)
    tcp = ServiceTemplateContainerStartupProbeTcpSocketArgs(port=probe.port)
    return ServiceTemplateContainerStartupProbeArgs(
        http_get=http if probe.path else None,
        tcp_socket=None if probe.path else tcp,
        period_seconds=probe.period_seconds,
        timeout_seconds=probe.timeout_seconds,
        failure_threshold=probe.failures,
    )


def _liveness(probe: Probe | None) -> ServiceTemplateContainerLivenessProbeArgs | None:
    if probe is None:
        return None
    return ServiceTemplateContainerLivenessProbeArgs(
        http_get=ServiceTemplateContainerLivenessProbeHttpGetArgs(path=probe.path, port=probe.port),
        period_seconds=probe.period_seconds,
        timeout_seconds=probe.timeout_seconds,
        failure_threshold=probe.failures,
    )


def _readiness(probe: Probe | None) -> ServiceTemplateContainerReadinessProbeArgs | None:
    if probe is None:
        return None
    return ServiceTemplateContainerReadinessProbeArgs(
        http_get=ServiceTemplateContainerReadinessProbeHttpGetArgs(path=probe.path, port=probe.port),
        period_seconds=probe.period_seconds,
        timeout_seconds=probe.timeout_seconds,
        failure_threshold=probe.failures,
        success_threshold=1,
    )
