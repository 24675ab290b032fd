"""Clusters of Google Kubernetes Engine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from simulator.paths import generic
from simulator.rules.common import (
    ACCOUNT,
    FOREIGN_ACCOUNT,
    NETWORK,
    SUBNETWORK,
    network_reference,
    parsed,
    project_number,
    public_address,
)
from simulator.rules.kms import KEY
from simulator.rules.kubernetes.cluster import CLUSTER, inside
from simulator.rules.kubernetes.table import RULES as OBJECTS
from simulator.rules.model import Name, Need, Reference, Refusal, Request, Stored, TypeRules, World, words

_LONGEST = 40
_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
_NOT_IN_AUTOPILOT = (
    "addonsConfig.dnsCacheConfig",
    "addonsConfig.networkPolicyConfig",
    "addonsConfig.statefulHaConfig",
    "binaryAuthorization.enabled",
    "clusterAutoscaling.enabled",
    "clusterAutoscaling.resourceLimits",
    "defaultMaxPodsPerNode",
    "enableIntranodeVisibility",
    "enableShieldedNodes",
    "initialNodeCount",
    "networkPolicy",
    "nodeConfig",
    "nodePools",
    "removeDefaultNodePool",
)
_VERSION = "1.34.4-gke.1000000"


def cluster_wrong(asked: Request) -> Iterable[Refusal]:
    """What no cluster may be."""
    if asked.get("location") is None and "location" not in asked.inputs:
        yield "location", "is required and missing; give a region like europe-west1"
    if asked.inputs.get("clusterIpv4Cidr") and asked.inputs.get("ipAllocationPolicy"):
        yield "clusterIpv4Cidr", "can't be combined with ipAllocationPolicy; use the latter"
    if asked.get("enableAutopilot"):
        yield from _autopilot_wrong(asked)
    elif "nodePools" not in asked.inputs and not asked.get("initialNodeCount"):
        yield "initialNodeCount", "is required for a cluster that is no Autopilot"
    yield from _ranges_wrong(asked)
    yield from _window_wrong(asked)
    state = asked.get("databaseEncryption.state")
    if state == "ENCRYPTED" and "keyName" not in (asked.get("databaseEncryption") or {}):
        yield "databaseEncryption.keyName", "is required to encrypt; name a key"


def _autopilot_wrong(asked: Request) -> Iterable[Refusal]:
    """What Google decides in an Autopilot cluster, and refuses to be told."""
    for path in _NOT_IN_AUTOPILOT:
        for at, _ in asked.every(path):
            yield at, "is Google's to decide in an Autopilot cluster; leave it out"
    if asked.get("releaseChannel.channel") == "UNSPECIFIED":
        yield "releaseChannel.channel", "must be RAPID, REGULAR, STABLE or EXTENDED in Autopilot"
    for path in ("datapathProvider", "networkingMode"):
        fixed = {"datapathProvider": "ADVANCED_DATAPATH", "networkingMode": "VPC_NATIVE"}[path]
        if asked.get(path) not in (None, fixed):
            yield path, f"can only be {fixed} in Autopilot; leave it out"
    pool = asked.get("workloadIdentityConfig.workloadPool")
    if pool is not None and pool != f"{asked.project}.svc.id.goog":
        yield "workloadIdentityConfig.workloadPool", f"can only be {asked.project}.svc.id.goog"


def _ranges_wrong(asked: Request) -> Iterable[Refusal]:
    policy = asked.get("ipAllocationPolicy") or {}
    for kind, prefix in (("cluster", "clusterIpv4CidrBlock"), ("services", "servicesIpv4CidrBlock")):
        named = f"{kind}SecondaryRangeName"
        if policy.get(named) and policy.get(prefix):
            yield f"ipAllocationPolicy.{prefix}", f"can't be combined with {named}; use one of them"
    block = asked.get("privateClusterConfig.masterIpv4CidrBlock")
    if block is not None and (parsed(block) is None or not str(block).endswith("/28")):
        yield "privateClusterConfig.masterIpv4CidrBlock", f"{block!r} must be a range of 16 addresses, /28"


def _window_wrong(asked: Request) -> Iterable[Refusal]:
    """A window repeats by a rule, and is at least four hours long; 48 hours in 32 days are needed."""
    window = asked.get("maintenancePolicy.recurringWindow")
    if window is None:
        return
    path = "maintenancePolicy.recurringWindow"
    if not re.fullmatch(r"FREQ=(DAILY|WEEKLY|MONTHLY)(;\w+=[\w,+-]+)*", str(window.get("recurrence"))):
        yield f"{path}.recurrence", "must be a rule like FREQ=WEEKLY;BYDAY=SA,SU"
    try:
        start, end = (datetime.fromisoformat(str(window.get(name))) for name in ("startTime", "endTime"))
    except ValueError:
        yield f"{path}.startTime", "must be a time like 2026-01-03T01:00:00Z"
        return
    hours = (end - start).total_seconds() / 3600
    if hours < 4:
        yield f"{path}.endTime", f"leaves {hours:g} hours; a window has at least 4"
    days = re.search(r"BYDAY=([\w,]+)", str(window.get("recurrence")))
    weekly = 7 if "FREQ=DAILY" in str(window.get("recurrence")) else len(days[1].split(",")) if days else 1
    if hours * weekly * 32 / 7 < 48 and "FREQ=MONTHLY" not in str(window.get("recurrence")):
        yield f"{path}.recurrence", f"leaves {hours * weekly * 32 / 7:.0f} hours in 32 days; 48 are needed"


def cluster_refused(asked: Request) -> Iterable[Refusal]:
    """What does not fit to the subnet, and what of the network is not there."""
    subnet = asked.target("subnetwork", SUBNETWORK)
    if subnet is None:
        return
    region = str(subnet.get("region") or "")
    if not str(asked.get("location")).startswith(region):
        yield (
            "subnetwork",
            f"is in {region} and the cluster in {asked.get('location')}; use one of its region",
        )
    ranges = {one.get("rangeName") for one in subnet.get("secondaryIpRanges") or ()}
    for kind in ("cluster", "services"):
        path = f"ipAllocationPolicy.{kind}SecondaryRangeName"
        if asked.get(path) is not None and asked.get(path) not in ranges:
            yield path, f"{asked.get(path)!r} is no range of the subnet; it has {', '.join(sorted(ranges))}"
    network = asked.target("network", NETWORK)
    if network and asked.world.find(subnet.get("network"), NETWORK) is not network:
        yield "subnetwork", "is in another network than the cluster's"


def _needs(asked: Request) -> Iterable[Need]:
    """Google's agent must be let use the key before a cluster is encrypted with it."""
    key = asked.target("databaseEncryption.keyName", KEY)
    if key is None:
        return
    agent = "@container-engine-robot.iam.gserviceaccount.com"
    granted = [
        one
        for one in asked.world.all(_GRANT)
        if asked.world.find(one.get("cryptoKeyId"), KEY) is key and agent in str(one.get("member"))
    ]
    who = f"service-NUMBER{agent}"
    reason = f"{who} may not use the key; grant it roles/cloudkms.cryptoKeyEncrypterDecrypter first"
    yield Need(property="databaseEncryption.keyName", found=granted[0] if granted else None, reason=reason)


