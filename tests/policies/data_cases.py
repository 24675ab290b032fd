"""What may be reached or lost: databases, Redis, machines, buckets, disks."""

from __future__ import annotations

from functools import partial

from tests.policies import data, google
from tests.policies.case import Case, case

DATA: dict[str, Case] = {
    "a public database": case(
        "private-database",
        "database",
        partial(data.database, public=True),
        data.database,
        "ipv4_enabled",
    ),
    "Redis on the default network": case(
        "private-redis",
        "cache",
        partial(data.cache, alone=False),
        data.cache,
        "authorized_network",
    ),
    "Redis without a password": case(
        "private-redis",
        "cache",
        partial(data.cache, password=False),
        data.cache,
        "auth_enabled",
    ),
    "a machine with a public address": case(
        "private-machine", "machine", partial(google.machine, public=True), google.machine, "Cloud NAT"
    ),
    "a machine open to the internet": case(
        "private-machine",
        "door",
        partial(google.firewall, "0.0.0.0/0"),
        partial(google.firewall, "35.235.240.0/20"),
        "source_ranges",
    ),
    "a bucket that can be made public": case(
        "private-bucket",
        "bucket",
        partial(data.bucket, closed=False),
        data.bucket,
        "public_access_prevention",
    ),
    "a bucket for everybody": case(
        "nothing-for-everybody",
        "writer",
        partial(data.bucket, closed=False, member="allUsers"),
        data.bucket,
        "allUsers",
    ),
    "a database that nothing protects": case(
        "protected-data",
        "database",
        partial(data.database, protect=False),
        data.database,
        "protect",
    ),
    "a database without a backup": case(
        "protected-data",
        "database",
        partial(data.database, backup=False),
        data.database,
        "point_in_time_recovery",
    ),
    "Redis that nothing protects": case(
        "protected-data",
        "cache",
        partial(data.cache, protect=False),
        data.cache,
        "deletionProtection",
    ),
    "a disk without snapshots": case(
        "protected-data",
        "data",
        partial(data.disk, snapshots=False),
        data.disk,
        "snapshot schedule",
    ),
    "a disk that nothing protects": case(
        "protected-data",
        "data",
        partial(data.disk, protect=False),
        data.disk,
        "ResourceOptions",
    ),
    "a bucket whose objects have one version": case(
        "protected-data",
        "bucket",
        partial(data.bucket, versions=False),
        data.bucket,
        "versioning",
    ),
    "a bucket that may be emptied": case(
        "protected-data",
        "bucket",
        partial(data.bucket, protect=False),
        partial(data.bucket, protect=False, versions=False, role="roles/storage.objectViewer"),
        "forceDestroy",
    ),
}
"""By what is wrong."""
