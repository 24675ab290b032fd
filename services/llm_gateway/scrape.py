"""The scrape of the metrics endpoint, for a Prometheus of the team's own: text to put into its configuration.

On Google Kubernetes Engine managed Prometheus scrapes, and nothing of this is needed. The token is no part
of the text: Prometheus reads `credentials_file` anew, so that a rotation is a change of that file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from services.llm_gateway.fleet import SYSTEM
from services.llm_gateway.metrics_settings import METRICS_PATH
from services.llm_gateway.rules import JOB
from services.llm_gateway.site_metrics import COMPONENT

RULES_FILE = "llm-gateway-rules.yaml"

_TOKENS = "/etc/prometheus/secrets"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One gateway that is scraped.

    Attributes:
        namespace: its namespace, the value of the label of that name.
        cluster: its cluster, the value of the label of that name.
        port: the port of its pods.
        address: HOST:PORT of one that is not found in the cluster that Prometheus runs in.
        scheme: how it is asked.
    """

    namespace: str
    cluster: str
    port: int
    address: str | None = None
    scheme: str = "http"

    @property
    def token_file(self) -> str:
        """Where Prometheus finds its token."""
        return f"{_TOKENS}/{self.namespace}-metrics-token"


def scrape_config(targets: Sequence[Target], *, interval_seconds: int) -> str:
    """The part of Prometheus's configuration that scrapes `targets`, as YAML."""
    content = {
        "rule_files": [RULES_FILE],
        "scrape_configs": [_scrape(each, interval_seconds) for each in targets],
    }
    return yaml.safe_dump(content, sort_keys=False, width=10**6)


def _scrape(target: Target, interval_seconds: int) -> dict[str, Any]:
    return {
        "job_name": f"{JOB}/{target.cluster}/{target.namespace}",
        "metrics_path": METRICS_PATH,
        "scheme": target.scheme,
        "scrape_interval": f"{interval_seconds}s",
        "scrape_timeout": f"{min(10, interval_seconds)}s",
        "authorization": {"type": "Bearer", "credentials_file": target.token_file},
        **(_there(target) if target.address else _in_cluster(target)),
    }


def _there(target: Target) -> dict[str, Any]:
    labels = {"job": JOB, "namespace": target.namespace, "cluster": target.cluster}
    return {"static_configs": [{"targets": [target.address], "labels": labels}]}


def _in_cluster(target: Target) -> dict[str, Any]:
    """Its pods, as the API server of the cluster that Prometheus runs in knows them."""
    pod = "__meta_kubernetes_pod_"
    return {
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": [target.namespace]}}],
        "relabel_configs": [
            _keep(f"{pod}label_app_kubernetes_io_part_of", SYSTEM),
            _keep(f"{pod}label_app_kubernetes_io_component", COMPONENT),
            _keep(f"{pod}container_port_number", str(target.port)),
            _keep(f"{pod}phase", "Running"),
            {"target_label": "job", "replacement": JOB},
            {"target_label": "cluster", "replacement": target.cluster},
            {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
            {"source_labels": [f"{pod}name"], "target_label": "pod"},
            {"source_labels": [f"{pod}label_app_kubernetes_io_instance"], "target_label": "version"},
        ],
    }


def _keep(source: str, value: str) -> dict[str, Any]:
    return {"source_labels": [source], "regex": value, "action": "keep"}