def _identity(asked: Request) -> str:
    return f"projects/{asked.project}/locations/{asked.get('location')}/clusters/{asked.name}"


def _cluster(asked: Request) -> dict[str, Any]:
    endpoints = dict(asked.get("controlPlaneEndpointsConfig") or {})
    name = (
        f"gke-{asked.digest('endpoint', length=32)}-{project_number(asked)}.{asked.get('location')}.gke.goog"
    )
    endpoints["dnsEndpointConfig"] = {**(endpoints.get("dnsEndpointConfig") or {}), "endpoint": name}
    return {
        "controlPlaneEndpointsConfig": endpoints,
        "endpoint": public_address(asked, "control plane"),
        "masterVersion": _VERSION,
        "masterAuth": {"clusterCaCertificate": asked.digest("authority")},
        "selfLink": f"https://container.googleapis.com/v1/{_identity(asked)}",
        "workloadIdentityConfig": {"workloadPool": f"{asked.project}.svc.id.goog"},
        **_allocated(asked),
    }


def _allocated(asked: Request) -> dict[str, Any]:
    """The addresses of pods and Services: those of the subnet's ranges that are named."""
    subnet, policy = asked.target("subnetwork", SUBNETWORK), dict(asked.get("ipAllocationPolicy") or {})
    ranges = {
        one.get("rangeName"): one.get("ipCidrRange")
        for one in (subnet.get("secondaryIpRanges") if subnet else None) or ()
    }
    pods = ranges.get(policy.get("clusterSecondaryRangeName")) or "10.96.0.0/17"
    services = ranges.get(policy.get("servicesSecondaryRangeName")) or "34.118.224.0/20"
    filled = {"clusterIpv4CidrBlock": pods, "servicesIpv4CidrBlock": services, **policy}
    return {"clusterIpv4Cidr": pods, "servicesIpv4Cidr": services, "ipAllocationPolicy": filled}


