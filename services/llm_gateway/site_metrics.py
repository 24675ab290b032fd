"""The scrape of one gateway in one cluster by managed Prometheus: which pods, where, and how they are called.

Elsewhere there is no such scraper; the team's own has a configuration among the stack's outputs.
"""

from __future__ import annotations

from pulumi import Output

from components.kubernetes.cluster import Cluster
from components.kubernetes.mirrored_secret import MirroredSecret
from components.kubernetes.pod_monitoring import PodMonitoringArgs
from services.llm_gateway.fleet import SYSTEM, Site
from services.llm_gateway.metrics_settings import METRICS_PATH
from services.llm_gateway.rules import JOB

COMPONENT = "gateway"
"""The part of the system that the pods of every version are, and a migration's are not."""


def scrape(
    site: Site, cluster: Cluster, namespace: Output[str], token: MirroredSecret
) -> PodMonitoringArgs | None:
    """What is scraped; `None` where the cluster has no managed Prometheus."""
    if cluster.google is None:
        return None
    return PodMonitoringArgs(
        cluster=cluster,
        namespace=namespace,
        name=JOB,
        selector={"app.kubernetes.io/part-of": SYSTEM, "app.kubernetes.io/component": COMPONENT},
        port=site.settings.port,
        path=METRICS_PATH,
        token=token,
        interval_seconds=site.settings.metrics.interval_seconds,
        labels={"app.kubernetes.io/instance": "version"},
    )
