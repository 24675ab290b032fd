"""Which resources are drawn, and what is written on them."""

from __future__ import annotations

import re
from collections.abc import Callable

from reports.drawing_model import Node, Shape
from reports.planned import Item, Planned
from simulator.paths import value_at, values_at

GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
URL_MAP = "gcp:compute/uRLMap:URLMap"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
SCHEDULE = "gcp:cloudscheduler/job:Job"
_AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_CERTIFICATE = "gcp:compute/managedSslCertificate:ManagedSslCertificate"
_DATABASE = "gcp:sql/database:Database"

Describe = Callable[[Item, Planned], str]


def node_of(item: Item, planned: Planned) -> Node | None:
    """A resource as it is drawn; `None` for all that only serve what is drawn."""
    if item.type not in _DRAWN or (item.type == URL_MAP and not item.inputs.get("defaultService")):
        return None
    kind, shape, describe = _DRAWN[item.type]
    public = shape == "entrance" or item.inputs.get("ingress") == "INGRESS_TRAFFIC_ALL"
    system = planned.system(item)
    # In its system's own box nobody needs the system's name again.
    plain = str(value_at(item.inputs, "metadata.name") or item.name.removeprefix(f"{system}-"))
    return Node(
        id=identifier(item),
        kind=kind,
        title=(_hosts(item, planned) if shape == "entrance" else "") or plain,
        detail=describe(item, planned),
        system=system,
        shape=shape,
        public=public,
    )


def identifier(item: Item) -> str:
    """A resource's ID in the drawing."""
    area, kind = item.type.split(":")[1].split("/")[0], item.type.rsplit(":", 1)[-1]
    return re.sub(r"\W+", "_", f"{area}_{kind}_{item.name}").lower()


def _hosts(item: Item, planned: Planned) -> str:
    if item.type == GATEWAY:
        name = value_at(item.inputs, "metadata.name")
        routes = [
            route
            for route in planned.of_type(ROUTE)
            if name in [parent for _, parent in values_at(route.inputs, "spec.parentRefs[].name")]
        ]
        hosts = {host for route in routes for _, host in values_at(route.inputs, "spec.hostnames[]")}
    else:
        beside = [one for one in planned.of_type(_CERTIFICATE) if planned.system(one) == planned.system(item)]
        hosts = {host for one in beside for _, host in values_at(one.inputs, "managed.domains[]")}
    return ", ".join(sorted(map(str, hosts)))


def _run(item: Item, planned: Planned) -> str:  # noqa: ARG001 - every description takes both
    least = value_at(item.inputs, "scaling.minInstanceCount", 0)
    most = value_at(item.inputs, "scaling.maxInstanceCount") or value_at(
        item.inputs, "template.scaling.maxInstanceCount", least
    )
    containers = [str(name) for _, name in values_at(item.inputs, "template.containers[].name")]
    return f"{' + '.join(containers)}, {_span(least, most, 'instance')}"


def _postgres(item: Item, planned: Planned) -> str:
    databases = [one for one in planned.of_type(_DATABASE) if item.urn in one.dependencies]
    standby = ", HA" if value_at(item.inputs, "settings.availabilityType") == "REGIONAL" else ""
    version = str(item.inputs["databaseVersion"]).replace("POSTGRES_", "Postgres ")
    return f"{version}, {_many(len(databases), 'database')}{standby}"


def _redis(item: Item, planned: Planned) -> str:  # noqa: ARG001
    standby = ", HA" if item.inputs.get("tier") == "STANDARD_HA" else ""
    return f"{item.inputs['memorySizeGb']} GB{standby}"


def _machine(item: Item, planned: Planned) -> str:
    disks = [
        one for one in planned.of_type("gcp:compute/disk:Disk") if planned.system(one) == planned.system(item)
    ]
    data = next((one for one in disks if one.urn in item.dependencies), None)
    size = f", {data.inputs['size']} GB disk" if data else ""
    return f"{item.inputs['machineType']}{size}"


def _machines(item: Item, planned: Planned) -> str:
    waits = (planned.by_urn[urn].inputs for urn in item.dependencies)
    kind = next((str(inputs["machineType"]) for inputs in waits if "machineType" in inputs), "machines")
    return f"{item.inputs.get('targetSize', 1)} of {kind}"


def _bucket(item: Item, planned: Planned) -> str:  # noqa: ARG001
    return "versions kept" if value_at(item.inputs, "versioning.enabled") else "rendered by the program"


def _pods(item: Item, planned: Planned) -> str:
    name = value_at(item.inputs, "metadata.name")
    place = value_at(item.inputs, "metadata.namespace")
    for scaler in planned.of_type(_AUTOSCALER):
        same = value_at(scaler.inputs, "metadata.namespace") == place
        if same and value_at(scaler.inputs, "spec.scaleTargetRef.name") == name:
            spec = scaler.inputs["spec"]
            return _span(spec.get("minReplicas", 1), spec["maxReplicas"], "pod")
    count = value_at(item.inputs, "spec.replicas", 1)
    return _span(count, count, "pod")


def _schedule(item: Item, planned: Planned) -> str:  # noqa: ARG001
    return str(item.inputs.get("schedule") or value_at(item.inputs, "spec.schedule", ""))


def _armoured(item: Item, planned: Planned) -> str:  # noqa: ARG001
    return "HTTPS, Cloud Armor"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _span(least: float, most: float, what: str) -> str:
    return _many(int(most), what) if least == most else f"{least:g} to {most:g} {what}s"


_DRAWN: dict[str, tuple[str, Shape, Describe]] = {
    "gcp:cloudrunv2/service:Service": ("Cloud Run", "workload", _run),
    SCHEDULE: ("Cloud Scheduler", "schedule", _schedule),
    "gcp:compute/instance:Instance": ("Compute Engine", "store", _machine),
    "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager": (
        "Compute Engine",
        "workload",
        _machines,
    ),
    "gcp:redis/instance:Instance": ("Memorystore Redis", "store", _redis),
    "gcp:sql/databaseInstance:DatabaseInstance": ("Cloud SQL", "store", _postgres),
    "gcp:storage/bucket:Bucket": ("Cloud Storage", "store", _bucket),
    "kubernetes:apps/v1:Deployment": ("Deployment", "workload", _pods),
    "kubernetes:apps/v1:StatefulSet": ("StatefulSet", "store", _pods),
    "kubernetes:batch/v1:CronJob": ("CronJob", "schedule", _schedule),
    GATEWAY: ("GKE Gateway", "entrance", _armoured),
    URL_MAP: ("Load balancer", "entrance", _armoured),
}