def _holds(cluster: Stored, world: World) -> Iterable[str]:
    """Balancers that its Gateways made outlive a cluster that goes first, and hold its network for ever."""
    for one in inside(cluster, world, ["kubernetes:gateway.networking.k8s.io/v1:Gateway"]):
        yield f"{cluster.id} still has {one.urn}, whose load balancer would stay behind; delete that first"


def _switched_off(before: object, after: object) -> bool:
    return bool(before) and not after


_FOR_LIFE = (
    "clusterIpv4Cidr confidentialNodes dataplaneOptimizationMode datapathProvider defaultMaxPodsPerNode",
    "description enableAutopilot enableKubernetesAlpha enableTpu initialNodeCount ipAllocationPolicy",
    "location name network networkingMode nodePools project subnetwork",
    "masterAuth.clientCertificateConfig privateClusterConfig.masterIpv4CidrBlock",
    "privateClusterConfig.privateEndpointSubnetwork userManagedKeysConfig",
)

RULES: dict[str, TypeRules] = {
    CLUSTER: TypeRules(
        name=Name(
            pattern=r"[a-z]([-a-z0-9]*[a-z0-9])?",
            says="lower-case letters, digits and hyphens, beginning with a letter",
            limit=_LONGEST,
        ),
        api="container.googleapis.com",
        values={
            "releaseChannel.channel": ("UNSPECIFIED", "RAPID", "REGULAR", "STABLE", "EXTENDED"),
            "gatewayApiConfig.channel": ("CHANNEL_DISABLED", "CHANNEL_STANDARD", "CHANNEL_EXPERIMENTAL"),
            "databaseEncryption.state": ("ENCRYPTED", "DECRYPTED", "ALL_OBJECTS_ENCRYPTION_ENABLED"),
            "anonymousAuthenticationConfig.mode": ("ENABLED", "LIMITED"),
            "securityPostureConfig.mode": ("DISABLED", "BASIC", "ENTERPRISE"),
            "nodePoolAutoConfig.nodeKubeletConfig.insecureKubeletReadonlyPortEnabled": ("TRUE", "FALSE"),
        },
        references=(
            network_reference("network"),
            Reference(path="subnetwork", types=(SUBNETWORK,)),
            Reference(path="databaseEncryption.keyName", types=(KEY,)),
            Reference(
                path="clusterAutoscaling.autoProvisioningDefaults.serviceAccount",
                types=(ACCOUNT,),
                holds=False,
                foreign=FOREIGN_ACCOUNT,
            ),
        ),
        replaces=words(*_FOR_LIFE),
        replaces_when={
            generic(path): _switched_off for path in ("enableL4IlbSubsetting", "enableFqdnNetworkPolicy")
        },
        protections={"deletionProtection": (True, True)},
        identity=_identity,
        computed=_cluster,
        wrong=cluster_wrong,
        refused=cluster_refused,
        needs=_needs,
        undeletable=_holds,
        contents=lambda cluster, world: inside(cluster, world, OBJECTS),
    ),
    "gcp:projects/serviceIdentity:ServiceIdentity": TypeRules(
        name=None,
        replaces=words("project service"),
        identity=lambda asked: f"projects/{asked.project}/services/{asked.get('service')}",
        computed=lambda asked: {"email": _agent(asked), "member": f"serviceAccount:{_agent(asked)}"},
    ),
}

_AGENTS = {"container.googleapis.com": "container-engine-robot"}


def _agent(asked: Request) -> str:
    service = str(asked.get("service"))
    domain = _AGENTS.get(service, f"gcp-sa-{service.split('.', maxsplit=1)[0]}")
    return f"service-{project_number(asked)}@{domain}.iam.gserviceaccount.com"
