"""A public database, Redis, machine or bucket: what the internet could reach that nobody meant it to."""

from __future__ import annotations

from collections.abc import Iterator

from policies.model import Problem, Resource
from simulator.paths import value_at, values_at

POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
REDIS = "gcp:redis/instance:Instance"
BUCKET = "gcp:storage/bucket:Bucket"
FIREWALL = "gcp:compute/firewall:Firewall"
CLUSTER = "gcp:container/cluster:Cluster"
_MACHINES = (
    "gcp:compute/instance:Instance",
    "gcp:compute/instanceTemplate:InstanceTemplate",
    "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
)
_OPEN_LISTS = (
    "gcp:storage/bucketACL:BucketACL",
    "gcp:storage/bucketAccessControl:BucketAccessControl",
    "gcp:storage/defaultObjectACL:DefaultObjectACL",
    "gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl",
    "gcp:storage/objectACL:ObjectACL",
    "gcp:storage/objectAccessControl:ObjectAccessControl",
)
_EVERYWHERE = {"0.0.0.0/0", "::/0"}
_ANYBODY = {"allUsers", "allAuthenticatedUsers"}


def public_database(resource: Resource) -> Iterator[Problem]:
    """A Cloud SQL instance with a public address, or one that lets connections in from everywhere."""
    if resource.type != POSTGRES:
        return
    network = "settings.ipConfiguration"
    # The API's default is a public address.
    if value_at(resource.properties, f"{network}.ipv4Enabled", default=True) is True:
        yield Problem(
            "the database has a public address",
            "set settings.ip_configuration.ipv4_enabled to False and give it a private_network",
        )
    for _, entry in values_at(resource.properties, f"{network}.authorizedNetworks[].value"):
        if entry in _EVERYWHERE:
            yield Problem(
                "the database takes connections from the whole internet", "take the authorized network out"
            )


def public_redis(resource: Resource) -> Iterator[Problem]:
    """A Redis instance that others than this stack's workloads reach, or that asks for no password."""
    if resource.type != REDIS:
        return
    if "authorizedNetwork" not in resource.properties:
        yield Problem(
            "Redis is reachable from the project's default network, which everybody in the project shares",
            "set authorized_network to the stack's own network",
        )
    if resource.properties.get("authEnabled") is not True:
        yield Problem("Redis answers whoever reaches it", "set auth_enabled to True")


def public_machine(resource: Resource) -> Iterator[Problem]:
    """A machine or node with a public address, or a firewall that lets the internet in."""
    if resource.type in _MACHINES:
        for access in ("accessConfigs", "ipv6AccessConfigs"):
            if any(values_at(resource.properties, f"networkInterfaces[].{access}[]")):
                yield Problem(
                    "the machine has a public address",
                    f"take {access} out; what it fetches goes through Cloud NAT, SSH through IAP",
                )
    if resource.type == FIREWALL:
        yield from _open_firewall(resource)
    if resource.type == CLUSTER:
        private = value_at(resource.properties, "privateClusterConfig.enablePrivateNodes", default=False)
        if private is not True:
            yield Problem(
                "the cluster's nodes have public addresses",
                "set private_cluster_config.enable_private_nodes to True",
            )


def _open_firewall(resource: Resource) -> Iterator[Problem]:
    given = resource.properties
    if not given.get("allows") or given.get("direction", "INGRESS") != "INGRESS":
        return
    sources = given.get("sourceRanges")
    named = given.get("sourceTags") or given.get("sourceServiceAccounts")
    if (not sources and not named) or (isinstance(sources, list) and _EVERYWHERE & set(sources)):
        yield Problem(
            "the firewall lets the whole internet reach a machine",
            "name the source_ranges that are meant: 35.191.0.0/16 and 130.211.0.0/22 are Google's load "
            "balancers, 35.235.240.0/20 is IAP",
        )


def public_bucket(resource: Resource) -> Iterator[Problem]:
    """A bucket whose objects could be made public, or anything that is given to everybody."""
    if resource.type == BUCKET:
        if resource.properties.get("publicAccessPrevention") != "enforced":
            yield Problem(
                "the bucket or an object in it could be made public",
                'set public_access_prevention to "enforced"',
            )
        if resource.properties.get("uniformBucketLevelAccess") is not True:
            yield Problem(
                "each object may have an access list of its own, beside the bucket's",
                "set uniform_bucket_level_access to True",
            )
    if resource.type in _OPEN_LISTS:
        yield Problem("access lists are how objects become public", "grant a role by a BucketIAMMember")


def given_to_everybody(resource: Resource) -> Iterator[Problem]:
    """A role that is given to everybody on the internet."""
    if "IAM" not in resource.type and "iam" not in resource.type:
        return
    members = [resource.properties.get("member"), *_listed(resource.properties.get("members"))]
    for member in members:
        if isinstance(member, str) and member in _ANYBODY:
            yield Problem(
                f"{member} is everybody on the internet",
                "name the accounts or the group that are meant; a public Cloud Run service says "
                "invoker_iam_disabled instead",
            )


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []
