"""Where the pods of a Kubernetes workload are described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.model import Resource
from simulator.paths import value_at

TEMPLATES = {
    "Deployment": "spec.template",
    "DaemonSet": "spec.template",
    "StatefulSet": "spec.template",
    "ReplicaSet": "spec.template",
    "Job": "spec.template",
    "CronJob": "spec.jobTemplate.spec.template",
}
"""Where the template of the pods is, by kind."""


def pod_template(resource: Resource) -> Mapping[str, Any] | None:
    """The pod, or the template of the pods, that a Kubernetes resource describes."""
    if not resource.type.startswith("kubernetes:"):
        return None
    kind = resource.type.rsplit(":", 1)[-1]
    if kind == "Pod":
        return resource.properties
    template = value_at(resource.properties, TEMPLATES[kind]) if kind in TEMPLATES else None
    return template if isinstance(template, Mapping) else None
