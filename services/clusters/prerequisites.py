"""What must be there before a stack's clusters are used."""

from __future__ import annotations

from collections.abc import Iterator

from services.clusters.settings import KubernetesSettings


def kubernetes_prerequisites(settings: KubernetesSettings) -> Iterator[str]:
    """Google Cloud resources by full name."""
    for cluster in settings.clusters.values():
        if cluster.existing and cluster.existing.identifier:
            yield cluster.existing.identifier
