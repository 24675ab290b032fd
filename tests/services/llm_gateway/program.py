"""A program with llm_gateway alone on its ground, and its plans; nothing here is asserted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from services.clusters.clusters import Clusters, ClustersArgs
from services.clusters.settings import KubernetesSettings
from services.foundation import Foundation, FoundationArgs
from services.llm_gateway.checks import llm_gateway_refusals
from services.llm_gateway.fleet import dns_zones, hosts
from services.llm_gateway.llm_gateway import LlmGateway, LlmGatewayArgs
from services.llm_gateway.outputs import llm_gateway_outputs
from services.llm_gateway.prerequisites import llm_gateway_prerequisites
from services.llm_gateway.settings import LlmGatewaySettings
from services.refusals import refuse
from services.settings import NetworkSettings
from simulator.in_process import Plan, plan
from tests.components.environments import environment

NAMESPACE = "ai-platform"


def image(letter: str) -> str:
    """An image by digest; the letter tells it from others."""
    return f"europe-west1-docker.pkg.dev/axiom/images/gateway@sha256:{letter * 64}"


BASE: dict[str, Any] = {
    "image": image("a"),
    "migration": {"command": ["gateway", "migrate"]},
    "domain": {"name": "llm.acme.com"},
    "credentials": {
        "openai-prod-chat": {"provider": "openai", "purpose": "chat", "weight": 3},
        "openai-prod-batch": {"provider": "openai", "purpose": "batch"},
        "anthropic-prod-chat": {"provider": "anthropic", "purpose": "chat"},
    },
    "fallbacks": {"openai-prod-chat": ["anthropic-prod-chat"]},
}
SECRETS = {
    "llm_gateway:openai-prod-chat": "PLANTED-openai-chat",
    "llm_gateway:openai-prod-batch": "PLANTED-openai-batch",
    "llm_gateway:anthropic-prod-chat": "PLANTED-anthropic-chat",
}
ONE_CLUSTER: dict[str, Any] = {"clusters": {"main": {}}}


def settings(**changed: Any) -> LlmGatewaySettings:
    """The settings of a gateway, with changes."""
    return LlmGatewaySettings.model_validate({**BASE, **changed})


def planned(
    changed: Mapping[str, Any] | None = None,
    *,
    kubernetes: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    protect: bool = True,
    existing: tuple[str, ...] = (),
) -> Plan:
    """The plan of a stack with llm_gateway alone."""
    wanted = settings(**(changed or {}))
    clusters = ONE_CLUSTER if kubernetes is None else kubernetes
    return plan(
        lambda: build(wanted, clusters or None, protect=protect),
        stack="prod",
        secret_config={**SECRETS, **(secrets or {})},
        existing=[*existing, *llm_gateway_prerequisites(wanted, "acme-prod")],
    )


def from_configuration() -> None:
    """The program of the real engine, whose settings are read from its configuration."""
    config = pulumi.Config(NAMESPACE)
    build(
        LlmGatewaySettings.model_validate(json.loads(config.require("llm_gateway"))),
        json.loads(config.require("kubernetes")),
        protect=config.require_bool("protect"),
    )


def build(wanted: LlmGatewaySettings, kubernetes: Mapping[str, Any] | None, *, protect: bool) -> None:
    """The stack."""
    place = environment(protect=protect)
    clusters_settings = KubernetesSettings.model_validate(kubernetes) if kubernetes else None
    refuse("prod", NAMESPACE, llm_gateway_refusals(wanted, clusters_settings, place))
    foundation = Foundation(
        "foundation",
        FoundationArgs(environment=place, network=NetworkSettings(), api_propagation_seconds=0),
    )
    clusters = None
    if clusters_settings:
        clusters = Clusters(
            "clusters",
            ClustersArgs(
                foundation=foundation,
                settings=clusters_settings,
                hosts=hosts(wanted),
                dns_zones=dns_zones(wanted),
            ),
        )
    gateway = LlmGateway(
        "llm-gateway",
        LlmGatewayArgs(
            foundation=foundation, clusters=clusters, settings=wanted, alert_email="oncall@acme.com"
        ),
    )
    for name, value in llm_gateway_outputs(gateway).items():
        pulumi.export(name, value)
