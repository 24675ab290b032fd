"""What of a stack's settings can't be deployed, system by system, asked before anything is made."""

from __future__ import annotations

from collections.abc import Iterator

from components.environment import Environment
from hosts import hosts, refused_hosts
from services.axis.checks import axis_refusals
from services.clusters.checks import kubernetes_refusals
from services.foundation import network_refusals
from services.llm_gateway.checks import llm_gateway_refusals
from services.memorise.checks import memorise_refusals
from services.palma_ai.checks import palma_ai_refusals
from services.refusals import Refusal
from settings import Settings


def refusals(settings: Settings, environment: Environment) -> Iterator[Refusal]:
    """Each setting that can't be deployed, with the reason and what to write instead."""
    yield from network_refusals(settings.network, environment)
    yield from refused_hosts(settings)
    if settings.axis:
        yield from axis_refusals(settings.axis, environment)
    if settings.kubernetes:
        yield from kubernetes_refusals(settings.kubernetes, settings.network, environment, hosts(settings))
    if settings.llm_gateway:
        yield from llm_gateway_refusals(settings.llm_gateway, settings.kubernetes, environment)
    if settings.memorise:
        yield from memorise_refusals(settings.memorise, settings.kubernetes, environment)
    if settings.palma_ai:
        yield from palma_ai_refusals(settings.palma_ai, environment)
