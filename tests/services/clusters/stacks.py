"""A stack of clusters for the tests, and nothing in them; nothing here is asserted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from services.clusters.clusters import Clusters, ClustersArgs
from services.clusters.outputs import kubernetes_outputs
from services.clusters.prerequisites import kubernetes_prerequisites
from services.clusters.settings import KubernetesSettings
from services.foundation import Foundation, FoundationArgs
from services.settings import NetworkSettings
from simulator.in_process import Plan, plan
from tests.components.environments import environment

IDENTIFIER = "projects/acme-prod/locations/us-central1-a/clusters/shared"
US = {
    "region": "us-central1",
    "nodes_cidr": "10.50.0.0/22",
    "pods_cidr": "10.60.0.0/16",
    "services_cidr": "10.51.0.0/20",
}
FOREIGN = {
    "gateway_class": "istio",
    "tls_secret": "certificates/acme-com",
    "balancer_ranges": ["10.0.0.0/16"],
}
KUBECONFIG = "apiVersion: v1\nkind: Config\n# credential-of-own\n"
ZONE = "projects/acme-prod/managedZones/acme"


def settings(clusters: Mapping[str, Any]) -> KubernetesSettings:
    return KubernetesSettings.model_validate({"clusters": clusters})


def planned(
    clusters: Mapping[str, Any],
    hosts: Mapping[str, Sequence[str]] | None = None,
    dns_zones: Mapping[str, str] | None = None,
    *,
    kubeconfigs: Mapping[str, str] | None = None,
    existing: Sequence[str] = (),
    prepared: bool = True,
    **place: Any,
) -> Plan:
    """A stack of these clusters, in a project that has what they need, if it is `prepared`."""
    wanted = settings(clusters)

    def program() -> None:
        foundation = Foundation(
            "foundation",
            FoundationArgs(
                environment=environment(**place), network=NetworkSettings(), api_propagation_seconds=60
            ),
        )
        arguments = ClustersArgs(
            foundation=foundation, settings=wanted, hosts=hosts or {}, dns_zones=dns_zones or {}
        )
        for name, value in kubernetes_outputs(Clusters("clusters", arguments)).items():
            pulumi.export(name, value)

    given = {f"kubernetes:{name}-kubeconfig": text for name, text in (kubeconfigs or {}).items()}
    there = [*(kubernetes_prerequisites(wanted) if prepared else ()), ZONE, *existing]
    return plan(
        program, stack="prod", config={"gcp:project": "acme-prod"}, secret_config=given, existing=there
    )
