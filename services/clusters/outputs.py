"""The clusters' stack outputs, named for their readers. None is a secret, or tells one."""

from __future__ import annotations

from typing import Any

from components.kubernetes.cluster_access import GOOGLE_IDENTIFIER
from services.clusters.clusters import Clusters
from services.clusters.settings import ClusterSettings


def kubernetes_outputs(clusters: Clusters) -> dict[str, Any]:
    """Name to value; the names are an interface."""
    outputs: dict[str, Any] = {
        "kubernetes_sign_in": {
            name: sign_in
            for name, cluster in clusters.clusters.items()
            if (sign_in := _sign_in(cluster.identifier, clusters.settings.clusters[name])) is not None
        }
    }
    if clusters.gateways:
        outputs["kubernetes_gateway_addresses"] = {
            name: gateway.address for name, gateway in clusters.gateways.items()
        }
    if clusters.records:
        outputs["kubernetes_dns_records"] = clusters.records
    return outputs


def _sign_in(identifier: str, settings: ClusterSettings) -> str | None:
    """The command that writes a kubeconfig for a person, where Google has one."""
    parts = GOOGLE_IDENTIFIER.fullmatch(identifier)
    if parts is None:
        return None
    place = f"--location {parts['location']} --project {parts['project']}"
    # One that somebody else made may be closed by that name.
    endpoint = "" if settings.existing else " --dns-endpoint"
    return f"gcloud container clusters get-credentials {parts['name']} {place}{endpoint}"
