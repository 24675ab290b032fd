"""Virtual machines, their disks and their snapshot schedules."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from simulator.rules.common import (
    ACCOUNT,
    ADDRESS,
    COMPUTE_NAME,
    FOREIGN_ACCOUNT,
    SUBNETWORK,
    addresses_of,
    linked,
    network_reference,
    parsed,
    pick,
    public_address,
    regional_id,
    zonal_id,
)
from simulator.rules.model import Reference, Refusal, Request, TypeRules, last, words

_DISK = "gcp:compute/disk:Disk"
_INSTANCE = "gcp:compute/instance:Instance"
_POLICY = "gcp:compute/resourcePolicy:ResourcePolicy"
_ATTACHED = "gcp:compute/attachedDisk:AttachedDisk"
MACHINE_TYPE = r"(.*/)?[a-z]\d+[a-z]?-[a-z0-9-]+|(.*/)?custom-\d+-\d+"
_METADATA_BYTES = 256 * 1024
_DISK_TYPES = words(
    "pd-standard pd-balanced pd-ssd pd-extreme hyperdisk-balanced hyperdisk-extreme hyperdisk-ml",
    "hyperdisk-throughput hyperdisk-balanced-high-availability",
)


def _disk_wrong(asked: Request) -> Iterable[Refusal]:
    kind = asked.get("type")
    if kind is not None and last(kind) not in _DISK_TYPES:
        yield "type", f"{kind!r} is no type of disk; use one of {', '.join(sorted(_DISK_TYPES))}"
    least = 1 if str(kind).startswith("pd-") else 4
    size = asked.get("size")
    if size is not None and size < least:
        yield "size", f"{size} is too small; use at least {least} GB"
    if (
        size is None
        and "size" not in asked.inputs
        and not any(asked.inputs.get(s) for s in ("image", "snapshot"))
    ):
        yield "size", "is required for a disk made of nothing; give a number of GB"


def metadata_wrong(asked: Request, path: str = "metadata") -> Iterable[Refusal]:
    """What Compute Engine refuses of a machine's metadata: 256 KB a value."""
    for key, value in (asked.get(path) or {}).items():
        size = len(str(value).encode())
        if size > _METADATA_BYTES:
            yield f"{path}.{key}", f"has {size} bytes; use at most {_METADATA_BYTES}"


def _instance_wrong(asked: Request) -> Iterable[Refusal]:
    yield from metadata_wrong(asked)
    for at, interface in asked.every("networkInterfaces[]"):
        if not any(interface.get(name) for name in ("network", "subnetwork", "networkAttachment")):
            yield f"{at}.subnetwork", "is required: name a network or a subnetwork"
    for at, name in asked.every("attachedDisks[].deviceName"):
        if len(name) > 63:
            yield at, f"{name!r} is too long for a device; use at most 63 characters"
    for at, account in asked.every("serviceAccount"):
        if not account.get("scopes"):
            yield f"{at}.scopes", 'is required; use ["cloud-platform"] and grant roles instead'
    scheduling = asked.get("scheduling") or {}
    if scheduling.get("preemptible") and scheduling.get("automaticRestart") is not False:
        yield "scheduling.automaticRestart", "must be false for a preemptible machine"
    shielded = asked.get("shieldedInstanceConfig") or {}
    if shielded.get("enableIntegrityMonitoring") and shielded.get("enableVtpm") is False:
        yield "shieldedInstanceConfig.enableVtpm", "must be true for integrity monitoring"


def _instance_refused(asked: Request) -> Iterable[Refusal]:
    others = [one for one in asked.world.all(_INSTANCE) if one.urn != asked.urn]
    for at, interface in asked.every("networkInterfaces[]"):
        given = interface.get("networkIp")
        subnet = asked.world.find(interface.get("subnetwork"), SUBNETWORK)
        inside = parsed(subnet.get("ipCidrRange")) if subnet else None
        if given and inside is not None and ipaddress.ip_address(given) not in inside:
            yield f"{at}.networkIp", f"{given} is not inside the subnet's {inside}; choose one that is"
        if given and given in addresses_of(others, "networkInterfaces[].networkIp"):
            yield f"{at}.networkIp", f"{given} is in use by another machine; choose one that is free"
        if subnet is not None and subnet.get("region") != asked.zone.rsplit("-", 1)[0]:
            yield f"{at}.subnetwork", f"{subnet.id} is in another region than {asked.zone}; use one inside it"
    for at, disk in asked.every("attachedDisks[].source"):
        stored = asked.world.find(disk, _DISK)
        if stored is not None and stored.get("zone") != asked.zone:
            yield at, f"{stored.id} is in another zone than the machine, {asked.zone}; use one zone for both"


