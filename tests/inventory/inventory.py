"""What a plan is remembered by: how many of each type, the properties that matter, the outputs.

Not everything: a reviewer should be able to read an inventory and see in its change what a change of the
program means for what is deployed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from simulator.display import without_secrets
from simulator.in_process import Plan, PlannedResource

STACKS = ("dev", "prod")
FOLDER = Path(__file__).parent
COMMAND = "make inventory"

_VALUES: dict[str, str] = {
    "docker:index/image:Image": "imageName build.context build.dockerfile build.platform",
    "gcp:artifactregistry/repository:Repository": "repositoryId mode cleanupPolicies.id",
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": "repository role member",
    "gcp:cloudscheduler/job:Job": "schedule timeZone httpTarget.uri httpTarget.oidcToken.serviceAccountEmail",
    "gcp:compute/address:Address": "addressType",
    "gcp:compute/backendService:BackendService": "loadBalancingScheme protocol",
    "gcp:compute/disk:Disk": "size type createSnapshotBeforeDestroy",
    "gcp:compute/firewall:Firewall": "direction priority allows denies sourceRanges",
    "gcp:compute/forwardingRule:ForwardingRule": "loadBalancingScheme ports",
    "gcp:compute/globalForwardingRule:GlobalForwardingRule": "portRange",
    "gcp:compute/healthCheck:HealthCheck": "checkIntervalSec unhealthyThreshold httpsHealthCheck",
    "gcp:compute/instance:Instance": "machineType zone deletionProtection bootDisk.initializeParams.image",
    "gcp:compute/instanceTemplate:InstanceTemplate": "machineType disks networkInterfaces.accessConfigs "
    "serviceAccount shieldedInstanceConfig metadata.enable-oslogin",
    "gcp:compute/managedSslCertificate:ManagedSslCertificate": "managed.domains",
    "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager": "targetSize "
    "distributionPolicyZones updatePolicy autoHealingPolicies.initialDelaySec "
    "allInstancesConfig.metadata.deployment",
    "gcp:compute/resourcePolicy:ResourcePolicy": "snapshotSchedulePolicy.schedule.dailySchedule "
    "snapshotSchedulePolicy.retentionPolicy.maxRetentionDays",
    "gcp:compute/routerNat:RouterNat": "sourceSubnetworkIpRangesToNat subnetworks.sourceIpRangesToNats",
    "gcp:compute/sSLPolicy:SSLPolicy": "minTlsVersion profile",
    "gcp:compute/subnetwork:Subnetwork": "ipCidrRange privateIpGoogleAccess logConfig.flowSampling",
    "gcp:dns/managedZone:ManagedZone": "dnsName visibility",
    "gcp:dns/recordSet:RecordSet": "name type ttl",
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": "monitoredResource.labels.host httpCheck.path "
    "period",
    "gcp:projects/iAMMember:IAMMember": "role member",
    "gcp:redis/instance:Instance": "tier memorySizeGb redisVersion authEnabled transitEncryptionMode "
    "connectMode persistenceConfig.persistenceMode deletionProtection",
    "gcp:secretmanager/secretIamMember:SecretIamMember": "secretId member",
    "gcp:serviceaccount/account:Account": "accountId",
    "gcp:servicenetworking/connection:Connection": "deletionPolicy updateOnCreationFail",
    "gcp:sql/database:Database": "name deletionPolicy",
    "gcp:sql/databaseInstance:DatabaseInstance": "databaseVersion settings.edition settings.tier "
    "settings.availabilityType settings.diskSize settings.diskAutoresize "
    "settings.ipConfiguration.ipv4Enabled "
    "settings.ipConfiguration.sslMode settings.backupConfiguration.pointInTimeRecoveryEnabled "
    "settings.backupConfiguration.transactionLogRetentionDays "
    "settings.backupConfiguration.backupRetentionSettings.retainedBackups "
    "settings.insightsConfig.queryInsightsEnabled settings.maintenanceWindow.day "
    "settings.maintenanceWindow.hour settings.deletionProtectionEnabled deletionProtection",
    "gcp:sql/user:User": "name deletionPolicy",
    "gcp:storage/bucket:Bucket": "versioning.enabled forceDestroy publicAccessPrevention",
    "gcp:storage/bucketIAMMember:BucketIAMMember": "role member",
    "pulumi:providers:gcp": "project region defaultLabels",
}
_SERVICE = (
    "name ingress invokerIamDisabled deletionProtection scaling template.scaling template.timeout "
    "template.maxInstanceRequestConcurrency template.sessionAffinity template.vpcAccess.egress "
    "template.executionEnvironment traffics"
)
_CONTAINER = "commands args ports.containerPort resources dependsOns"
_PROBES = ("startup", "liveness", "readiness")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}")


def inventory(plan: Plan) -> dict[str, Any]:
    """The inventory of a plan: `counts`, `values` by `TYPE::NAME`, `outputs`."""
    remembered = {
        f"{resource.type}::{resource.name}": values
        for resource in plan.resources
        if (values := _of(resource))
    }
    outputs = {name: _plain(value) for name, value in plan.outputs.items()}
    return {
        "counts": dict(sorted(Counter(resource.type for resource in plan.resources).items())),
        "values": dict(sorted(remembered.items())),
        "outputs": dict(sorted(outputs.items())),
    }


def path_of(stack: str) -> Path:
    """The stack's inventory file."""
    return FOLDER / f"{stack}.yaml"


