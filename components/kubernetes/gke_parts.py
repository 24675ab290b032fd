"""The parts of a cluster's configuration that every cluster of ours shares. Pure data.

None of them can be put off to later: what is off when a cluster is made is what its first pods meet.
"""

from __future__ import annotations

from typing import Literal

from pulumi import Input
from pulumi_gcp import container

from components.kubernetes.maintenance import Maintenance

ReleaseChannel = Literal["RAPID", "REGULAR", "STABLE", "EXTENDED"]

_METRICS = (
    "SYSTEM_COMPONENTS",
    "POD",
    "DEPLOYMENT",
    "STATEFULSET",
    "DAEMONSET",
    "HPA",
    "STORAGE",
    "CADVISOR",
    "KUBELET",
)
"""Metrics of Google's that a cluster with managed nodes has from the start."""


def control_plane() -> container.ClusterControlPlaneEndpointsConfigArgs:
    """Reached by a name of Google's with an identity of Google's, and by no address."""
    return container.ClusterControlPlaneEndpointsConfigArgs(
        dns_endpoint_config=container.ClusterControlPlaneEndpointsConfigDnsEndpointConfigArgs(
            allow_external_traffic=True
        ),
        ip_endpoints_config=container.ClusterControlPlaneEndpointsConfigIpEndpointsConfigArgs(enabled=False),
    )


def maintained(window: Maintenance) -> container.ClusterMaintenancePolicyArgs:
    """When Google may maintain it."""
    return container.ClusterMaintenancePolicyArgs(
        recurring_window=container.ClusterMaintenancePolicyRecurringWindowArgs(
            start_time=window.start, end_time=window.end, recurrence=window.recurrence
        )
    )


def nodes_act_as(service_account: Input[str]) -> container.ClusterClusterAutoscalingArgs:
    """Whom nodes act as; what they may do is decided by that account's roles, and by no scope."""
    return container.ClusterClusterAutoscalingArgs(
        auto_provisioning_defaults=container.ClusterClusterAutoscalingAutoProvisioningDefaultsArgs(
            service_account=service_account,
            oauth_scopes=["https://www.googleapis.com/auth/cloud-platform"],
        )
    )


def kubelet() -> container.ClusterNodePoolAutoConfigArgs:
    """Nothing on a node answers without asking who it is."""
    return container.ClusterNodePoolAutoConfigArgs(
        node_kubelet_config=container.ClusterNodePoolAutoConfigNodeKubeletConfigArgs(
            insecure_kubelet_readonly_port_enabled="FALSE"
        )
    )


def anybody() -> container.ClusterRbacBindingConfigArgs:
    """No role can be given to everybody."""
    return container.ClusterRbacBindingConfigArgs(
        enable_insecure_binding_system_authenticated=False,
        enable_insecure_binding_system_unauthenticated=False,
    )


def measured() -> container.ClusterMonitoringConfigArgs:
    """Google's own metrics, and Prometheus for those of the pods."""
    return container.ClusterMonitoringConfigArgs(
        enable_components=list(_METRICS),
        managed_prometheus=container.ClusterMonitoringConfigManagedPrometheusArgs(enabled=True),
    )


def logged() -> container.ClusterLoggingConfigArgs:
    """The logs of the cluster and of the pods."""
    return container.ClusterLoggingConfigArgs(enable_components=["SYSTEM_COMPONENTS", "WORKLOADS"])


def posture() -> container.ClusterSecurityPostureConfigArgs:
    """Findings about what runs there; images are scanned in their registry."""
    return container.ClusterSecurityPostureConfigArgs(
        mode="BASIC", vulnerability_mode="VULNERABILITY_DISABLED"
    )
