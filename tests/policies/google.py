"""Small programs on Google Cloud for the rules: each resource as it should be, or with one thing changed."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ResourceOptions
from pulumi_gcp import (
    Provider,
    cloudrunv2,
    compute,
    monitoring,
    projects,
)

PROJECT = "acme-test"
IMAGE = "europe-west1-docker.pkg.dev/acme-shared/images/api"
DIGEST = f"sha256:{'5e' * 32}"


def options(*, labelled: bool = True, protect: bool = True) -> ResourceOptions:
    labels = {"team": "ai"} if labelled else {}
    provider = Provider("gcp", project=PROJECT, region="europe-west1", default_labels=labels)
    return ResourceOptions(provider=provider, protect=protect)


def network(opts: ResourceOptions) -> compute.Network:
    return compute.Network("network", name="net", auto_create_subnetworks=False, opts=opts)


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
