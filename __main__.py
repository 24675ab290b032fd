"""The stack: its settings in, its systems built, its outputs out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import ResourceOptions

from checks import refusals
from hosts import dns_zones, hosts
from providers import providers
from services.axis.axis import Axis, AxisArgs
from services.axis.outputs import axis_outputs
from services.clusters.clusters import Clusters, ClustersArgs
from services.clusters.outputs import kubernetes_outputs
from services.foundation import Foundation, FoundationArgs
from services.llm_gateway.llm_gateway import LlmGateway, LlmGatewayArgs
from services.llm_gateway.outputs import llm_gateway_outputs
from services.memorise.memorise import Memorise, MemoriseArgs
from services.memorise.outputs import memorise_outputs
from services.palma_ai.outputs import palma_ai_outputs
from services.palma_ai.palma_ai import PalmaAi, PalmaAiArgs
from services.refusals import refuse
from settings import NAMESPACE, load_settings


def main() -> None:
    """Builds everything that the stack's file asks for."""
    stack, settings = pulumi.get_stack(), load_settings()
    environment = settings.environment(stack)
    refuse(stack, NAMESPACE, refusals(settings, environment))
    everywhere = ResourceOptions(providers=[*providers(settings, environment)])
    email = settings.alert_email

    ground = FoundationArgs(
        environment=environment,
        network=settings.network,
        api_propagation_seconds=settings.api_propagation_seconds,
    )
    foundation = Foundation("foundation", ground, everywhere)
    clusters = None
    if settings.kubernetes:
        wanted = ClustersArgs(
            foundation=foundation,
            settings=settings.kubernetes,
            hosts=hosts(settings),
            dns_zones=dns_zones(settings),
        )
        clusters = Clusters("clusters", wanted, everywhere)
        export(kubernetes_outputs(clusters))
    if settings.axis:
        axis = AxisArgs(foundation=foundation, settings=settings.axis, alert_email=email)
        export(axis_outputs(Axis("axis", axis, everywhere)))
    if settings.llm_gateway:
        gateway = LlmGatewayArgs(
            foundation=foundation, clusters=clusters, settings=settings.llm_gateway, alert_email=email
        )
        export(llm_gateway_outputs(LlmGateway("llm-gateway", gateway, everywhere)))
    if settings.memorise and clusters:
        memorise = MemoriseArgs(
            foundation=foundation, clusters=clusters, settings=settings.memorise, alert_email=email
        )
        export(memorise_outputs(Memorise("memorise", memorise, everywhere)))
    if settings.palma_ai:
        palma_ai = PalmaAiArgs(foundation=foundation, settings=settings.palma_ai, alert_email=email)
        export(palma_ai_outputs(PalmaAi("palma-ai", palma_ai, everywhere)))


def export(outputs: Mapping[str, Any]) -> None:
    """Makes them outputs of the stack."""
    for name, value in outputs.items():
        pulumi.export(name, value)


main()
