"""How old a TLS the public side still speaks: one answer for every way in."""

from __future__ import annotations

from pulumi import Resource, ResourceOptions
from pulumi_gcp import compute

from components.environment import Environment

COMPUTE_API = "compute.googleapis.com"


def create_tls_policy(name: str, environment: Environment, parent: Resource) -> compute.SSLPolicy:
    """The policy that refuses what is older than TLS 1.2, as a child of the way in."""
    return compute.SSLPolicy(
        name,
        name=environment.physical_name(name),
        project=environment.project_using(COMPUTE_API),
        profile="MODERN",
        min_tls_version="TLS_1_2",
        opts=ResourceOptions(parent=parent),
    )
