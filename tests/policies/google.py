"""Small programs on Google Cloud for the rules: each resource as it should be, or with one thing changed."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output, ResourceOptions
from pulumi_gcp import (
    Provider,
    cloudrunv2,
    compute,
    monitoring,
    projects,
    redis,
    secretmanager,
    servicenetworking,
    sql,
    storage,
)
from pulumi_random import RandomPassword

PROJECT = "acme-test"
IMAGE = "europe-west1-docker.pkg.dev/acme-shared/images/api"
DIGEST = f"sha256:{'5e' * 32}"


def options(*, labelled: bool = True, protect: bool = True) -> ResourceOptions:
    labels = {"team": "ai"} if labelled else {}
    provider = Provider("gcp", project=PROJECT, region="europe-west1", default_labels=labels)
    return ResourceOptions(provider=provider, protect=protect)


def network(opts: ResourceOptions) -> compute.Network:
    return compute.Network("network", name="net", auto_create_subnetworks=False, opts=opts)


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


def machine(*, public: bool = False, metadata: Mapping[str, str] | None = None) -> None:
    opts = options()
    subnet = compute.Subnetwork("subnet", network=network(opts).id, ip_cidr_range="10.0.0.0/24", opts=opts)
    access = [compute.InstanceNetworkInterfaceAccessConfigArgs(network_tier="PREMIUM")] if public else None
    compute.Instance(
        "machine",
        zone="europe-west1-b",
        machine_type="e2-small",
        metadata=dict(metadata or {}),
        boot_disk=compute.InstanceBootDiskArgs(
            initialize_params=compute.InstanceBootDiskInitializeParamsArgs(image="cos-cloud/cos-129-lts")
        ),
        network_interfaces=[
            compute.InstanceNetworkInterfaceArgs(subnetwork=subnet.id, access_configs=access)
        ],
        opts=opts,
    )


def firewall(source: str) -> None:
    opts = options()
    compute.Firewall(
        "door",
        network=network(opts).id,
        direction="INGRESS",
        allows=[compute.FirewallAllowArgs(protocol="tcp", ports=["22"])],
        source_ranges=[source],
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


def service(image: str = f"{IMAGE}@{DIGEST}", variables: Mapping[str, str] | None = None) -> None:
    container = cloudrunv2.ServiceTemplateContainerArgs(
        image=image,
        envs=[
            cloudrunv2.ServiceTemplateContainerEnvArgs(name=name, value=value)
            for name, value in (variables or {}).items()
        ],
    )
    cloudrunv2.Service(
        "api",
        name="api",
        location="europe-west1",
        template=cloudrunv2.ServiceTemplateArgs(containers=[container]),
        opts=options(),
    )


def role(name: str) -> None:
    projects.IAMMember("grant", project=PROJECT, role=name, member="group:ai@acme.com", opts=options())


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


def channel(*, labelled: bool = True) -> None:
    monitoring.NotificationChannel(
        "mail",
        type="email",
        display_name="mail",
        labels={"email_address": "on@acme.com"},
        user_labels={"team": "ai"} if labelled else None,
        opts=options(),
    )


def entrance(*, redirects: bool) -> None:
    opts = options()
    check = compute.HealthCheck(
        "check", name="check", http_health_check=compute.HealthCheckHttpHealthCheckArgs(port=80), opts=opts
    )
    backend = compute.BackendService(
        "backend",
        name="backend",
        load_balancing_scheme="EXTERNAL_MANAGED",
        health_checks=check.id,
        opts=opts,
    )
    redirect = compute.URLMapDefaultUrlRedirectArgs(https_redirect=True, strip_query=False)
    url_map = compute.URLMap(
        "map",
        name="map",
        default_service=None if redirects else backend.id,
        default_url_redirect=redirect if redirects else None,
        opts=opts,
    )
    compute.TargetHttpProxy("proxy", name="proxy", url_map=url_map.id, opts=opts)


def tls_policy(version: str) -> None:
    compute.SSLPolicy(
        "tls", name="tls", profile="MODERN", min_tls_version=version, opts=options(protect=False)
    )
