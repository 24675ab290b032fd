"""What pods cost on GKE Autopilot: what they ask for, for as long as they run.

Counts the fewest replicas that there ever are; what an autoscaler adds is use, and no plan tells it.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.pod_templates import TEMPLATES
from reports.cost_google import GATEWAY, Rule, outgoing, rule_shares
from reports.cost_parts import Part, Setting, cpus, gibibytes
from reports.planned import Item
from reports.prices import NotPricedError
from simulator.paths import value_at, values_at

FOREIGN = "its nodes are not of this plan: whoever owns the cluster pays for them"
_CLUSTER = "gcp:container/cluster:Cluster"
_AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_DISKS = {"premium-rwo": "pd-ssd", "standard-rwo": "pd-balanced"}


def pods(item: Item, setting: Setting) -> Iterator[Part]:
    """CPU and memory that a workload's pods request."""
    kind = item.type.rsplit(":", 1)[-1]
    if not any(one.inputs.get("enableAutopilot") for one in setting.planned.of_type(_CLUSTER)):
        raise NotPricedError(FOREIGN)
    template = value_at(item.inputs, TEMPLATES[kind], {})
    ends = kind in {"Job", "CronJob"}
    count, hours = (1, setting.usage.job_hours) if ends else (_replicas(item, setting), setting.usage.hours)
    asked = [one for _, one in values_at(template, "spec.containers[].resources.requests")]
    amounts = {
        "cpu": sum(cpus(one["cpu"]) for one in asked if "cpu" in one),
        "memory": sum(gibibytes(one["memory"]) for one in asked if "memory" in one),
    }
    for name, amount in amounts.items():
        unit = "vCPU" if name == "cpu" else "GiB"
        what = f"{count} pods with {amount:g} {unit} for {hours:g} hours"
        yield Part(what=what, quantity=amount * count * hours, key=f"autopilot.{name}")
    for _, claim in values_at(item.inputs, "spec.volumeClaimTemplates[]"):
        yield from _claim(claim["spec"], count)


def volume(item: Item, setting: Setting) -> Iterator[Part]:  # noqa: ARG001 - every rule takes both
    """A volume, used or not."""
    yield from _claim(item.inputs["spec"], 1)


def gateway(item: Item, setting: Setting) -> Iterator[Part]:
    """The load balancer that the cluster makes for it."""
    yield from rule_shares(len(value_at(item.inputs, "spec.listeners", [])), setting)
    yield from outgoing(setting)


def _claim(spec: dict, count: int) -> Iterator[Part]:
    size = gibibytes(value_at(spec, "resources.requests.storage", "0"))
    kind = _DISKS.get(spec.get("storageClassName", "standard-rwo"), "pd-balanced")
    yield Part(what=f"{count} volumes of {size:g} GB {kind}", quantity=size * count, key=f"disk.{kind}")


def _replicas(item: Item, setting: Setting) -> int:
    name = value_at(item.inputs, "metadata.name")
    place = value_at(item.inputs, "metadata.namespace")
    for autoscaler in setting.planned.of_type(_AUTOSCALER):
        same = value_at(autoscaler.inputs, "metadata.namespace") == place
        if same and value_at(autoscaler.inputs, "spec.scaleTargetRef.name") == name:
            return int(value_at(autoscaler.inputs, "spec.minReplicas", 1))
    return int(value_at(item.inputs, "spec.replicas", 1))


CLUSTER: dict[str, Rule] = {
    "kubernetes:apps/v1:Deployment": pods,
    "kubernetes:apps/v1:StatefulSet": pods,
    "kubernetes:batch/v1:CronJob": pods,
    "kubernetes:batch/v1:Job": pods,
    "kubernetes:core/v1:PersistentVolumeClaim": volume,
    GATEWAY: gateway,
}
"""What is charged in a cluster, by type."""
