"""memorise on a stack of the simulated cloud: the foundation, a cluster, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from components.environment import Environment
from services.clusters.clusters import Clusters, ClustersArgs
from services.clusters.prerequisites import kubernetes_prerequisites
from services.clusters.settings import KubernetesSettings
from services.foundation import Foundation, FoundationArgs
from services.memorise.memorise import Memorise, MemoriseArgs, dns_zones, hosts
from services.memorise.outputs import memorise_outputs
from services.memorise.prerequisites import memorise_prerequisites
from services.memorise.settings import MemoriseSettings
from services.settings import NetworkSettings
from simulator.in_process import Plan, plan
from simulator.values import opened
from tests.components.environments import environment

AI_IMAGE = f"europe-west1-docker.pkg.dev/acme-prod/team/ai-engine-api@sha256:{'a' * 64}"
CONTENT_IMAGE = f"europe-west1-docker.pkg.dev/acme-prod/team/content-engine@sha256:{'c' * 64}"
ORIGINS = ["https://visit.acme.com", "https://kiosk.acme.com"]
CLOUD = "https://1d32ce5a.europe-west1-0.gcp.cloud.qdrant.io:6333"
DOCUMENT: Mapping[str, Any] = {
    "domain": {"name": "memorise.acme.com"},
    "ai_engine": {"image": AI_IMAGE},
    "content_engine": {"image": CONTENT_IMAGE, "schedule": "0 4 * * *"},
    "cors_origins": ORIGINS,
}
"""The least that a stack says."""

DEPLOYED: dict[str, Any] = {"content_engine": {"image": CONTENT_IMAGE, "mode": "deployment"}}
KEYCLOAK = {"url": "https://login.acme.com:8443", "realm": "museum", "client_id": "memorise"}
KUBECONFIG = """apiVersion: v1
kind: Config
current-context: own
contexts: [{name: own, context: {cluster: own, user: own}}]
clusters: [{name: own, cluster: {server: https://10.9.0.2}}]
users: [{name: own, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in}}}]
"""
FOREIGN = {
    "existing": {
        "gateway_class": "istio",
        "tls_secret": "certificates/acme-com",
        "balancer_ranges": ["10.0.0.0/16"],
    }
}
"""A cluster that is not Google's."""

GIVEN = {
    "memorise:OPENROUTER_API_KEY": "PLANTED-openrouter",
    "memorise:KEYCLOAK_CLIENT_SECRET": "PLANTED-keycloak",
    "memorise:QDRANT_API_KEY": "PLANTED-qdrant",
    "kubernetes:main-kubeconfig": KUBECONFIG,
    "memorise:REDIS_URL": "rediss://:PLANTED-redis@redis.acme.com:6380/0",
}


def settings(**changed: Any) -> MemoriseSettings:
    """The document's, with some of it changed."""
    return MemoriseSettings.model_validate({**DOCUMENT, **changed})


def clusters(**changed: Any) -> KubernetesSettings:
    """One cluster."""
    return KubernetesSettings.model_validate({"clusters": {"main": changed}})


def build(asked: MemoriseSettings, kubernetes: KubernetesSettings, here: Environment) -> None:
    """The program."""
    foundation = Foundation(
        "foundation",
        FoundationArgs(environment=here, network=NetworkSettings(), api_propagation_seconds=0),
    )
    there = Clusters(
        "clusters",
        ClustersArgs(
            foundation=foundation, settings=kubernetes, hosts=hosts(asked), dns_zones=dns_zones(asked)
        ),
    )
    memorise = Memorise(
        "memorise",
        MemoriseArgs(foundation=foundation, clusters=there, settings=asked, alert_email="oncall@acme.com"),
    )
    for name, value in memorise_outputs(memorise).items():
        pulumi.export(name, value)


def planned(*, protect: bool = True, kubernetes: KubernetesSettings | None = None, **changed: Any) -> Plan:
    """What it makes."""
    asked, there, here = settings(**changed), kubernetes or clusters(), environment(protect=protect)
    return plan(
        lambda: build(asked, there, here),
        stack="prod",
        secret_config=GIVEN,
        existing=[*kubernetes_prerequisites(there), *memorise_prerequisites(asked, here.project)],
    )


def objects(plan: Plan, kind: str) -> dict[str, dict[str, Any]]:
    """The cluster's objects of a kind, by name."""
    return {
        inputs["metadata"]["name"]: inputs
        for one in plan.resources
        if one.type.startswith("kubernetes:") and one.type.endswith(f":{kind}")
        for inputs in (opened(one.inputs),)
    }


def pod(workload: Mapping[str, Any]) -> dict[str, Any]:
    """The template of a workload's pods."""
    spec = workload["spec"]
    return (spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec)["template"]


def container(workload: Mapping[str, Any]) -> dict[str, Any]:
    """Its one container."""
    (only,) = pod(workload)["spec"]["containers"]
    return only
