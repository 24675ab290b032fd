"""Small programs in a cluster for the rules: each kind of object as it should be, and one thing changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi_kubernetes as kubernetes
from pulumi import ResourceOptions

from tests.policies.google import DIGEST, IMAGE

RESTRICTED: dict[str, Any] = {
    "run_as_non_root": True,
    "allow_privilege_escalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccomp_profile": {"type": "RuntimeDefault"},
}
LISTENERS = [
    {"name": "https", "protocol": "HTTPS", "port": 443},
    {"name": "http", "protocol": "HTTP", "port": 80},
]
REDIRECT = {
    "backendRefs": None,
    "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}],
}
LABELS = {"app": "api"}
GATEWAY_API = "gateway.networking.k8s.io/v1"


def options(*, protect: bool = True) -> ResourceOptions:
    return ResourceOptions(provider=kubernetes.Provider("cluster", kubeconfig="{}"), protect=protect)


def deployment(
    image: str = f"{IMAGE}@{DIGEST}",
    security: dict[str, Any] | None = None,
    env: list[dict[str, str]] | None = None,
    **pod: Any,
) -> None:
    container: Any = {
        "name": "api",
        "image": image,
        "security_context": {**RESTRICTED, **(security or {})},
        "env": env or [],
    }
    kubernetes.apps.v1.Deployment(
        "api",
        metadata={"name": "api", "labels": LABELS},
        spec={
            "selector": {"match_labels": LABELS},
            "template": {"metadata": {"labels": LABELS}, "spec": {**pod, "containers": [container]}},
        },
        opts=options(),
    )


def service(kind: str) -> None:
    kubernetes.core.v1.Service(
        "api",
        metadata={"name": "api", "labels": LABELS},
        spec={"type": kind, "selector": LABELS, "ports": [{"port": 80}]},
        opts=options(),
    )


def namespace(*, denied: tuple[str, ...], labelled: bool = True) -> None:
    opts = options()
    labels = {"team": "ai"} if labelled else {}
    made = kubernetes.core.v1.Namespace("ai", metadata={"name": "ai", "labels": labels}, opts=opts)
    kubernetes.networking.v1.NetworkPolicy(
        "deny",
        metadata={"name": "deny", "namespace": made.metadata["name"]},
        spec={"pod_selector": {}, "policy_types": list(denied)},
        opts=opts,
    )


def configuration(data: dict[str, str]) -> None:
    kubernetes.core.v1.ConfigMap("config", metadata={"name": "config"}, data=data, opts=options())


def volume(*, protect: bool) -> None:
    kubernetes.core.v1.PersistentVolumeClaim(
        "files",
        metadata={"name": "files"},
        spec={"access_modes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        opts=options(protect=protect),
    )


def gateway(*, plain: Mapping[str, Any] = REDIRECT) -> None:
    opts = options()
    made = kubernetes.apiextensions.CustomResource(
        "gateway",
        api_version=GATEWAY_API,
        kind="Gateway",
        metadata={"name": "public", "annotations": {"networking.gke.io/certmap": "map"}},
        spec={"gatewayClassName": "gke-l7-global-external-managed", "listeners": LISTENERS},
        opts=opts,
    )
    name = made.id.apply(lambda _: "public")
    backend = kubernetes.core.v1.Service(
        "api", metadata={"name": "api", "labels": LABELS}, spec={"ports": [{"port": 80}]}, opts=opts
    )
    serving = {"backendRefs": [{"name": backend.metadata["name"], "port": 80}]}
    for section, rule in {"https": serving, "http": {**serving, **plain}}.items():
        kubernetes.apiextensions.CustomResource(
            f"route-{section}",
            api_version=GATEWAY_API,
            kind="HTTPRoute",
            metadata={"name": section},
            spec={"parentRefs": [{"name": name, "sectionName": section}], "rules": [rule]},
            opts=opts,
        )
