"""What must be there before a stack's clusters are used."""

from __future__ import annotations

from collections.abc import Iterator

from services.clusters.settings import KubernetesSettings


def kubernetes_prerequisites(settings: KubernetesSettings) -> Iterator[str]:
    """Clusters of Google's by full name; the certificate's secret in any other, behind the cluster's own."""
    for name, cluster in sorted(settings.clusters.items()):
        if cluster.existing and cluster.existing.identifier:
            yield cluster.existing.identifier
        if cluster.existing and cluster.existing.tls_secret:
            namespace, _, secret = cluster.existing.tls_secret.partition("/")
            place = f"kubernetes/{name}/namespaces/{namespace}"
            yield from (place, f"{place}/secrets/{secret}")
