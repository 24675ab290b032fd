"""What Google charges for its own resources, type by type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from reports.cost_parts import Part, Setting, cpus, gibibytes
from reports.planned import Item
from reports.prices import NotPricedError
from simulator.paths import value_at, values_at

GLOBAL_RULE = "gcp:compute/globalForwardingRule:GlobalForwardingRule"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
_TEMPLATES = ("gcp:compute/instanceTemplate:InstanceTemplate",)
_REDIS_CLASSES = ((4, "m1"), (10, "m2"), (35, "m3"), (100, "m4"))
_FIRST_RULES = 5

Rule = Callable[[Item, Setting], Iterator[Part]]


def cloud_run(item: Item, setting: Setting) -> Iterator[Part]:
    """CPU and memory of the instances that run; a service that may stop runs for the hours assumed."""
    template = item.inputs["template"]
    least = value_at(item.inputs, "scaling.minInstanceCount") or value_at(
        template, "scaling.minInstanceCount", 0
    )
    hours = setting.usage.hours * least if least else setting.usage.awake_hours
    containers = template["containers"]
    billed = "request" if any(value_at(one, "resources.cpuIdle", True) for one in containers) else "always"
    limits = [value_at(one, "resources.limits", {}) for one in containers]
    amounts = {
        "cpu": sum(cpus(one.get("cpu", 1)) for one in limits),
        "memory": sum(gibibytes(one.get("memory", "512Mi")) for one in limits),
    }
    for kind, amount in amounts.items():
        what = f"{amount:g} {'vCPU' if kind == 'cpu' else 'GiB'} for {hours:g} hours"
        yield Part(what=what, quantity=amount * hours * 3600, key=f"run.{billed}.{kind}")


def postgres(item: Item, setting: Setting) -> Iterator[Part]:
    """CPU, memory and disk, twice where a standby is kept, and the backups."""
    asked = item.inputs["settings"]
    size = re.fullmatch(r"db-custom-(\d+)-(\d+)", str(asked.get("tier")))
    if size is None:
        raise NotPricedError(f"docs/prices.yaml has no price for tier {asked.get('tier')}")
    nodes = 2 if asked.get("availabilityType") == "REGIONAL" else 1
    cpu, memory, disk = int(size[1]), int(size[2]) / 1024, float(asked.get("diskSize", 10))
    twice = " on two nodes" if nodes == 2 else ""
    hours = setting.usage.hours * nodes
    yield Part(what=f"{cpu} vCPU{twice}", quantity=cpu * hours, key="sql.cpu")
    yield Part(what=f"{memory:g} GB memory{twice}", quantity=memory * hours, key="sql.memory")
    yield Part(what=f"{disk:g} GB disk{twice}", quantity=disk * nodes, key="sql.storage")
    if value_at(asked, "backupConfiguration.enabled"):
        kept = disk * setting.usage.backup_share
        yield Part(what=f"{kept:g} GB backups", quantity=kept, key="sql.backup")


def redis(item: Item, setting: Setting) -> Iterator[Part]:
    """Memory by the hour; a larger instance is cheaper by the gigabyte."""
    size, tier = int(item.inputs["memorySizeGb"]), str(item.inputs.get("tier", "BASIC"))
    class_ = next((name for most, name in _REDIS_CLASSES if size <= most), "m5")
    hours = setting.usage.hours
    yield Part(what=f"{size} GB {tier}", quantity=size * hours, key=f"redis.{tier.lower()}.{class_}")


def machine(item: Item, setting: Setting) -> Iterator[Part]:
    """A machine and its boot disk."""
    yield from _machine(item.inputs, setting, 1)
    boot = value_at(item.inputs, "bootDisk.initializeParams", {})
    yield from _disk(boot.get("type", "pd-standard"), boot.get("size", 10), "boot disk")


def machine_group(item: Item, setting: Setting) -> Iterator[Part]:
    """The machines of a group, after its template."""
    count = int(item.inputs.get("targetSize", 1))
    templates = [
        setting.planned.by_urn[urn]
        for urn in item.dependencies
        if setting.planned.by_urn[urn].type in _TEMPLATES
    ]
    if not templates:
        raise NotPricedError("its machines' template is not in the plan")
    inputs = templates[0].inputs
    yield from _machine(inputs, setting, count)
    for _, disk in values_at(inputs, "disks[]"):
        size = disk.get("diskSizeGb", 10) * count
        yield from _disk(disk.get("diskType", "pd-standard"), size, f"disks of {count} machines")


def disk(item: Item, setting: Setting) -> Iterator[Part]:  # noqa: ARG001 - every rule takes both
    """A disk, used or not."""
    yield from _disk(item.inputs.get("type", "pd-standard"), item.inputs["size"], "disk")


def snapshots(item: Item, setting: Setting) -> Iterator[Part]:  # noqa: ARG001
    """What a schedule keeps of a disk."""
    kept = setting.usage.snapshot_gb
    yield Part(what=f"{kept:g} GB snapshots", quantity=kept, key="snapshot.gb")


def forwarding_rule(item: Item, setting: Setting) -> Iterator[Part]:
    """Its share of what all rules of the project cost, and what goes out through it."""
    yield from rule_shares(1, setting)
    if str(item.inputs.get("portRange", "443")).startswith("443"):
        yield from outgoing(setting)


def rule_shares(rules: int, setting: Setting) -> Iterator[Part]:
    """The share of some forwarding rules: the first five of a project cost as much as one."""
    count = len(setting.planned.of_type(GLOBAL_RULE)) + sum(
        len(value_at(gateway.inputs, "spec.listeners", [])) for gateway in setting.planned.of_type(GATEWAY)
    )
    first, further = min(count, _FIRST_RULES), max(count - _FIRST_RULES, 0)
    share = rules / count
    what = f"forwarding rules: {rules} of {count}"
    hours = setting.usage.hours
    if first:
        yield Part(what=what, quantity=hours * share, key="balancing.first_five_rules")
    if further:
        what = f"forwarding rules beyond {_FIRST_RULES}: {rules} of {count}"
        yield Part(what=what, quantity=hours * further * share, key="balancing.further_rule")


def outgoing(setting: Setting) -> Iterator[Part]:
    """Traffic out to the internet through a load balancer."""
    gigabytes = setting.usage.egress_gb
    yield Part(what=f"{gigabytes:g} GB to the internet", quantity=gigabytes, key="egress.internet")
    yield Part(what=f"{gigabytes:g} GiB balanced", quantity=gigabytes, key="balancing.data")


def nat(item: Item, setting: Setting) -> Iterator[Part]:  # noqa: ARG001
    """The machines behind it, its address, and what passes."""
    usage = setting.usage
    machines = usage.nat_machines
    yield Part(what=f"{machines:g} machines", quantity=machines * usage.hours, key="nat.machine")
    yield Part(what="one address", quantity=usage.hours, key="nat.address")
    yield Part(what=f"{usage.nat_gb:g} GiB", quantity=usage.nat_gb, key="nat.data")


def subnet(item: Item, setting: Setting) -> Iterator[Part]:
    """Nothing but the flow logs that it writes."""
    if item.inputs.get("logConfig"):
        kept = setting.usage.network_logs_gib
        yield Part(what=f"{kept:g} GiB flow logs", quantity=kept, key="logging.network")


def cluster(item: Item, setting: Setting) -> Iterator[Part]:  # noqa: ARG001
    """The control plane; pods are charged where they are asked for."""
    yield Part(what="control plane", quantity=setting.usage.hours, key="gke.cluster")


def each(what: str, key: str, usage: str = "") -> Rule:
    """A rule for what costs the same each, or as much as is kept in it."""

    def parts(item: Item, setting: Setting) -> Iterator[Part]:  # noqa: ARG001
        quantity = getattr(setting.usage, usage) if usage else 1.0
        yield Part(what=what.format(f"{quantity:g}"), quantity=quantity, key=key)

    return parts


def _machine(inputs: Any, setting: Setting, count: int) -> Iterator[Part]:
    kind = inputs["machineType"]
    yield Part(what=f"{count} {kind}", quantity=setting.usage.hours * count, key=f"machine.{kind}")


def _disk(kind: str, size: float, what: str) -> Iterator[Part]:
    yield Part(what=f"{size:g} GB {kind}, {what}", quantity=float(size), key=f"disk.{kind}")


GOOGLE: dict[str, Rule] = {
    "gcp:artifactregistry/repository:Repository": each(
        "{} GB of images", "artifact_registry.gb", "images_gb"
    ),
    "gcp:cloudrunv2/service:Service": cloud_run,
    "gcp:cloudscheduler/job:Job": each("job", "scheduler.job"),
    "gcp:compute/disk:Disk": disk,
    "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment": snapshots,
    GLOBAL_RULE: forwarding_rule,
    "gcp:compute/instance:Instance": machine,
    "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager": machine_group,
    "gcp:compute/routerNat:RouterNat": nat,
    "gcp:compute/subnetwork:Subnetwork": subnet,
    "gcp:container/cluster:Cluster": cluster,
    "gcp:dns/managedZone:ManagedZone": each("zone", "dns.zone"),
    "gcp:kms/cryptoKey:CryptoKey": each("key version", "kms.version"),
    "gcp:redis/instance:Instance": redis,
    "gcp:secretmanager/secretVersion:SecretVersion": each("version", "secret.version"),
    "gcp:sql/databaseInstance:DatabaseInstance": postgres,
    "gcp:storage/bucket:Bucket": each("{} GB of objects", "storage.standard", "bucket_gb"),
}
"""What is charged, by type."""
