"""Something in a protected stack that holds data and could be lost by a mistake.

Two ways to lose it: a deletion that nothing refuses, and a fault of which no copy is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.model import Problem, Resource, Stack
from simulator.paths import value_at

BUCKET = "gcp:storage/bucket:Bucket"
DISK = "gcp:compute/disk:Disk"
_ATTACHMENTS = (
    "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment",
    "gcp:compute/regionDiskResourcePolicyAttachment:RegionDiskResourcePolicyAttachment",
)
_GRANTS = (
    "gcp:storage/bucketIAMMember:BucketIAMMember",
    "gcp:storage/bucketIAMBinding:BucketIAMBinding",
)
_READING = {"roles/storage.objectViewer", "roles/storage.legacyObjectReader", "roles/storage.bucketViewer"}

Properties = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Holder:
    """How a type keeps what it holds.

    Attributes:
        what: what it holds.
        guards: property that refuses its deletion, to the value that it must have.
        copied: whether a copy is kept somewhere else.
        copy: what to write so that one is.
    """

    what: str
    guards: Mapping[str, Any]
    copied: Callable[[Properties], bool] = lambda _: True
    copy: str = ""


def _recoverable(database: Properties) -> bool:
    backup = "settings.backupConfiguration"
    return all(
        value_at(database, f"{backup}.{name}") is True for name in ("enabled", "pointInTimeRecoveryEnabled")
    )


def _persistent(redis: Properties) -> bool:
    return value_at(redis, "persistenceConfig.persistenceMode", "DISABLED") != "DISABLED"


def _kept(bucket: Properties) -> bool:
    return value_at(bucket, "versioning.enabled") is True


HOLDERS: dict[str, Holder] = {
    "gcp:sql/databaseInstance:DatabaseInstance": Holder(
        what="databases",
        guards={"deletionProtection": True, "settings.deletionProtectionEnabled": True},
        copied=_recoverable,
        copy="set backup_configuration.enabled and .point_in_time_recovery_enabled to True",
    ),
    "gcp:sql/database:Database": Holder(what="a database", guards={"deletionPolicy": "ABANDON"}),
    "gcp:redis/instance:Instance": Holder(
        what="streams and caches",
        guards={"deletionProtection": True},
        copied=_persistent,
        copy='set persistence_config.persistence_mode to "RDB"',
    ),
    DISK: Holder(what="files", guards={}),
    BUCKET: Holder(
        what="objects",
        guards={"forceDestroy": False},
        copied=_kept,
        copy="set versioning.enabled to True",
    ),
    "gcp:secretmanager/secret:Secret": Holder(what="a secret", guards={"deletionProtection": True}),
    "gcp:container/cluster:Cluster": Holder(what="volumes", guards={"deletionProtection": True}),
    "gcp:kms/cryptoKey:CryptoKey": Holder(what="the key of other data", guards={}),
    "gcp:filestore/instance:Instance": Holder(what="files", guards={"deletionProtectionEnabled": True}),
    "kubernetes:core/v1:PersistentVolumeClaim": Holder(what="a volume", guards={}),
    "kubernetes:apps/v1:StatefulSet": Holder(what="volumes", guards={}),
}
"""Every type that holds data."""


def unprotected_data(stack: Stack) -> Iterator[tuple[Resource, Problem]]:
    """A holder of data in a protected stack whose deletion nothing refuses, or of which no copy is kept."""
    if not stack.protected:
        return
    for resource in stack.of(*HOLDERS):
        if holds_data(resource, stack):
            problems = [*_deletable(resource), *_uncopied(resource, stack)]
            yield from ((resource, problem) for problem in problems)


def holds_data(resource: Resource, stack: Stack) -> bool:
    """Whether what a resource holds comes from elsewhere than the program, so that it can't be made again."""
    if resource.type == BUCKET:
        return _written_by_others(resource, stack)
    if resource.type == "kubernetes:apps/v1:StatefulSet":
        return bool(value_at(resource.properties, "spec.volumeClaimTemplates"))
    return resource.type in HOLDERS


def _deletable(resource: Resource) -> Iterator[Problem]:
    holder = HOLDERS[resource.type]
    if not resource.protect:
        yield Problem(
            f"it holds {holder.what} and Pulumi would delete or replace it without a word",
            "give it ResourceOptions(protect=environment.protect)",
        )
    for path, wanted in holder.guards.items():
        if value_at(resource.properties, path, False if wanted is False else None) != wanted:
            yield Problem(
                f"it holds {holder.what} and {path} does not refuse its deletion", f"set it to {wanted!r}"
            )


def _uncopied(resource: Resource, stack: Stack) -> Iterator[Problem]:
    holder = HOLDERS[resource.type]
    if not holder.copied(resource.properties):
        yield Problem(f"it holds {holder.what} of which no copy is kept", holder.copy)
    if resource.type == DISK and not _snapshotted(resource, stack):
        yield Problem(
            "it holds files of which no copy is kept",
            "attach a ResourcePolicy with a snapshot schedule: components/data_disk.py",
        )


def _snapshotted(disk: Resource, stack: Stack) -> bool:
    return bool(disk.properties.get("resourcePolicies")) or any(
        disk.urn in attachment.dependencies or attachment.properties.get("disk") == disk.properties["name"]
        for attachment in stack.of(*_ATTACHMENTS)
    )


def _written_by_others(bucket: Resource, stack: Stack) -> bool:
    """Whether anybody but the program writes into the bucket."""
    return any(
        bucket.urn in grant.dependencies and grant.properties.get("role") not in _READING
        for grant in stack.of(*_GRANTS)
    )
