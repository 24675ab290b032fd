"""A small program with what a rehearsal has to get right: edges, secrets, a name in use, a setting."""

from __future__ import annotations

import pulumi
from pulumi import ResourceOptions
from pulumi_gcp import Provider, compute, redis, secretmanager, sql
from pulumi_random import RandomPassword

PROJECT = "acme-test"
CONFIG = {"ai-platform:protect": "true", "ai-platform:sample": '{"owner": "ai"}'}


def program() -> None:
    """A network, a database in it with a password of its own, Redis, and two secrets."""
    config = pulumi.Config("ai-platform")
    protect = config.require_bool("protect")
    gcp = ResourceOptions(
        provider=Provider("gcp", project=PROJECT, region="europe-west1"),
        protect=protect,
    )
    owner = config.require_object("sample")["owner"]
    network = compute.Network("network", name="net", auto_create_subnetworks=False, opts=gcp)
    compute.Subnetwork("subnet", network=network.id, ip_cidr_range="10.0.0.0/24", opts=gcp)
    database = sql.DatabaseInstance(
        "database",
        database_version="POSTGRES_17",
        deletion_protection=protect,
        settings=sql.DatabaseInstanceSettingsArgs(
            tier="db-custom-1-3840",
            edition="ENTERPRISE",
            user_labels={"owner": owner},
        ),
        opts=gcp,
    )
    password = RandomPassword("password", length=24, special=False)
    sql.User("user", name="app", instance=database.name, password=password.result, opts=gcp)
    redis.Instance("cache", memory_size_gb=1, auth_enabled=True, opts=gcp)
    for name, value in {"generated": password.result, "given": config.require_secret("marker")}.items():
        secret = secretmanager.Secret(
            name,
            secret_id=name,
            replication=secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs()),
            opts=gcp,
        )
        secretmanager.SecretVersion(f"{name}-version", secret=secret.id, secret_data=value, opts=gcp)
    pulumi.export("password", password.result)
    pulumi.export("database", database.name)
