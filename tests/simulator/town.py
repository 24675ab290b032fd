"""A small town in the simulated cloud: one right resource of each type."""

from __future__ import annotations

import copy
import re
from typing import Any

from simulator.cloud import Cloud
from simulator.rules import RULES

PROJECT = "acme-prod"
REGION = "europe-west1"
GONE = object()
"""In a change: the property is taken away."""

NETWORK = "gcp:compute/network:Network"
SUBNET = "gcp:compute/subnetwork:Subnetwork"
RANGE = "gcp:compute/globalAddress:GlobalAddress"
CONNECTION = "gcp:servicenetworking/connection:Connection"
ADDRESS = "gcp:compute/address:Address"
FIREWALL = "gcp:compute/firewall:Firewall"
ROUTER = "gcp:compute/router:Router"
NAT = "gcp:compute/routerNat:RouterNat"
DISK = "gcp:compute/disk:Disk"
MACHINE = "gcp:compute/instance:Instance"
SCHEDULE = "gcp:compute/resourcePolicy:ResourcePolicy"
ACCOUNT = "gcp:serviceaccount/account:Account"
SECRET = "gcp:secretmanager/secret:Secret"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
GRANT = "gcp:secretmanager/secretIamMember:SecretIamMember"
POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
DATABASE = "gcp:sql/database:Database"
USER = "gcp:sql/user:User"
REDIS = "gcp:redis/instance:Instance"
REPOSITORY = "gcp:artifactregistry/repository:Repository"
IMAGE = "docker:index/image:Image"
BUCKET = "gcp:storage/bucket:Bucket"
OBJECT = "gcp:storage/bucketObject:BucketObject"
ZONE = "gcp:dns/managedZone:ManagedZone"
RECORD = "gcp:dns/recordSet:RecordSet"
SERVICE = "gcp:cloudrunv2/service:Service"
JOB = "gcp:cloudscheduler/job:Job"
GROUP = "gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup"
ARMOR = "gcp:compute/securityPolicy:SecurityPolicy"
BACKEND = "gcp:compute/backendService:BackendService"
ROUTES = "gcp:compute/uRLMap:URLMap"
CERTIFICATE = "gcp:compute/managedSslCertificate:ManagedSslCertificate"
HTTPS = "gcp:compute/targetHttpsProxy:TargetHttpsProxy"
RULE = "gcp:compute/globalForwardingRule:GlobalForwardingRule"
CHECK = "gcp:compute/healthCheck:HealthCheck"
TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate"
FLEET = "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager"
PRIVATE_BACKEND = "gcp:compute/regionBackendService:RegionBackendService"
PRIVATE_RULE = "gcp:compute/forwardingRule:ForwardingRule"
PASSWORD = "random:index/randomPassword:RandomPassword"
IDENTITY = "random:index/randomId:RandomId"
SLEEP = "time:index/sleep:Sleep"
VARIABLE = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable"
API = "gcp:projects/service:Service"
RING = "gcp:kms/keyRing:KeyRing"
KEY = "gcp:kms/cryptoKey:CryptoKey"
AGENT = "gcp:projects/serviceIdentity:ServiceIdentity"
KEY_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
CLUSTER = "gcp:container/cluster:Cluster"
ALERT = "gcp:monitoring/alertPolicy:AlertPolicy"
PROOF = "gcp:certificatemanager/dnsAuthorization:DnsAuthorization"
SIGNED = "gcp:certificatemanager/certificate:Certificate"
MAP = "gcp:certificatemanager/certificateMap:CertificateMap"
ENTRY = "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry"

_NET = f"projects/{PROJECT}/global/networks/net"
_EMAIL = f"api@{PROJECT}.iam.gserviceaccount.com"
_IMAGES = f"{REGION}-docker.pkg.dev/{PROJECT}/images"
_HERE = {"project": PROJECT, "region": REGION}
_KEY = f"projects/{PROJECT}/locations/{REGION}/keyRings/ring/cryptoKeys/secrets"
_COMPUTE = "https://www.googleapis.com/compute/v1"