def as_text(stack: str, plan: Plan) -> str:
    """The inventory file's text."""
    head = f"# What stack {stack} is, in short. Written by `{COMMAND}`; read the difference.\n"
    return head + yaml.safe_dump(inventory(plan), sort_keys=False, width=110, allow_unicode=True)


def differences(recorded: Any, planned: Any, path: str = "") -> Iterator[str]:
    """Every place where the two differ, one line each."""
    if isinstance(recorded, Mapping) and isinstance(planned, Mapping):
        for key in sorted({*recorded, *planned}):
            deeper = f"{path} → {key}" if path else str(key)
            yield from differences(recorded.get(key), planned.get(key), deeper)
    elif recorded != planned:
        yield f"{path}: recorded {recorded!r}, planned {planned!r}"


def _of(resource: PlannedResource) -> dict[str, Any]:
    """The properties of a resource that matter, and whether Pulumi protects it."""
    if resource.type == "gcp:cloudrunv2/service:Service":
        values = {**_at_paths(resource.inputs, _SERVICE), **_containers(resource.inputs)}
    else:
        values = _at_paths(resource.inputs, _VALUES.get(resource.type, ""))
    return values | ({"protect": True} if resource.protect else {})


def _containers(inputs: Mapping[str, Any]) -> dict[str, Any]:
    template = inputs["template"]
    mounted = {volume["name"]: _plain(_volume(volume)) for volume in template.get("volumes", [])}
    described = {f"container {each['name']}": _container(each) for each in template["containers"]}
    return {**described, "volumes": mounted}


def _volume(volume: Mapping[str, Any]) -> dict[str, Any]:
    """A volume without the directory of the files, whose name is a hash of them."""
    (kind, said), *_ = ((key, value) for key, value in volume.items() if key != "name")
    return {kind: {key: value for key, value in said.items() if key != "mountOptions"}}


def _container(container: Mapping[str, Any]) -> dict[str, Any]:
    envs = container.get("envs", [])
    references = {each["name"]: each["valueSource"]["secretKeyRef"] for each in envs if "valueSource" in each}
    return {
        **_at_paths(container, _CONTAINER),
        "probes": {
            kind: _plain(container[f"{kind}Probe"]) for kind in _PROBES if f"{kind}Probe" in container
        },
        # A certificate is long, and another one for each instance.
        "env": {each["name"]: _plain(each["value"]).splitlines()[0] for each in envs if "value" in each},
        "secret_env": {name: f"{ref['secret']} version {ref['version']}" for name, ref in references.items()},
        "mounts": {each["name"]: each["mountPath"] for each in container.get("volumeMounts", [])},
    }


def _at_paths(inputs: Mapping[str, Any], paths: str) -> dict[str, Any]:
    found = {path: _plain(_at(inputs, path)) for path in paths.split()}
    return {path: value for path, value in found.items() if value is not None}


def _at(value: Any, path: str) -> Any:
    """What is at a dotted path; of every item where a list is on the way."""
    head, _, rest = path.partition(".")
    if not head:
        return value
    if isinstance(value, list):
        return [_at(item, path) for item in value]
    return _at(value.get(head), rest) if isinstance(value, Mapping) else None


def _plain(value: Any) -> Any:
    """`value` with no secret in it, and no digest of a source that is about to change."""
    match without_secrets(value):
        case str() as text:
            return _DIGEST.sub("@sha256:…", text)
        case Mapping() as items:
            return {key: _plain(item) for key, item in items.items()}
        case list() as items:
            return [_plain(item) for item in items]
        case other:
            return other
