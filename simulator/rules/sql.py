"""Cloud SQL: instances, databases and users."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from simulator.rules.common import (
    CONNECTION,
    GLOBAL_ADDRESS,
    NETWORK,
    network_reference,
    pick,
    project_number,
    public_address,
)
from simulator.rules.model import Name, Need, Reference, Refusal, Request, Stored, TypeRules, words
from simulator.rules.sql_tier import edition, tier_refusals

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
_LONGEST_WITH_PROJECT = 97
_SSL_MODES = ("ALLOW_UNENCRYPTED_AND_ENCRYPTED", "ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED")


def _instance_wrong(asked: Request) -> Iterable[Refusal]:
    if "settings" not in asked.inputs:
        yield "settings", "is required for an instance that is no clone; give a tier"
        return
    if asked.get("settings.tier") is not None:
        yield from tier_refusals(asked)
    name, most = str(asked.get("name") or ""), _LONGEST_WITH_PROJECT - len(asked.project)
    if len(name) > most:
        yield "name", f"{name!r} has {len(name)} characters; with this project use at most {most}"
    yield from _reachable(asked)
    yield from _backup_wrong(asked)


def _reachable(asked: Request) -> Iterable[Refusal]:
    at = "settings.ipConfiguration"
    configuration = asked.get(at)
    if configuration is None or configuration.get("ipv4Enabled", True):
        return
    if "privateNetwork" not in configuration and not configuration.get("pscConfigs"):
        yield (
            f"{at}.privateNetwork",
            "is required where ipv4Enabled is false, or nothing reaches the instance",
        )


def _backup_wrong(asked: Request) -> Iterable[Refusal]:
    at = "settings.backupConfiguration"
    backup = asked.get(at) or {}
    postgres = str(asked.get("databaseVersion")).startswith("POSTGRES")
    if asked.get("settings.availabilityType") == "REGIONAL":
        if not backup.get("enabled"):
            yield f"{at}.enabled", "must be true for availabilityType REGIONAL"
        if postgres and not backup.get("pointInTimeRecoveryEnabled"):
            yield f"{at}.pointInTimeRecoveryEnabled", "must be true for availabilityType REGIONAL"
    if backup.get("pointInTimeRecoveryEnabled") and not backup.get("enabled"):
        yield f"{at}.enabled", "must be true for point-in-time recovery"
    if postgres and backup.get("binaryLogEnabled"):
        yield f"{at}.binaryLogEnabled", "is for MySQL; use pointInTimeRecoveryEnabled"
    most = 35 if edition(asked) == "ENTERPRISE_PLUS" else 7
    days, kept = backup.get("transactionLogRetentionDays"), (backup.get("backupRetentionSettings") or {})
    if days is not None and not 1 <= days <= most:
        yield f"{at}.transactionLogRetentionDays", f"{days} is out of range; use 1 to {most}"
    backups = kept.get("retainedBackups")
    if days is not None and backups is not None and backups < days:
        yield (
            f"{at}.backupRetentionSettings.retainedBackups",
            f"{backups} is less than the {days} days of logs",
        )


def _needs_connection(asked: Request) -> Iterable[Need]:
    return private_access(asked, "settings.ipConfiguration.privateNetwork")


def private_access(asked: Request, path: str) -> Iterable[Need]:
    """An instance inside a network that the program makes waits for the network's connection to services."""
    network = asked.target(path, NETWORK)
    if network is None:
        return
    there = [
        one for one in asked.world.all(CONNECTION) if asked.world.find(one.get("network"), NETWORK) is network
    ]
    reason = "the network has no private services connection yet; pass an output that waits for it"
    yield Need(property=path, found=there[0] if there else None, reason=reason)


def private_address(asked: Request, path: str) -> str:
    """An address out of the range that the network's connection reserves."""
    network = asked.target(path, NETWORK)
    reserved = [
        asked.world.find(name, GLOBAL_ADDRESS)
        for one in asked.world.all(CONNECTION)
        if network is not None and asked.world.find(one.get("network"), NETWORK) is network
        for name in one.get("reservedPeeringRanges") or ()
    ]
    ranges = [one for one in reserved if one is not None]
    text = f"{ranges[0].get('address')}/{ranges[0].get('prefixLength')}" if ranges else "10.200.0.0/16"
    return pick(asked, ipaddress.IPv4Network(text), set())


def _instance(asked: Request) -> dict[str, Any]:
    private = asked.get("settings.ipConfiguration.privateNetwork")
    public = (asked.get("settings.ipConfiguration") or {}).get("ipv4Enabled", True)
    inside = private_address(asked, "settings.ipConfiguration.privateNetwork") if private else ""
    outside = public_address(asked) if public else ""
    kinds = [("PRIMARY", outside), ("PRIVATE", inside)]
    addresses = [
        {"type": kind, "ipAddress": address, "timeToRetire": ""} for kind, address in kinds if address
    ]
    return {
        "region": asked.region,
        "connectionName": f"{asked.project}:{asked.region}:{asked.name}",
        "selfLink": f"https://sqladmin.googleapis.com/sql/v1beta4/projects/{asked.project}/instances/{asked.name}",
        "firstIpAddress": outside or inside,
        "privateIpAddress": inside,
        "publicIpAddress": outside,
        "ipAddresses": addresses,
        "dnsName": "",
        "instanceType": "CLOUD_SQL_INSTANCE",
        "maintenanceVersion": f"{asked.get('databaseVersion')}.R20260101.00_00",
        "serviceAccountEmailAddress": f"p{project_number(asked)}-x@gcp-sa-cloud-sql.iam.gserviceaccount.com",
        "serverCaCerts": [certificate(asked)],
    }


