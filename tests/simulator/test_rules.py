"""What the simulated cloud refuses: each row is one right resource and the change that makes it wrong."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.rules import RULES
from tests.simulator import town as t

_CONTAINER = "template.containers[0]"
_PROMQL = "conditions[0].conditionPrometheusQueryLanguage"

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # the network
    (t.NETWORK, {"name": "Net_1"}, "name", "no valid name"),
    (t.NETWORK, {"name": "n" * 64}, "name", "at most 63"),
    (t.NETWORK, {"routingMode": "WORLD"}, "routingMode", "use one of REGIONAL, GLOBAL"),
    (t.NETWORK, {"mtu": 900}, "mtu", "1300 to 8896"),
    (t.SUBNET, {"ipCidrRange": "10.10.0.1/26"}, "ipCidrRange", "no bits after its mask"),
    (t.SUBNET, {"ipCidrRange": "10.10.0.0/30"}, "ipCidrRange", "too small"),
    (t.SUBNET, {"network": "elsewhere"}, "network", "names no Network that exists"),
    (t.SUBNET, {"logConfig.flowSampling": 2}, "logConfig.flowSampling", "0 to 1"),
    (t.RANGE, {"address": "10.10.0.0", "prefixLength": 24}, "address", "overlaps"),
    (t.RANGE, {"addressType": "EXTERNAL"}, "addressType", "INTERNAL"),
    (t.RANGE, {"prefixLength": 4}, "prefixLength", "8 to 32"),
    (t.CONNECTION, {"reservedPeeringRanges": ["no"]}, "reservedPeeringRanges[0]", "names no GlobalAddress"),
    (t.ADDRESS, {"address": "10.99.0.5"}, "address", "not inside the subnet"),
    (t.ADDRESS, {"address": "ten"}, "address", "no address"),
    (t.FIREWALL, {"allows": t.GONE}, "allows", "either allows or denies"),
    (t.FIREWALL, {"sourceRanges": t.GONE}, "sourceRanges", "required for the direction INGRESS"),
    (t.FIREWALL, {"direction": "EGRESS"}, "sourceRanges", "destinationRanges"),
    (t.FIREWALL, {"allows[0].protocol": "icmp"}, "allows[0].ports", "has no ports"),
    (t.FIREWALL, {"priority": 70000}, "priority", "0 to 65535"),
    (t.NAT, {"sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS"}, "subnetworks", "required"),
    (t.NAT, {"natIpAllocateOption": "MANUAL_ONLY"}, "natIps", "required"),
    # machines
    (t.DISK, {"type": "floppy"}, "type", "no type of disk"),
    (t.DISK, {"size": t.GONE}, "size", "required"),
    (
        t.SCHEDULE,
        {"snapshotSchedulePolicy.schedule.dailySchedule.startTime": "3:30"},
        "snapshotSchedulePolicy.schedule.dailySchedule.startTime",
        "whole hour",
    ),
    (t.CHECK, {"tcpHealthCheck": {"port": 1}}, "httpsHealthCheck", "exactly one kind"),
    (t.CHECK, {"timeoutSec": 9}, "timeoutSec", "longer than checkIntervalSec"),
    (t.TEMPLATE, {"machineType": "large"}, "machineType", "a machine type like e2-standard-2"),
    (t.TEMPLATE, {"metadata": {"user-data": "x" * 262_145}}, "metadata.user-data", "use at most 262144"),
    (
        t.FLEET,
        {"allInstancesConfig": {"metadata": {"told": "x" * 262_145}}},
        "allInstancesConfig.metadata.told",
        "use at most 262144",
    ),
    (t.TEMPLATE, {"disks[0].boot": False}, "disks", "must be the boot disk"),
    (t.FLEET, {"distributionPolicyZones[1]": "europe-west1-c"}, "updatePolicy.maxSurgeFixed", "2 zones"),
    (t.FLEET, {"updatePolicy.maxSurgeFixed": 0}, "updatePolicy.maxSurgeFixed", "can't both be 0"),
    (
        t.FLEET,
        {"updatePolicy.replacementMethod": "RECREATE"},
        "updatePolicy.maxUnavailableFixed",
        "must be above 0",
    ),
    (t.FLEET, {"versions[0].instanceTemplate": "gone"}, "versions[0].instanceTemplate", "names no"),
    (t.PRIVATE_BACKEND, {"healthChecks": t.GONE}, "healthChecks", "is required"),
    (t.PRIVATE_RULE, {"ports": t.GONE}, "ports", "is required for a private one"),
    (t.MACHINE, {"machineType": "big"}, "machineType", "e2-standard-2"),
    (
        t.MACHINE,
        {"networkInterfaces[0].networkIp": "10.99.0.1"},
        "networkInterfaces[0].networkIp",
        "not inside",
    ),
    (t.MACHINE, {"networkInterfaces[0]": {}}, "networkInterfaces[0].subnetwork", "required"),
    (t.MACHINE, {"attachedDisks[0].source": "gone"}, "attachedDisks[0].source", "names no Disk"),
    (
        t.MACHINE,
        {"serviceAccount.email": f"no@{t.PROJECT}.iam.gserviceaccount.com"},
        "serviceAccount.email",
        "names no Account",
    ),
    (t.MACHINE, {"serviceAccount.scopes": []}, "serviceAccount.scopes", "cloud-platform"),
    (t.MACHINE, {"zone": "us-central1-a"}, "networkInterfaces[0].subnetwork", "another region"),
    # identities and secrets
    (t.ACCOUNT, {"accountId": "api"}, "accountId", "6 to 30"),
    (t.ACCOUNT, {"accountId": "a" * 31}, "accountId", "at most 30"),
    (t.GRANT, {"member": "api-account"}, "member", "serviceAccount:NAME"),
    (
        t.GRANT,
        {"member": f"serviceAccount:no@{t.PROJECT}.iam.gserviceaccount.com"},
        "member",
        "names no Account",
    ),
    (t.GRANT, {"role": "secretAccessor"}, "role", "a role like"),
    (t.GRANT, {"secretId": "other"}, "secretId", "names no Secret"),
    (t.SECRET, {"secretId": "open.ai"}, "secretId", "letters, digits"),
    (t.SECRET, {"secretId": "s" * 256}, "secretId", "at most 255"),
    (t.SECRET, {"replication": {}}, "replication", "exactly one"),
    (t.VERSION, {"secretData": t.GONE}, "secretData", "exactly one"),
    (t.VERSION, {"secretData": "x" * 65537}, "secretData", "65536 bytes"),
    # databases
    (t.POSTGRES, {"settings.edition": t.GONE}, "settings.tier", 'settings.edition = "ENTERPRISE"'),
    (t.POSTGRES, {"settings.tier": "db-custom-3-7680"}, "settings.tier", "3 processors"),
    (t.POSTGRES, {"settings.tier": "db-custom-1-1000"}, "settings.tier", "multiple of 256"),
    (t.POSTGRES, {"settings.tier": "huge"}, "settings.tier", "no tier"),
    (t.POSTGRES, {"settings.tier": "db-perf-optimized-N-2"}, "settings.tier", "only in ENTERPRISE_PLUS"),
    (t.POSTGRES, {"name": "p" * 90}, "name", "with this project use at most 88"),
    (
        t.POSTGRES,
        {"settings.ipConfiguration.privateNetwork": t.GONE},
        "settings.ipConfiguration.privateNetwork",
        "required",
    ),
    (
        t.POSTGRES,
        {"settings.availabilityType": "REGIONAL", "settings.backupConfiguration": {"enabled": True}},
        "settings.backupConfiguration.pointInTimeRecoveryEnabled",
        "REGIONAL",
    ),
    (
        t.POSTGRES,
        {"settings.backupConfiguration.transactionLogRetentionDays": 8},
        "settings.backupConfiguration.transactionLogRetentionDays",
        "1 to 7",
    ),
    (
        t.POSTGRES,
        {"settings.backupConfiguration.backupRetentionSettings.retainedBackups": 3},
        "settings.backupConfiguration.backupRetentionSettings.retainedBackups",
        "less than the 7 days",
    ),
    (t.POSTGRES, {"settings.diskSize": 5}, "settings.diskSize", "10 to"),
    (
        t.POSTGRES,
        {"settings.ipConfiguration.sslMode": "SURE"},
        "settings.ipConfiguration.sslMode",
        "ENCRYPTED_ONLY",
    ),
    (t.POSTGRES, {"databaseVersion": "17"}, "databaseVersion", "POSTGRES_17"),
    (t.DATABASE, {"instance": "other"}, "instance", "names no DatabaseInstance"),
    (t.USER, {"password": t.GONE}, "password", "required"),
    (t.REDIS, {"memorySizeGb": 301}, "memorySizeGb", "1 to 300"),
    (t.REDIS, {"redisVersion": "REDIS_9"}, "redisVersion", "REDIS_7_2"),
    (t.REDIS, {"readReplicasMode": "READ_REPLICAS_ENABLED"}, "readReplicasMode", "STANDARD_HA"),
    (
        t.REDIS,
        {"persistenceConfig": {"persistenceMode": "RDB"}},
        "persistenceConfig.rdbSnapshotPeriod",
        "ONE_HOUR",
    ),
    (t.REDIS, {"tier": "PLUS"}, "tier", "BASIC, STANDARD_HA"),
    # images, files, names
    (t.REPOSITORY, {"repositoryId": "Images"}, "repositoryId", "lower-case"),
    (t.REPOSITORY, {"mode": "REMOTE_REPOSITORY"}, "remoteRepositoryConfig", "REMOTE_REPOSITORY"),
    (
        t.REPOSITORY,
        {"cleanupPolicies": [{"id": "a", "action": "DELETE", "mostRecentVersions": {"keepCount": 5}}]},
        "cleanupPolicies[0].action",
        "KEEP",
    ),
    (
        t.IMAGE,
        {"imageName": f"{t.REGION}-docker.pkg.dev/{t.PROJECT}/nothing/api"},
        "imageName",
        "no repository",
    ),
    (t.BUCKET, {"name": "Files"}, "name", "lower-case"),
    (t.BUCKET, {"name": "google-files"}, "name", "nothing of google"),
    (t.BUCKET, {"storageClass": "COOL"}, "storageClass", "STANDARD"),
    (
        t.BUCKET,
        {"lifecycleRules": [{"action": {"type": "Erase"}, "condition": {"age": 1}}]},
        "lifecycleRules[0].action.type",
        "Delete",
    ),
    (t.OBJECT, {"content": t.GONE}, "source", "exactly one"),
    (t.ZONE, {"dnsName": "prod.ai.internal"}, "dnsName", "ends with a dot"),
    (t.ZONE, {"visibility": "public"}, "visibility", "private"),
    (t.RECORD, {"name": "graph.other.internal."}, "name", "outside the zone"),
    (t.RECORD, {"rrdatas": ["graph"]}, "rrdatas[0]", "no address"),
    (t.RECORD, {"type": "B"}, "type", "use one of"),
    # Cloud Run
    (t.SERVICE, {"name": "a" * 50}, "name", "at most 49"),
    (t.SERVICE, {"template.timeout": "3601s"}, "template.timeout", "at most 3600s"),
    (t.SERVICE, {"template.timeout": "60m"}, "template.timeout", "3600s"),
    (
        t.SERVICE,
        {"template.maxInstanceRequestConcurrency": 1001},
        "template.maxInstanceRequestConcurrency",
        "1000",
    ),
    (
        t.SERVICE,
        {"template.scaling.minInstanceCount": 2},
        "template.scaling.minInstanceCount",
        "more than max",
    ),
    (t.SERVICE, {f"{_CONTAINER}.envs[0].name": "PORT"}, f"{_CONTAINER}.envs[0].name", "reserved"),
    (t.SERVICE, {f"{_CONTAINER}.envs[1].name": "DEBUG"}, f"{_CONTAINER}.envs[1].name", "given twice"),
    (t.SERVICE, {f"{_CONTAINER}.resources.limits.cpu": "3"}, f"{_CONTAINER}.resources.limits.cpu", "1, 2, 4"),
    (
        t.SERVICE,
        {f"{_CONTAINER}.resources.limits.memory": "9Gi"},
        f"{_CONTAINER}.resources.limits.memory",
        "8192Mi",
    ),
    (
        t.SERVICE,
        {f"{_CONTAINER}.resources.limits": {"cpu": "500m", "memory": "512Mi"}},
        f"{_CONTAINER}.resources.limits.cpu",
        "maxInstanceRequestConcurrency 1",
    ),
    (
        t.SERVICE,
        {f"{_CONTAINER}.volumeMounts[0].name": "other"},
        f"{_CONTAINER}.volumeMounts[0].name",
        "no volume",
    ),
    (
        t.SERVICE,
        {f"{_CONTAINER}.startupProbe.timeoutSeconds": 9},
        f"{_CONTAINER}.startupProbe.timeoutSeconds",
        "5",
    ),
    (
        t.SERVICE,
        {f"{_CONTAINER}.startupProbe.periodSeconds": 300},
        f"{_CONTAINER}.startupProbe.periodSeconds",
        "240",
    ),
    (t.SERVICE, {f"{_CONTAINER}.image": "ghcr.io/acme/api"}, f"{_CONTAINER}.image", "no registry"),
    (
        t.SERVICE,
        {f"{_CONTAINER}.image": f"{t.REGION}-docker.pkg.dev/{t.PROJECT}/gone/api"},
        f"{_CONTAINER}.image",
        "does not exist",
    ),
    (
        t.SERVICE,
        {"template.containers[1]": {"image": "docker.io/nginx", "ports": {"containerPort": 80}}},
        "template.containers",
        "exactly one serves",
    ),
    (
        t.SERVICE,
        {f"{_CONTAINER}.envs[1].valueSource.secretKeyRef.version": "2"},
        f"{_CONTAINER}.envs[1].valueSource.secretKeyRef.version",
        "does not exist",
    ),
    (
        t.SERVICE,
        {f"{_CONTAINER}.envs[1].valueSource.secretKeyRef.secret": "other"},
        f"{_CONTAINER}.envs[1].valueSource.secretKeyRef.secret",
        "names no Secret",
    ),
    (
        t.SERVICE,
        {"template.vpcAccess.networkInterfaces[0].subnetwork": "small"},
        "template.vpcAccess.networkInterfaces[0].subnetwork",
        "names no Subnetwork",
    ),
    (t.SERVICE, {"traffics[0].percent": 90}, "traffics", "must come to 100"),
    (t.SERVICE, {"template.vpcAccess.egress": "NONE"}, "template.vpcAccess.egress", "PRIVATE_RANGES_ONLY"),
    # what calls it and what is in front of it
    (t.JOB, {"schedule": "daily"}, "schedule", "five fields"),
    (t.JOB, {"timeZone": "Europe/Atlantis"}, "timeZone", "no time zone"),
    (t.JOB, {"attemptDeadline": "1801s"}, "attemptDeadline", "15s to 1800s"),
    (t.JOB, {"httpTarget": t.GONE}, "httpTarget", "exactly one"),
    (t.GROUP, {"cloudRun": t.GONE}, "cloudRun", "exactly one"),
    (t.GROUP, {"cloudRun.service": "other"}, "cloudRun.service", "names no Service"),
    (t.ARMOR, {"rules[0].priority": 1}, "rules", "must be the default"),
    (t.BACKEND, {"timeoutSec": 60}, "timeoutSec", "serverless"),
    (t.BACKEND, {"securityPolicy": "none"}, "securityPolicy", "names no SecurityPolicy"),
    (t.ROUTES, {"defaultService": t.GONE}, "defaultService", "exactly one"),
    (t.ROUTES, {"hostRules[0].pathMatcher": "some"}, "hostRules[0].pathMatcher", "no path matcher"),
    (
        t.ROUTES,
        {"pathMatchers[0].pathRules[0].paths[0]": "api/*"},
        "pathMatchers[0].pathRules[0].paths[0]",
        "begin",
    ),
    (t.CERTIFICATE, {"managed.domains": ["*.example.com"]}, "managed.domains[0]", "a domain like"),
    (t.HTTPS, {"sslCertificates": t.GONE}, "sslCertificates", "required"),
    (t.RULE, {"loadBalancingScheme": "EXTERNAL"}, "loadBalancingScheme", "give both the same"),
    (t.RULE, {"portRange": t.GONE}, "portRange", "required"),
    # clusters, their keys and their certificates
    (t.KEY, {"rotationPeriod": "3600s"}, "rotationPeriod", "at least a day"),
    (t.KEY, {"rotationPeriod": "90d"}, "rotationPeriod", "wrong form"),
    (t.KEY, {"keyRing": "other"}, "keyRing", "names no KeyRing"),
    (t.CLUSTER, {"location": t.GONE}, "location", "is required"),
    (t.CLUSTER, {"location": "us-central1"}, "subnetwork", "use one of its region"),
    (t.CLUSTER, {"name": "n" * 41}, "name", "at most 40"),
    (t.CLUSTER, {"initialNodeCount": 1}, "initialNodeCount", "Google's to decide"),
    (t.CLUSTER, {"enableIntranodeVisibility": True}, "enableIntranodeVisibility", "Google's to decide"),
    (t.CLUSTER, {"clusterAutoscaling": {"enabled": True}}, "clusterAutoscaling.enabled", "Google's"),
    (t.CLUSTER, {"releaseChannel.channel": "UNSPECIFIED"}, "releaseChannel.channel", "in Autopilot"),
    (t.CLUSTER, {"releaseChannel.channel": "SLOW"}, "releaseChannel.channel", "use one of"),
    (t.CLUSTER, {"networkingMode": "ROUTES"}, "networkingMode", "VPC_NATIVE"),
    (t.CLUSTER, {"enableAutopilot": False}, "initialNodeCount", "is required"),
    (
        t.CLUSTER,
        {"ipAllocationPolicy.clusterSecondaryRangeName": "pod"},
        "ipAllocationPolicy.clusterSecondaryRangeName",
        "it has pods, services",
    ),
    (
        t.CLUSTER,
        {"ipAllocationPolicy.clusterIpv4CidrBlock": "/17"},
        "ipAllocationPolicy.clusterIpv4CidrBlock",
        "use one of them",
    ),
    (
        t.CLUSTER,
        {"privateClusterConfig": {"masterIpv4CidrBlock": "172.16.0.0/24"}},
        "privateClusterConfig.masterIpv4CidrBlock",
        "/28",
    ),
    (
        t.CLUSTER,
        {"maintenancePolicy.recurringWindow.endTime": "2026-01-03T03:00:00Z"},
        "maintenancePolicy.recurringWindow.endTime",
        "at least 4",
    ),
    (
        t.CLUSTER,
        {"maintenancePolicy.recurringWindow.recurrence": "FREQ=WEEKLY;BYDAY=SU"},
        "maintenancePolicy.recurringWindow.recurrence",
        "48 are needed",
    ),
    (
        t.CLUSTER,
        {"maintenancePolicy.recurringWindow.recurrence": "at night"},
        "maintenancePolicy.recurringWindow.recurrence",
        "FREQ=WEEKLY",
    ),
    (t.CLUSTER, {"databaseEncryption.keyName": t.GONE}, "databaseEncryption.keyName", "name a key"),
    (
        t.CLUSTER,
        {"workloadIdentityConfig": {"workloadPool": "other.svc.id.goog"}},
        "workloadIdentityConfig.workloadPool",
        "can only be",
    ),
    (
        t.SUBNET,
        {"secondaryIpRanges[1].ipCidrRange": "10.40.8.0/24"},
        "secondaryIpRanges[1].ipCidrRange",
        "overlaps",
    ),
    (t.PROOF, {"domain": "*.example.com"}, "domain", "a domain like"),
    (t.PROOF, {"type": "BY_MAIL"}, "type", "FIXED_RECORD"),
    (t.SIGNED, {"managed.domains": ["www.example.com"]}, "managed.domains[0]", "proven by none"),
    (
        t.SIGNED,
        {"managed.domains": ["*.example.com"], "managed.dnsAuthorizations": t.GONE},
        "managed.domains[0]",
        "authorisation by DNS",
    ),
    (t.SIGNED, {"managed": t.GONE}, "managed", "exactly one"),
    (t.ENTRY, {"matcher": "PRIMARY"}, "hostname", "exactly one"),
    (t.ENTRY, {"map": "none"}, "map", "names no CertificateMap"),
    # alerts
    (t.ALERT, {"combiner": "XOR"}, "combiner", "use one of AND"),
    (t.ALERT, {"severity": "FATAL"}, "severity", "CRITICAL"),
    (t.ALERT, {f"{_PROMQL}.query": "sum(rate(a[5m]) > 1"}, f"{_PROMQL}.query", "not closed"),
    (t.ALERT, {f"{_PROMQL}.query": 'a{b="c} > 1'}, f"{_PROMQL}.query", "not closed"),
    (t.ALERT, {f"{_PROMQL}.evaluationInterval": "45s"}, f"{_PROMQL}.evaluationInterval", "multiple of 30s"),
    (t.ALERT, {f"{_PROMQL}.duration": "2m"}, f"{_PROMQL}.duration", "seconds like"),
    (t.ALERT, {f"{_PROMQL}.alertRule": "Two words"}, f"{_PROMQL}.alertRule", "no name of a rule"),
    (
        t.ALERT,
        {f"{_PROMQL}.disableMetricValidation": t.GONE},
        f"{_PROMQL}.disableMetricValidation",
        "not there before",
    ),
    (
        t.ALERT,
        {"conditions[1]": {"displayName": "x", "conditionAbsent": {"duration": "60s"}}},
        "conditions",
        "only",
    ),
    (t.ALERT, {_PROMQL: t.GONE}, "conditions[0]", "exactly one of"),
    (t.ALERT, {"alertStrategy.autoClose": "60s"}, "alertStrategy.autoClose", "1800s"),
    (t.ALERT, {"documentation.links[0].url": "docs/x.md"}, "documentation.links[0].url", "no address"),
    # what is not Google's
    (t.PASSWORD, {"length": 0}, "length", "1 to"),
    (t.PASSWORD, {"length": 4, "minUpper": 5}, "length", "less than the 5"),
    (t.SLEEP, {"createDuration": "soon"}, "createDuration", "60s"),
    (t.VARIABLE, {"targets": ["staging"]}, "targets[0]", "production"),
    (t.VARIABLE, {"targets": ["development"], "sensitive": True}, "sensitive", "must be false"),
    (t.VARIABLE, {"key": "1KEY"}, "key", "beginning with no digit"),
    (t.API, {"service": "run"}, "service", "run.googleapis.com"),
]


@pytest.mark.parametrize("type_token", t.RIGHT)
def test_a_right_resource_of_each_type_is_made(type_token: str) -> None:
    cloud = t.town(until=type_token)

    identity, state = t.make(cloud, type_token, t.RIGHT[type_token])

    assert identity
    assert (
        state.items()
        >= {key: value for key, value in t.RIGHT[type_token].items() if key in ("name", "size")}.items()
    )


@pytest.mark.parametrize(("type_token", "changes", "path", "words"), REFUSED)
def test_what_the_real_cloud_refuses_is_refused_at_its_property(
    type_token: str, changes: dict[str, Any], path: str, words: str
) -> None:
    cloud = t.town(until=type_token)

    inputs, failures = cloud.check(type_token, t.urn(type_token), None, t.changed(type_token, changes))
    found = failures or cloud.refusals(type_token, t.urn(type_token), inputs)

    assert [reason for at, reason in found if at == path and words in reason], found


def test_every_type_with_rules_of_its_own_is_in_the_town_or_is_named_here() -> None:
    others = {
        "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
        "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
        "gcp:compute/attachedDisk:AttachedDisk",
        "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment",
        "gcp:compute/sSLPolicy:SSLPolicy",
        "gcp:compute/targetHttpProxy:TargetHttpProxy",
        "gcp:dns/policy:Policy",
        "gcp:kms/keyRingIAMMember:KeyRingIAMMember",
        "gcp:monitoring/notificationChannel:NotificationChannel",
        "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:serviceaccount/iAMMember:IAMMember",
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        "random:index/randomString:RandomString",
    }

    ours = {token for token in RULES if not token.startswith("kubernetes:")}
    assert ours - t.RIGHT.keys() == others