RIGHT: dict[str, dict[str, Any]] = {
    API: {"project": PROJECT, "service": "run.googleapis.com", "disableOnDestroy": False},
    NETWORK: {"project": PROJECT, "name": "net", "autoCreateSubnetworks": False},
    SUBNET: {
        **_HERE,
        "name": "egress",
        "network": _NET,
        "ipCidrRange": "10.10.0.0/26",
        "secondaryIpRanges": [
            {"rangeName": "pods", "ipCidrRange": "10.40.0.0/16"},
            {"rangeName": "services", "ipCidrRange": "10.41.0.0/20"},
        ],
    },
    RANGE: {
        "project": PROJECT,
        "name": "services",
        "network": _NET,
        "purpose": "VPC_PEERING",
        "addressType": "INTERNAL",
        "address": "10.20.0.0",
        "prefixLength": 16,
    },
    CONNECTION: {
        "network": _NET,
        "service": "servicenetworking.googleapis.com",
        "reservedPeeringRanges": ["services"],
    },
    ADDRESS: {**_HERE, "name": "graph", "subnetwork": "egress", "addressType": "INTERNAL"},
    FIREWALL: {
        "project": PROJECT,
        "name": "graph",
        "network": _NET,
        "sourceRanges": ["10.10.0.0/26"],
        "allows": [{"protocol": "tcp", "ports": ["6379"]}],
    },
    ROUTER: {**_HERE, "name": "router", "network": _NET},
    NAT: {
        **_HERE,
        "name": "nat",
        "router": "router",
        "natIpAllocateOption": "AUTO_ONLY",
        "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
    },
    ACCOUNT: {"project": PROJECT, "accountId": "api-account", "displayName": "API"},
    SECRET: {"project": PROJECT, "secretId": "openai", "replication": {"auto": {}}},
    VERSION: {"secret": f"projects/{PROJECT}/secrets/openai", "secretData": "sk-1"},
    GRANT: {
        "project": PROJECT,
        "secretId": "openai",
        "role": "roles/secretmanager.secretAccessor",
        "member": f"serviceAccount:api-account@{PROJECT}.iam.gserviceaccount.com",
    },
    SCHEDULE: {
        **_HERE,
        "name": "daily",
        "snapshotSchedulePolicy": {
            "schedule": {"dailySchedule": {"daysInCycle": 1, "startTime": "03:00"}},
            "retentionPolicy": {"maxRetentionDays": 14},
        },
    },
    DISK: {"project": PROJECT, "zone": f"{REGION}-b", "name": "data", "type": "pd-balanced", "size": 20},
    MACHINE: {
        "project": PROJECT,
        "zone": f"{REGION}-b",
        "name": "graph",
        "machineType": "e2-standard-2",
        "bootDisk": {"initializeParams": {"image": "cos-cloud/cos-stable"}},
        "networkInterfaces": [{"subnetwork": "egress", "networkIp": "10.10.0.10"}],
        "attachedDisks": [{"source": "data", "deviceName": "data"}],
        "serviceAccount": {
            "email": f"api-account@{PROJECT}.iam.gserviceaccount.com",
            "scopes": ["cloud-platform"],
        },
    },
    POSTGRES: {
        **_HERE,
        "name": "pg",
        "databaseVersion": "POSTGRES_17",
        "deletionProtection": False,
        "settings": {
            "edition": "ENTERPRISE",
            "tier": "db-custom-1-3840",
            "diskSize": 20,
            "ipConfiguration": {"ipv4Enabled": False, "privateNetwork": _NET},
            "backupConfiguration": {
                "enabled": True,
                "pointInTimeRecoveryEnabled": True,
                "transactionLogRetentionDays": 7,
                "backupRetentionSettings": {"retainedBackups": 14},
            },
        },
    },
    DATABASE: {"project": PROJECT, "instance": "pg", "name": "axis_eval"},
    USER: {"project": PROJECT, "instance": "pg", "name": "eval", "password": "abc"},
    REDIS: {
        **_HERE,
        "name": "cache",
        "memorySizeGb": 1,
        "authorizedNetwork": _NET,
        "connectMode": "PRIVATE_SERVICE_ACCESS",
        "transitEncryptionMode": "SERVER_AUTHENTICATION",
        "authEnabled": True,
        "redisVersion": "REDIS_7_2",
    },
    REPOSITORY: {"project": PROJECT, "location": REGION, "repositoryId": "images", "format": "DOCKER"},
    IMAGE: {"imageName": f"{_IMAGES}/api:dev", "build": {"context": ".", "platform": "linux/amd64"}},
    BUCKET: {
        "project": PROJECT,
        "name": "acme-prod-files",
        "location": "EU",
        "publicAccessPrevention": "enforced",
    },
    OBJECT: {"bucket": "acme-prod-files", "name": "duckdb.yaml", "content": "duckdb: {}"},
    ZONE: {
        "project": PROJECT,
        "name": "internal",
        "dnsName": "prod.ai.internal.",
        "visibility": "private",
        "privateVisibilityConfig": {"networks": [{"networkUrl": _NET}]},
    },
    RECORD: {
        "project": PROJECT,
        "managedZone": "internal",
        "name": "graph.prod.ai.internal.",
        "type": "A",
        "ttl": 60,
        "rrdatas": ["10.10.0.10"],
    },
    SERVICE: {
        "project": PROJECT,
        "location": REGION,
        "name": "api",
        "deletionProtection": False,
        "template": {
            "serviceAccount": f"api-account@{PROJECT}.iam.gserviceaccount.com",
            "timeout": "3600s",
            "maxInstanceRequestConcurrency": 200,
            "scaling": {"minInstanceCount": 1, "maxInstanceCount": 1},
            "vpcAccess": {
                "egress": "PRIVATE_RANGES_ONLY",
                "networkInterfaces": [{"network": _NET, "subnetwork": "egress"}],
            },
            "containers": [
                {
                    "image": f"{_IMAGES}/api@sha256:{'0' * 64}",
                    "ports": {"containerPort": 8500},
                    "resources": {"limits": {"cpu": "2", "memory": "4Gi"}, "cpuIdle": False},
                    "envs": [
                        {"name": "DEBUG", "value": "false"},
                        {
                            "name": "OPENAI_API_KEY",
                            "valueSource": {"secretKeyRef": {"secret": "openai", "version": "1"}},
                        },
                    ],
                    "volumeMounts": [{"name": "scratch", "mountPath": "/data"}],
                    "startupProbe": {"httpGet": {"path": "/"}, "periodSeconds": 5, "timeoutSeconds": 4},
                }
            ],
            "volumes": [{"name": "scratch", "emptyDir": {"medium": "MEMORY"}}],
        },
        "traffics": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
    },
    JOB: {
        **_HERE,
        "name": "sync",
        "schedule": "0 3 * * *",
        "timeZone": "Europe/Berlin",
        "httpTarget": {
            "uri": "https://api.example.com/sync",
            "httpMethod": "POST",
            "oidcToken": {"serviceAccountEmail": f"api-account@{PROJECT}.iam.gserviceaccount.com"},
        },
    },
    GROUP: {**_HERE, "name": "api", "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "api"}},
    ARMOR: {
        "project": PROJECT,
        "name": "armor",
        "rules": [
            {
                "action": "allow",
                "priority": 2147483647,
                "match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}},
            }
        ],
    },
    BACKEND: {
        "project": PROJECT,
        "name": "api",
        "loadBalancingScheme": "EXTERNAL_MANAGED",
        "securityPolicy": "armor",
        "backends": [{"group": f"{_COMPUTE}/projects/{PROJECT}/regions/{REGION}/networkEndpointGroups/api"}],
    },
    ROUTES: {
        "project": PROJECT,
        "name": "routes",
        "defaultService": "api",
        "hostRules": [{"hosts": ["*"], "pathMatcher": "all"}],
        "pathMatchers": [
            {"name": "all", "defaultService": "api", "pathRules": [{"paths": ["/api/*"], "service": "api"}]}
        ],
    },
    CERTIFICATE: {"project": PROJECT, "name": "certificate", "managed": {"domains": ["api.example.com"]}},
    HTTPS: {"project": PROJECT, "name": "https", "urlMap": "routes", "sslCertificates": ["certificate"]},
    RULE: {
        "project": PROJECT,
        "name": "https",
        "target": "https",
        "portRange": "443",
        "loadBalancingScheme": "EXTERNAL_MANAGED",
    },
    CHECK: {"project": PROJECT, "name": "check", "httpsHealthCheck": {"port": 443, "requestPath": "/health"}},
    TEMPLATE: {
        **_HERE,
        "name": "template",
        "machineType": "e2-small",
        "disks": [{"boot": True, "sourceImage": "ubuntu-os-cloud/ubuntu-2404-lts-amd64"}],
        "networkInterfaces": [{"subnetwork": "egress"}],
    },
    FLEET: {
        **_HERE,
        "name": "fleet",
        "baseInstanceName": "fleet",
        "versions": [{"instanceTemplate": "template"}],
        "distributionPolicyZones": [f"{REGION}-b"],
        "updatePolicy": {
            "type": "PROACTIVE",
            "minimalAction": "REFRESH",
            "maxSurgeFixed": 1,
            "maxUnavailableFixed": 0,
        },
        "autoHealingPolicies": {"healthCheck": "check", "initialDelaySec": 300},
    },
    PRIVATE_BACKEND: {
        **_HERE,
        "name": "private",
        "loadBalancingScheme": "INTERNAL",
        "protocol": "TCP",
        "backends": [{"group": f"{_COMPUTE}/projects/{PROJECT}/regions/{REGION}/instanceGroups/fleet"}],
        "healthChecks": "check",
    },
    PRIVATE_RULE: {
        **_HERE,
        "name": "private",
        "loadBalancingScheme": "INTERNAL",
        "backendService": "private",
        "subnetwork": "egress",
        "ports": ["443"],
    },
    RING: {"project": PROJECT, "location": REGION, "name": "ring"},
    KEY: {
        "keyRing": f"projects/{PROJECT}/locations/{REGION}/keyRings/ring",
        "name": "secrets",
        "rotationPeriod": "7776000s",
    },
    AGENT: {"project": PROJECT, "service": "container.googleapis.com"},
    KEY_GRANT: {
        "cryptoKeyId": _KEY,
        "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        "member": "serviceAccount:service-1@container-engine-robot.iam.gserviceaccount.com",
    },
    CLUSTER: {
        "project": PROJECT,
        "location": REGION,
        "name": "main",
        "enableAutopilot": True,
        "deletionProtection": False,
        "network": _NET,
        "subnetwork": "egress",
        "ipAllocationPolicy": {
            "clusterSecondaryRangeName": "pods",
            "servicesSecondaryRangeName": "services",
        },
        "databaseEncryption": {"state": "ENCRYPTED", "keyName": _KEY},
        "releaseChannel": {"channel": "REGULAR"},
        "maintenancePolicy": {
            "recurringWindow": {
                "startTime": "2026-01-03T01:00:00Z",
                "endTime": "2026-01-03T07:00:00Z",
                "recurrence": "FREQ=WEEKLY;BYDAY=SA,SU",
            }
        },
    },
    PROOF: {"project": PROJECT, "name": "api", "domain": "api.example.com", "type": "PER_PROJECT_RECORD"},
    SIGNED: {
        "project": PROJECT,
        "name": "api",
        "managed": {
            "domains": ["api.example.com"],
            "dnsAuthorizations": [f"projects/{PROJECT}/locations/global/dnsAuthorizations/api"],
        },
    },
    MAP: {"project": PROJECT, "name": "map"},
    ENTRY: {
        "project": PROJECT,
        "name": "api",
        "map": "map",
        "hostname": "api.example.com",
        "certificates": [f"projects/{PROJECT}/locations/global/certificates/api"],
    },
    ALERT: {
        "project": PROJECT,
        "displayName": "Errors",
        "combiner": "OR",
        "severity": "ERROR",
        "conditions": [
            {
                "displayName": "Errors",
                "conditionPrometheusQueryLanguage": {
                    "query": 'sum(rate(llm_gateway_errors_total{type="provider"}[5m])) > 1',
                    "duration": "120s",
                    "evaluationInterval": "60s",
                    "alertRule": "Errors",
                    "disableMetricValidation": True,
                },
            }
        ],
        "alertStrategy": {"autoClose": "86400s"},
        "documentation": {"content": "Look.", "links": [{"url": "https://docs.example.com"}]},
    },
    PASSWORD: {"length": 32, "special": False},
    IDENTITY: {"byteLength": 4},
    SLEEP: {"createDuration": "60s"},
    VARIABLE: {
        "projectId": "prj_1",
        "key": "NEXT_PUBLIC_API_URL",
        "value": "https://api",
        "targets": ["production"],
        "sensitive": False,
    },
}
"""One right resource of each type, in an order in which they can be made."""


def urn(type_token: str, name: str = "it") -> str:
    return f"urn:pulumi:prod::ai-platform::{type_token}::{name}"


def town(*, until: str | None = None) -> Cloud:
    """A cloud with one right resource of each type, or of each before `until`."""
    cloud = Cloud(existing={rules.api for rules in RULES.values() if rules.api})
    for type_token, inputs in RIGHT.items():
        if type_token == until:
            break
        make(cloud, type_token, inputs)
    return cloud


def make(
    cloud: Cloud, type_token: str, inputs: dict[str, Any], name: str = "it"
) -> tuple[str, dict[str, Any]]:
    checked, failures = cloud.check(type_token, urn(type_token, name), None, inputs)
    assert not failures, failures
    return cloud.create(type_token, urn(type_token, name), checked)


def changed(type_token: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The right inputs of a type with `changes`: a path to a value, or to `GONE`."""
    return with_changes(RIGHT[type_token], changes)


def with_changes(right: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Right inputs with `changes`, likewise."""
    inputs = copy.deepcopy(right)
    for path, value in changes.items():
        *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]
        place: Any = inputs
        for step in way:
            place = place[step] if isinstance(step, int) else place.setdefault(step, {})
        if value is GONE:
            del place[last]
        elif isinstance(last, int) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return inputs
