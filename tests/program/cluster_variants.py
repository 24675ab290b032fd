"""The choices of a stack's file for what runs in clusters, and for the clusters themselves."""

from __future__ import annotations

from typing import Any

from simulator.stack_files import StackConfig
from tests.program.configs import DIGEST, IMAGE, KEPT_BY_HAND, SOURCE, config

GATEWAY, QDRANT = f"{IMAGE}/llm-gateway@{DIGEST}", "https://1d32.europe-west1-0.gcp.cloud.qdrant.io:6333"
SHARED = "projects/acme-ai-prod/locations/europe-west1/clusters/shared"
KUBECONFIG = """apiVersion: v1
kind: Config
current-context: own
contexts: [{name: own, context: {cluster: own, user: own}}]
clusters: [{name: own, cluster: {server: https://10.9.0.2}}]
users: [{name: own, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in}}}]
"""
FOREIGN = {
    "gateway_class": "istio",
    "tls_secret": "certificates/acme-com",
    "balancer_ranges": ["10.0.0.0/16"],
    "gateway_address": "203.0.113.10",
}
FAR = {
    "region": "us-central1",
    "nodes_cidr": "10.50.0.0/22",
    "pods_cidr": "10.60.0.0/16",
    "services_cidr": "10.51.0.0/20",
}
FAR_KEY = {**KEPT_BY_HAND, "secret": "llm-openai-us-chat"}
GIVEN = {"source": "config"}


def tenant(name: str) -> dict[str, Any]:
    """A tenant with a key of its own."""
    return {
        "domain": {"name": f"{name}.llm.acme.com"},
        "quota": {"cpu": 40, "memory_gb": 80, "pods": 60},
        "credentials": {
            f"openai-prod-{name}": {
                "provider": "openai",
                "purpose": name,
                "secret": {**KEPT_BY_HAND, "secret": f"llm-openai-{name}"},
            }
        },
    }


CLUSTER_VARIANTS: dict[str, StackConfig] = {
    "gateway with a canary": config("prod", llm_gateway={"canary": {"image": GATEWAY, "weight": 10}}),
    "gateway's canary taken back": config("prod", llm_gateway={"canary": {"image": GATEWAY, "weight": 0}}),
    "gateway in two regions": config(
        "prod",
        llm_gateway={
            "domain": {"dns_zone": "acme"},
            "clusters": {
                "main": {},
                "us": {
                    "replicas": {"min": 2, "max": 4},
                    "credentials": {"openai-prod-chat": {"secret": FAR_KEY}},
                },
            },
        },
        kubernetes={"clusters": {"main": {}, "us": FAR}},
    ),
    "gateway for tenants": config(
        "prod", llm_gateway={"tenants": {"red": tenant("red"), "blue": tenant("blue")}}
    ),
    "gateway with given stores": config(
        "prod",
        llm_gateway={
            "postgres": None,
            "redis": None,
            "egress": [{"range": "10.5.0.0/16", "ports": [5432, 6379]}],
            "secrets": {"DATABASE_URL": GIVEN, "REDIS_URL": GIVEN},
        },
        secrets={
            "llm_gateway:DATABASE_URL": "postgresql://gateway:a-password-0001@10.5.0.2/gateway",
            "llm_gateway:REDIS_URL": "rediss://:a-password-0002@10.5.0.3:6379/0",
        },
    ),
    "gateway of the vendor": config(
        "prod",
        llm_gateway={
            "hosting": "vendor",
            "image": None,
            "migration": None,
            "domain": None,
            "vendor": {"endpoint": "https://acme.gateway.axiom.example"},
        },
        kubernetes=None,
    ),
    "gateway, here and at the vendor": config(
        "prod",
        llm_gateway={"hosting": "hybrid", "vendor": {"endpoint": "https://acme.gateway.axiom.example"}},
    ),
    "gateway with keys that come and go": config(
        "prod",
        llm_gateway={
            "credentials": {
                "openai-prod-chat": {"previous": {**KEPT_BY_HAND, "secret": "llm-openai-prod-chat"}},
                "openai-prod-batch": {"enabled": False},
            },
            "metrics": {"token_generation": 2},
        },
    ),
    "gateway in a shared cluster": config(
        "prod",
        llm_gateway={},
        kubernetes={"clusters": {"main": {"existing": {"identifier": SHARED}}}},
    ),
    "gateway in a cluster of the team's own": config(
        "prod",
        llm_gateway={
            "postgres": None,
            "redis": None,
            "egress": [{"range": "10.5.0.0/16", "ports": [5432, 6379]}],
            "secrets": {"DATABASE_URL": GIVEN, "REDIS_URL": GIVEN},
        },
        kubernetes={"clusters": {"main": {"existing": FOREIGN}}},
        secrets={
            "kubernetes:main-kubeconfig": KUBECONFIG,
            "llm_gateway:DATABASE_URL": "postgresql://gateway:a-password-0001@10.5.0.2/gateway",
            "llm_gateway:REDIS_URL": "rediss://:a-password-0002@10.5.0.3:6379/0",
        },
    ),
    "memorise that only syncs": config(
        "prod", memorise={"content_engine": {"mode": "cronjob", "schedule": "0 4 * * *"}}
    ),
    "memorise with Qdrant Cloud": config(
        "prod",
        memorise={"qdrant": {"url": QDRANT}},
        secrets={"memorise:QDRANT_API_KEY": "a-key-of-qdrant-01"},
    ),
    "memorise with a given Redis": config(
        "dev",
        memorise={
            "redis": {
                "existing": {"url": GIVEN, "region": "europe-west1", "ranges": ["10.5.0.0/29"]},
            }
        },
        secrets={"memorise:REDIS_URL": "rediss://:a-password-0003@10.5.0.3:6379/0"},
    ),
    "memorise with Keycloak": config(
        "prod",
        memorise={
            "keycloak": {"url": "https://sso.acme.com", "realm": "visitors", "client_id": "memorise"},
            "domain": {"dns_zone": "acme"},
        },
        secrets={"memorise:KEYCLOAK_CLIENT_SECRET": "a-secret-of-keycloak-01"},
    ),
    "memorise from source": config(
        "dev",
        memorise={
            "ai_engine": {"image": None, "source": SOURCE},
            "content_engine": {"image": None, "source": SOURCE},
        },
    ),
    "memorise called by others": config(
        "prod", memorise={"content_engine": {"callers": {"cms": {"app": "importer"}}}}
    ),
    "memorise open to any page": config("dev", memorise={"cors_origins": ["*"]}),
}
