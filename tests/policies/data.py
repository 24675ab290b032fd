"""Small programs that hold data: each resource as it should be, or with one thing changed."""

from __future__ import annotations

from pulumi import Output, ResourceOptions
from pulumi_gcp import compute, redis, secretmanager, servicenetworking, sql, storage
from pulumi_random import RandomPassword

from tests.policies.google import network, options


def private_network(opts: ResourceOptions) -> Output[str]:
    """A network in which Google's own services have addresses."""
    made = network(opts)
    ranges = compute.GlobalAddress(
        "ranges",
        name="ranges",
        purpose="VPC_PEERING",
        address_type="INTERNAL",
        prefix_length=16,
        network=made.id,
        opts=opts,
    )
    connection = servicenetworking.Connection(
        "connection",
        network=made.id,
        service="servicenetworking.googleapis.com",
        reserved_peering_ranges=[ranges.name],
        opts=opts,
    )
    return connection.network


def database(*, public: bool = False, tls: bool = True, backup: bool = True, protect: bool = True) -> None:
    opts = options(protect=protect)
    sql.DatabaseInstance(
        "database",
        database_version="POSTGRES_17",
        deletion_protection=protect,
        settings=sql.DatabaseInstanceSettingsArgs(
            tier="db-custom-1-3840",
            edition="ENTERPRISE",
            deletion_protection_enabled=protect,
            user_labels={"team": "ai"},
            ip_configuration=sql.DatabaseInstanceSettingsIpConfigurationArgs(
                ipv4_enabled=public,
                private_network=None if public else private_network(opts),
                ssl_mode="ENCRYPTED_ONLY" if tls else "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
            ),
            backup_configuration=sql.DatabaseInstanceSettingsBackupConfigurationArgs(
                enabled=backup, point_in_time_recovery_enabled=backup
            ),
        ),
        opts=opts,
    )


def cache(*, alone: bool = True, password: bool = True, protect: bool = True) -> None:
    opts = options(protect=protect)
    redis.Instance(
        "cache",
        memory_size_gb=1,
        auth_enabled=password,
        authorized_network=network(opts).id if alone else None,
        deletion_protection=protect,
        persistence_config=redis.InstancePersistenceConfigArgs(
            persistence_mode="RDB", rdb_snapshot_period="ONE_HOUR"
        ),
        opts=opts,
    )


def disk(*, protect: bool = True, snapshots: bool = True) -> None:
    opts = options(protect=protect)
    data = compute.Disk("data", name="data", zone="europe-west1-b", size=10, opts=opts)
    if snapshots:
        schedule = compute.ResourcePolicySnapshotSchedulePolicyScheduleArgs(
            daily_schedule=compute.ResourcePolicySnapshotSchedulePolicyScheduleDailyScheduleArgs(
                days_in_cycle=1, start_time="03:00"
            )
        )
        policy = compute.ResourcePolicy(
            "daily",
            name="daily",
            region="europe-west1",
            snapshot_schedule_policy=compute.ResourcePolicySnapshotSchedulePolicyArgs(schedule=schedule),
            opts=opts,
        )
        compute.DiskResourcePolicyAttachment(
            "attached", name=policy.name, disk=data.name, zone="europe-west1-b", opts=opts
        )


def bucket(
    *,
    closed: bool = True,
    protect: bool = True,
    versions: bool = True,
    member: str = "group:ai@acme.com",
    role: str = "roles/storage.objectUser",
) -> None:
    opts = options(protect=protect)
    made = storage.Bucket(
        "bucket",
        name="acme-files",
        location="europe-west1",
        force_destroy=not protect,
        public_access_prevention="enforced" if closed else "inherited",
        uniform_bucket_level_access=True,
        versioning=storage.BucketVersioningArgs(enabled=versions),
        opts=opts,
    )
    storage.BucketIAMMember("writer", bucket=made.name, role=role, member=member, opts=opts)


def secret(*, labelled: bool = True, protect: bool = True, shown: bool = False) -> None:
    """A generated password in Secret Manager; `shown`: and in a machine's metadata as well."""
    opts = options(labelled=labelled, protect=protect)
    password = RandomPassword("password", length=24, special=False)
    kept = secretmanager.Secret(
        "kept",
        secret_id="kept",
        deletion_protection=protect,
        replication=secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs()),
        opts=opts,
    )
    secretmanager.SecretVersion("version", secret=kept.id, secret_data=password.result, opts=opts)
    if shown:
        text = Output.format("connect with {0} please", password.result)
        compute.ProjectMetadataItem("item", key="note", value=text, opts=opts)
