"""A plan for people: the tree of components with the properties that matter, the outputs, the counts.

And for programs: one JSON object. Neither shows a secret's value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.in_process import Plan, PlannedResource, SecretValue

SECRET = "[secret]"
_WIDTH = 60

_MATTERS: dict[str, tuple[str, ...]] = {
    "gcp:artifactregistry/repository:Repository": ("repositoryId", "mode", "format"),
    "gcp:cloudrunv2/service:Service": (
        "name",
        "ingress",
        "scaling",
        "template.timeout",
        "template.maxInstanceRequestConcurrency",
        "traffics",
        "deletionProtection",
    ),
    "gcp:cloudscheduler/job:Job": ("schedule", "timeZone", "httpTarget.uri"),
    "gcp:compute/disk:Disk": ("size", "type"),
    "gcp:compute/firewall:Firewall": ("direction", "allows", "denies", "sourceRanges"),
    "gcp:compute/instanceTemplate:InstanceTemplate": ("machineType", "disks.diskSizeGb"),
    "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager": (
        "targetSize",
        "distributionPolicyZones",
    ),
    "gcp:compute/instance:Instance": ("machineType", "zone", "deletionProtection"),
    "gcp:compute/managedSslCertificate:ManagedSslCertificate": ("managed.domains",),
    "gcp:compute/resourcePolicy:ResourcePolicy": ("snapshotSchedulePolicy.retentionPolicy",),
    "gcp:compute/subnetwork:Subnetwork": ("ipCidrRange", "region"),
    "gcp:dns/recordSet:RecordSet": ("name", "type"),
    "gcp:projects/iAMMember:IAMMember": ("role",),
    "gcp:projects/service:Service": ("service",),
    "gcp:redis/instance:Instance": ("tier", "memorySizeGb", "redisVersion", "transitEncryptionMode"),
    "gcp:secretmanager/secret:Secret": ("secretId",),
    "gcp:secretmanager/secretIamMember:SecretIamMember": ("secretId", "member"),
    "gcp:sql/database:Database": ("name",),
    "gcp:sql/databaseInstance:DatabaseInstance": (
        "databaseVersion",
        "settings.tier",
        "settings.availabilityType",
        "settings.diskSize",
        "settings.ipConfiguration.sslMode",
        "deletionProtection",
    ),
    "gcp:sql/user:User": ("name",),
    "gcp:storage/bucket:Bucket": ("name", "location", "versioning", "forceDestroy"),
    "docker:index/image:Image": ("imageName", "build.context", "build.platform"),
    "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable": ("key", "targets", "value"),
}


def without_secrets(value: Any) -> Any:
    """`value` with `[secret]` for every secret in it."""
    match value:
        case SecretValue():
            return SECRET
        case Mapping():
            return {str(key): without_secrets(item) for key, item in value.items()}
        case list() | tuple():
            return [without_secrets(item) for item in value]
    return value


def as_json(stack: str, plan: Plan) -> dict[str, Any]:
    """The plan as one JSON object: `stack`, `resources`, `outputs`."""
    return {
        "stack": stack,
        "resources": [
            {
                "urn": resource.urn,
                "type": resource.type,
                "name": resource.name,
                "parent": resource.parent,
                "inputs": without_secrets(resource.inputs),
                "dependencies": list(resource.dependencies),
            }
            for resource in plan.resources
        ],
        "outputs": without_secrets(plan.outputs),
    }


def as_text(stack: str, plan: Plan) -> str:
    """The plan as a tree, its outputs and its counts."""
    return "\n".join(
        [
            f"Plan of stack {stack}: {len(plan.resources)} resources",
            "",
            *_tree(plan),
            "",
            "Outputs",
            *(f"  {name}: {_shown(value)}" for name, value in sorted(plan.outputs.items())),
            "",
            "Counts",
            *(f"  {count:4}  {kind}" for kind, count in sorted(_counts(plan).items())),
        ]
    )


def _counts(plan: Plan) -> Counter[str]:
    return Counter(resource.type for resource in plan.resources)


def _tree(plan: Plan) -> Iterator[str]:
    known = {resource.urn for resource in plan.resources}
    children: dict[str | None, list[PlannedResource]] = {}
    for resource in plan.resources:
        parent = resource.parent if resource.parent in known else None
        children.setdefault(parent, []).append(resource)

    def branch(parent: str | None, indent: str) -> Iterator[str]:
        siblings = children.get(parent, [])
        for resource in siblings:
            last = resource is siblings[-1]
            yield f"{indent}{'└─ ' if last else '├─ '}{_line(resource)}"
            yield from branch(resource.urn, f"{indent}{'   ' if last else '│  '}")

    return branch(None, "")


def _line(resource: PlannedResource) -> str:
    kind = resource.type.split(":")[-1]
    area = resource.type.split(":")[1].split("/")[0]
    shown = [
        f"{path.rsplit('.', 1)[-1]}={_shown(value)}"
        for path in _MATTERS.get(resource.type, ())
        if (value := _at(resource.inputs, path)) is not None
    ]
    label = kind if area in {"components", "services", "index"} else f"{area}.{kind}"
    return "  ".join([resource.name, label, *shown])


def _at(inputs: Any, path: str) -> Any:
    """The value at a dotted path, through single-element lists as well; `None` where there is none."""
    for part in path.split("."):
        inputs = inputs[0] if isinstance(inputs, list) and inputs else inputs
        inputs = inputs.get(part) if isinstance(inputs, Mapping) else None
    return inputs


def _shown(value: Any) -> str:
    match without_secrets(value):
        case dict() as fields:
            text = "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in fields.items()) + "}"
        case list() as items:
            text = "[" + ", ".join(map(_shown, items)) + "]"
        case bool() as flag:
            text = str(flag).lower()
        case other:
            text = str(other)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