def certificate(asked: Request) -> dict[str, str]:
    """A certificate authority: text of the right form, and no certificate of anything."""
    lines = "\n".join(asked.digest("certificate", line) for line in range(12))
    return {
        "cert": f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n",
        "commonName": "C=US,O=Google\\, Inc,CN=Google Cloud SQL Server CA",
        "createTime": "2026-01-01T00:00:00Z",
        "expirationTime": "2035-12-30T00:00:00Z",
        "sha1Fingerprint": asked.digest("fingerprint", length=40),
    }


def _user_wrong(asked: Request) -> Iterable[Refusal]:
    if asked.get("type", "BUILT_IN") == "BUILT_IN":
        if not any(name in asked.inputs for name in ("password", "passwordWo")):
            yield "password", "is required for a user that is no IAM identity"
    elif "password" in asked.inputs:
        yield "password", "is not for an IAM identity; leave it out"
    if "passwordWo" in asked.inputs and "passwordWoVersion" not in asked.inputs:
        yield "passwordWoVersion", "is required with passwordWo"


def _changes_refused(asked: Request) -> Iterable[Refusal]:
    """What an instance can't take back: disk that it has, and its private address."""
    before = asked.world.find(asked.id, INSTANCE) if asked.id else None
    if before is None:
        return
    size, had = asked.get("settings.diskSize"), before.get("settings.diskSize")
    if size is not None and had is not None and size < had:
        yield "settings.diskSize", f"{size} is less than the {had} it has; a disk only grows"
    path = "settings.ipConfiguration.privateNetwork"
    if before.get(path) and not asked.get(path):
        yield path, "can't be taken away again; leave it, or make another instance"


def _own_name(stored: Stored) -> list[str]:
    return [stored.id]


_IN_INSTANCE = Reference(path="instance", types=(INSTANCE,), holds=False)
_DATABASE = "gcp:sql/database:Database"
_USER = "gcp:sql/user:User"

RULES: dict[str, TypeRules] = {
    INSTANCE: TypeRules(
        name=Name(
            pattern=r"[a-z]([a-z0-9-]*[a-z0-9])?",
            says="lower-case letters, digits and hyphens, beginning with a letter",
            limit=_LONGEST_WITH_PROJECT,
        ),
        api="sqladmin.googleapis.com",
        patterns={"databaseVersion": (r"(POSTGRES|MYSQL|SQLSERVER)_\w+", "a version like POSTGRES_17")},
        values={
            "settings.edition": ("ENTERPRISE", "ENTERPRISE_PLUS"),
            "settings.availabilityType": ("REGIONAL", "ZONAL"),
            "settings.activationPolicy": ("ALWAYS", "NEVER", "ON_DEMAND"),
            "settings.diskType": ("PD_SSD", "PD_HDD", "HYPERDISK_BALANCED"),
            "settings.ipConfiguration.sslMode": _SSL_MODES,
            "settings.maintenanceWindow.updateTrack": ("canary", "stable", "week5"),
        },
        ranges={
            "settings.diskSize": (10, 65536),
            "settings.maintenanceWindow.day": (1, 7),
            "settings.maintenanceWindow.hour": (0, 23),
            "settings.insightsConfig.queryStringLength": (256, 4500),
            "settings.insightsConfig.queryPlansPerMinute": (0, 20),
            "settings.backupConfiguration.backupRetentionSettings.retainedBackups": (1, 365),
        },
        defaults={"deletionProtection": True, "availableMaintenanceVersions": [], "dnsNames": []},
        references=(network_reference("settings.ipConfiguration.privateNetwork"),),
        needs=_needs_connection,
        replaces=words("name project region encryptionKeyName settings.collation replicaConfiguration"),
        refused=_changes_refused,
        protections={"deletionProtection": (True, True), "settings.deletionProtectionEnabled": (True, False)},
        identity=lambda asked: asked.name,
        computed=_instance,
        wrong=_instance_wrong,
        takes=(_DATABASE, _USER),
        buries=_own_name,
    ),
    _DATABASE: TypeRules(
        name=Name(pattern=r"[^/\\]+", says="no slash", limit=63),
        references=(_IN_INSTANCE,),
        values={"deletionPolicy": ("ABANDON", "DELETE", "PREVENT")},
        defaults={"charset": "UTF8", "collation": "en_US.UTF8"},
        replaces=words("instance name project"),
        identity=lambda asked: (
            f"projects/{asked.project}/instances/{asked.get('instance')}/databases/{asked.name}"
        ),
    ),
    _USER: TypeRules(
        name=Name(pattern=r".+", limit=63),
        references=(_IN_INSTANCE,),
        values={"deletionPolicy": ("ABANDON", "DELETE", "PREVENT")},
        replaces=words("host instance name project type"),
        identity=lambda asked: f"{asked.name}/{asked.get('host') or ''}/{asked.get('instance')}",
        computed=lambda _: {"host": "", "sqlServerUserDetails": []},
        wrong=_user_wrong,
    ),
}
