"""Memorystore for Redis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.rules.common import network_reference, project_number
from simulator.rules.model import Name, Need, Refusal, Request, TypeRules, words
from simulator.rules.sql import certificate, private_access, private_address

_VERSIONS = words("REDIS_3_2 REDIS_4_0 REDIS_5_0 REDIS_6_X REDIS_7_0 REDIS_7_2")
_PLAIN_PORT, _TLS_PORT = 6379, 6378


def _wrong(asked: Request) -> Iterable[Refusal]:
    highly_available = asked.get("tier", "BASIC") == "STANDARD_HA"
    if asked.get("readReplicasMode") == "READ_REPLICAS_ENABLED":
        if not highly_available or (asked.get("memorySizeGb") or 0) < 5:
            yield "readReplicasMode", "needs tier STANDARD_HA and at least 5 GB"
    elif (asked.get("replicaCount") or 0) > 1:
        yield "replicaCount", "more than 1 needs readReplicasMode READ_REPLICAS_ENABLED"
    if not highly_available and asked.get("alternativeLocationId"):
        yield "alternativeLocationId", "is for tier STANDARD_HA"
    persistence = asked.get("persistenceConfig") or {}
    if persistence.get("persistenceMode") == "RDB" and "rdbSnapshotPeriod" not in persistence:
        yield "persistenceConfig.rdbSnapshotPeriod", "is required with persistenceMode RDB; use ONE_HOUR"
    if (
        asked.get("maintenancePolicy")
        and len(asked.every("maintenancePolicy.weeklyMaintenanceWindows[]")) > 1
    ):
        yield "maintenancePolicy.weeklyMaintenanceWindows", "has more than one window; give one"


def _needs_connection(asked: Request) -> Iterable[Need]:
    return (
        private_access(asked, "authorizedNetwork")
        if asked.get("connectMode") == "PRIVATE_SERVICE_ACCESS"
        else ()
    )


def _instance(asked: Request) -> dict[str, Any]:
    encrypted = asked.get("transitEncryptionMode") == "SERVER_AUTHENTICATION"
    port = _TLS_PORT if encrypted else _PLAIN_PORT
    host = private_address(asked, "authorizedNetwork")
    zone = asked.get("locationId") or asked.zone
    authority = certificate(asked)
    authorities = [
        {
            **{key: authority[key] for key in ("cert", "createTime", "sha1Fingerprint")},
            "expireTime": authority["expirationTime"],
            "serialNumber": "0",
        }
    ]
    return {
        "region": asked.region,
        "host": host,
        "port": port,
        "readEndpoint": "",
        "readEndpointPort": 0,
        "currentLocationId": zone,
        "locationId": zone,
        "authString": asked.digest("auth")[:36] if asked.get("authEnabled") else "",
        "serverCaCerts": authorities if encrypted else [],
        "nodes": [],
        "maintenanceSchedules": [],
        "effectiveReservedIpRange": asked.get("reservedIpRange") or "",
        "persistenceIamIdentity": f"serviceAccount:{project_number(asked)}-redis@gcp-sa.gserviceaccount.com",
    }


RULES: dict[str, TypeRules] = {
    "gcp:redis/instance:Instance": TypeRules(
        name=Name(
            pattern=r"[a-z][a-z0-9-]*[a-z0-9]",
            says="lower-case letters, digits and hyphens, beginning with a letter",
            limit=41,
        ),
        api="redis.googleapis.com",
        values={"redisVersion": _VERSIONS},
        ranges={"memorySizeGb": (1, 300), "replicaCount": (0, 5)},
        defaults={
            "tier": "BASIC",
            "connectMode": "DIRECT_PEERING",
            "redisVersion": "REDIS_7_0",
            "transitEncryptionMode": "DISABLED",
            "authEnabled": False,
            "replicaCount": 0,
            "readReplicasMode": "READ_REPLICAS_DISABLED",
        },
        references=(network_reference("authorizedNetwork"),),
        needs=_needs_connection,
        replaces=words(
            "alternativeLocationId authorizedNetwork connectMode customerManagedKey locationId name project",
            "region reservedIpRange tier transitEncryptionMode",
        ),
        protections={"deletionProtection": (True, False)},
        identity=lambda asked: f"projects/{asked.project}/locations/{asked.region}/instances/{asked.name}",
        computed=_instance,
        wrong=_wrong,
    ),
}