def _interface(asked: Request, at: int, given: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    subnet = asked.world.find(given.get("subnetwork"), SUBNETWORK)
    inside = parsed(subnet.get("ipCidrRange")) if subnet else None
    if not isinstance(inside, ipaddress.IPv4Network):
        inside = ipaddress.IPv4Network("10.128.0.0/20")
    access = [{"natIp": public_address(asked, at), **one} for one in given.get("accessConfigs") or ()]
    return {
        "name": f"nic{at}",
        "networkIp": pick(asked, inside, taken, at),
        "network": subnet.get("network") if subnet else None,
        **given,
        "accessConfigs": access,
    }


def _instance(asked: Request) -> dict[str, Any]:
    others = [one for one in asked.world.all(_INSTANCE, ADDRESS) if one.urn != asked.urn]
    taken = addresses_of(others, "address", "networkInterfaces[].networkIp")
    interfaces = asked.inputs.get("networkInterfaces") or []
    return {
        **linked(zonal_id("instances"))(asked),
        "instanceId": asked.number("instance"),
        "zone": asked.zone,
        "currentStatus": "RUNNING",
        "cpuPlatform": "Intel Broadwell",
        "metadataFingerprint": asked.digest("metadata", length=16),
        "tagsFingerprint": asked.digest("tags", length=16),
        "networkInterfaces": [_interface(asked, at, one, taken) for at, one in enumerate(interfaces)],
    }


def _policy_wrong(asked: Request) -> Iterable[Refusal]:
    kinds = [
        name for name in asked.inputs if name.endswith(("Policy", "PolicyArgs")) and name != "deletionPolicy"
    ]
    if len(kinds) > 1:
        yield kinds[1], f"can't be combined with {kinds[0]}; make a policy for each"
    for path in ("snapshotSchedulePolicy.schedule.dailySchedule.startTime",):
        for at, time in asked.every(path):
            if not (len(time) == 5 and time.endswith(":00") and time[:2].isdigit() and int(time[:2]) < 24):
                yield at, f"{time!r} has the wrong form; use a whole hour like 03:00"


def _attached_elsewhere(asked: Request) -> Iterable[Refusal]:
    disk = asked.target("disk", _DISK)
    for other in asked.world.all(_ATTACHED):
        same = disk is not None and asked.world.find(other.get("disk"), _DISK) is disk
        if same and other.urn != asked.urn and asked.get("mode") != "READ_ONLY":
            yield "disk", f"is attached by {other.urn}; a disk is written by one machine"


def _grows(old: Any, new: Any) -> bool:
    return not (isinstance(old, (int, float)) and isinstance(new, (int, float)) and new >= old)


RULES: dict[str, TypeRules] = {
    _DISK: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"type": "pd-standard"},
        replaces=words(
            "architecture asyncPrimaryDisk description diskEncryptionKey enableConfidentialCompute image",
            "guestOsFeatures interface licenses multiWriter name params physicalBlockSizeBytes project",
            "resourcePolicies snapshot sourceDisk sourceImageEncryptionKey sourceInstantSnapshot",
            "storagePool type zone",
        ),
        replaces_when={"size": _grows},
        references=(Reference(path="resourcePolicies", types=(_POLICY,)),),
        identity=zonal_id("disks"),
        computed=linked(zonal_id("disks"), zone=lambda one: one.zone, diskId=lambda one: one.number("disk")),
        wrong=_disk_wrong,
    ),
    _INSTANCE: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"canIpForward": False, "deletionProtection": False},
        patterns={"machineType": (MACHINE_TYPE, "a machine type like e2-standard-2")},
        references=(
            network_reference("networkInterfaces[].network"),
            Reference(path="networkInterfaces[].subnetwork", types=(SUBNETWORK,)),
            Reference(path="networkInterfaces[].networkIp", types=(ADDRESS,), foreign=r"[\d.]+"),
            Reference(path="attachedDisks[].source", types=(_DISK,)),
            Reference(path="resourcePolicies", types=(_POLICY,)),
            Reference(path="serviceAccount.email", types=(ACCOUNT,), holds=False, foreign=FOREIGN_ACCOUNT),
        ),
        replaces=words(
            "bootDisk.deviceName bootDisk.initializeParams.image bootDisk.initializeParams.type",
            "bootDisk.mode bootDisk.source bootDisk.kmsKeySelfLink bootDisk.initializeParams.snapshot",
            "confidentialInstanceConfig guestAccelerators hostname metadataStartupScript name params project",
            "networkInterfaces[].network networkInterfaces[].networkAttachment networkInterfaces[].nicType",
            "networkInterfaces[].queueCount networkPerformanceConfig reservationAffinity scratchDisks",
            "scheduling.preemptible scheduling.provisioningModel scheduling.maxRunDuration zone",
        ),
        protections={"deletionProtection": (True, False)},
        identity=zonal_id("instances"),
        computed=_instance,
        wrong=_instance_wrong,
        refused=_instance_refused,
    ),
    _POLICY: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        ranges={
            "snapshotSchedulePolicy.retentionPolicy.maxRetentionDays": (1, 65535),
            "snapshotSchedulePolicy.schedule.dailySchedule.daysInCycle": (1, 1),
        },
        replaces=words("name project region groupPlacementPolicy diskConsistencyGroupPolicy workloadPolicy"),
        identity=regional_id("resourcePolicies"),
        computed=linked(regional_id("resourcePolicies"), region=lambda asked: asked.region),
        wrong=_policy_wrong,
    ),
    "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment": TypeRules(
        name=None,
        references=(Reference(path="disk", types=(_DISK,)), Reference(path="name", types=(_POLICY,))),
        replaces=words("disk name project zone"),
        identity=lambda asked: f"{asked.project}/{asked.zone}/{last(asked.get('disk'))}/{asked.get('name')}",
        computed=lambda asked: {"zone": asked.zone},
    ),
    _ATTACHED: TypeRules(
        name=None,
        values={"mode": ("READ_ONLY", "READ_WRITE"), "interface": ("SCSI", "NVME")},
        references=(Reference(path="disk", types=(_DISK,)), Reference(path="instance", types=(_INSTANCE,))),
        replaces=words("deviceName disk instance interface mode project zone"),
        defaults={"mode": "READ_WRITE"},
        identity=lambda asked: (
            f"projects/{asked.project}/zones/{asked.zone}/instances/"
            f"{last(asked.get('instance'))}/{last(asked.get('disk'))}"
        ),
        computed=lambda asked: {
            "zone": asked.zone,
            "deviceName": asked.get("deviceName") or last(asked.get("disk")),
        },
        refused=_attached_elsewhere,
    ),
}
