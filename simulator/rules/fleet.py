"""Groups of machines made from a template: templates, managers, health checks, the private way in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.rules.common import (
    ACCOUNT,
    ADDRESS,
    COMPUTE_NAME,
    COMPUTE_URL,
    FOREIGN_ACCOUNT,
    SUBNETWORK,
    global_id,
    linked,
    network_reference,
    regional_id,
)
from simulator.rules.machine import MACHINE_TYPE, metadata_wrong
from simulator.rules.model import Reference, Refusal, Request, TypeRules, words

TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate"
MANAGER = "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager"
HEALTH_CHECK = "gcp:compute/healthCheck:HealthCheck"
_BACKEND = "gcp:compute/regionBackendService:RegionBackendService"
_KINDS = ("grpc", "grpcTls", "http2", "http", "https", "ssl", "tcp")
_ACTIONS = ("NONE", "REFRESH", "RESTART", "REPLACE")


def _check_wrong(asked: Request) -> Iterable[Refusal]:
    kinds = [kind for kind in _KINDS if f"{kind}HealthCheck" in asked.inputs]
    if len(kinds) != 1:
        yield "httpsHealthCheck", "give exactly one kind of check"
    timeout, interval = asked.get("timeoutSec", 5), asked.get("checkIntervalSec", 5)
    if timeout > interval:
        yield "timeoutSec", f"{timeout} is longer than checkIntervalSec, {interval}; use {interval} or less"


def _kind_of_check(asked: Request) -> str | None:
    return next((kind.upper() for kind in _KINDS if f"{kind}HealthCheck" in asked.inputs), None)


def _template_wrong(asked: Request) -> Iterable[Refusal]:
    yield from metadata_wrong(asked)
    if not any(disk.get("boot", True) for _, disk in asked.every("disks[]")):
        yield "disks", "one of them must be the boot disk"
    for at, account in asked.every("serviceAccount"):
        if not account.get("scopes"):
            yield f"{at}.scopes", 'is required; use ["cloud-platform"] and grant roles instead'


def _template(asked: Request) -> dict[str, Any]:
    link = COMPUTE_URL + global_id("instanceTemplates")(asked)
    number = asked.number("template", sorted(asked.inputs))
    return {"selfLink": link, "selfLinkUnique": f"{link}?uniqueId={number}", "numericId": number}


def _manager_wrong(asked: Request) -> Iterable[Refusal]:
    """The arithmetic of a rolling update over several zones, and what its machines are told."""
    yield from metadata_wrong(asked, "allInstancesConfig.metadata")
    zones = len(asked.every("distributionPolicyZones[]")) or 3
    fixed = {name: asked.get(f"updatePolicy.{name}Fixed") for name in ("maxSurge", "maxUnavailable")}
    for name, value in fixed.items():
        if value is not None and 0 < value < zones:
            yield f"updatePolicy.{name}Fixed", f"{value} is less than the {zones} zones; use 0 or {zones}"
    if set(fixed.values()) == {0}:
        yield "updatePolicy.maxSurgeFixed", "and maxUnavailableFixed can't both be 0"
    recreates = asked.get("updatePolicy.replacementMethod") == "RECREATE"
    if recreates and not fixed["maxUnavailable"]:
        yield "updatePolicy.maxUnavailableFixed", f"must be above 0 to recreate; use {zones}"
    for at, zone in asked.every("distributionPolicyZones[]"):
        if zone.rpartition("-")[0] != asked.region:
            yield at, f"{zone} is in another region than {asked.region}; use one inside it"


def _manager(asked: Request) -> dict[str, Any]:
    group = COMPUTE_URL + regional_id("instanceGroups")(asked)
    return {**linked(regional_id("instanceGroupManagers"))(asked), "instanceGroup": group}


def _backend_wrong(asked: Request) -> Iterable[Refusal]:
    internal = asked.get("loadBalancingScheme", "INTERNAL") == "INTERNAL"
    if internal and asked.get("protocol", "TCP") not in ("TCP", "UDP", "UNSPECIFIED"):
        yield "protocol", "of a private one is TCP, UDP or UNSPECIFIED"
    if internal and "healthChecks" not in asked.inputs:
        yield "healthChecks", "is required; name one"


def _rule_wrong(asked: Request) -> Iterable[Refusal]:
    ports = asked.every("ports[]")
    if asked.get("loadBalancingScheme") == "INTERNAL" and not ports and not asked.get("allPorts"):
        yield "ports", 'is required for a private one; use up to five, like ["443"]'
    if len(ports) > 5:
        yield "ports", "are more than five; use allPorts instead"


RULES: dict[str, TypeRules] = {
    HEALTH_CHECK: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        ranges={
            "checkIntervalSec": (1, 300),
            "timeoutSec": (1, 300),
            "healthyThreshold": (1, 10),
            "unhealthyThreshold": (1, 10),
        },
        replaces=words("name project"),
        identity=global_id("healthChecks"),
        computed=linked(global_id("healthChecks"), type=_kind_of_check),
        wrong=_check_wrong,
    ),
    TEMPLATE: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        patterns={"machineType": (MACHINE_TYPE, "a machine type like e2-standard-2")},
        references=(
            network_reference("networkInterfaces[].network", holds=False),
            Reference(path="networkInterfaces[].subnetwork", types=(SUBNETWORK,), holds=False),
            Reference(path="serviceAccount.email", types=(ACCOUNT,), holds=False, foreign=FOREIGN_ACCOUNT),
        ),
        replaces=words(
            "advancedMachineFeatures canIpForward confidentialInstanceConfig description disks enableDisplay",
            "guestAccelerators instanceDescription keyRevocationActionType labels machineType metadata",
            "metadataStartupScript minCpuPlatform name namePrefix networkInterfaces networkPerformanceConfig",
            "project region reservationAffinity resourceManagerTags resourcePolicies scheduling",
            "serviceAccount shieldedInstanceConfig tags workloadIdentityConfig",
        ),
        identity=global_id("instanceTemplates"),
        computed=_template,
        aliases=lambda stored: [str(stored.get("selfLinkUnique"))],
        wrong=_template_wrong,
    ),
    MANAGER: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        values={
            "updatePolicy.type": ("PROACTIVE", "OPPORTUNISTIC"),
            "updatePolicy.minimalAction": _ACTIONS,
            "updatePolicy.mostDisruptiveAllowedAction": _ACTIONS,
            "updatePolicy.replacementMethod": ("SUBSTITUTE", "RECREATE"),
        },
        ranges={"autoHealingPolicies.initialDelaySec": (0, 3600), "updatePolicy.minReadySec": (0, 3600)},
        references=(
            Reference(path="versions[].instanceTemplate", types=(TEMPLATE,)),
            Reference(path="autoHealingPolicies.healthCheck", types=(HEALTH_CHECK,)),
        ),
        replaces=words("baseInstanceName description distributionPolicyZones name params project region"),
        identity=regional_id("instanceGroupManagers"),
        computed=_manager,
        aliases=lambda stored: [str(stored.get("instanceGroup"))],
        wrong=_manager_wrong,
    ),
    _BACKEND: TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        defaults={"loadBalancingScheme": "INTERNAL"},
        references=(
            Reference(path="backends[].group", types=(MANAGER,)),
            Reference(path="healthChecks", types=(HEALTH_CHECK,)),
        ),
        replaces=words("loadBalancingScheme name network params project"),
        identity=regional_id("backendServices"),
        computed=linked(regional_id("backendServices")),
        wrong=_backend_wrong,
    ),
    "gcp:compute/forwardingRule:ForwardingRule": TypeRules(
        name=COMPUTE_NAME,
        api="compute.googleapis.com",
        references=(
            Reference(path="backendService", types=(_BACKEND,)),
            Reference(path="ipAddress", types=(ADDRESS,), foreign=r"[\d.]+"),
            Reference(path="subnetwork", types=(SUBNETWORK,)),
            network_reference("network"),
        ),
        replaces=words(
            "allPorts backendService description ipAddress ipCollection ipProtocol ipVersion",
            "loadBalancingScheme name network networkTier portRange ports project region",
            "serviceDirectoryRegistrations serviceLabel sourceIpRanges subnetwork",
        ),
        identity=regional_id("forwardingRules"),
        computed=linked(regional_id("forwardingRules")),
        wrong=_rule_wrong,
    ),
}
