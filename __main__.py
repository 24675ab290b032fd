"""The stack: its settings in, its systems built, its outputs out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import ResourceOptions

from checks import refusals
from providers import providers
from services.axis.axis import Axis, AxisArgs
from services.axis.outputs import axis_outputs
from services.foundation import Foundation, FoundationArgs
from services.palma_ai.outputs import palma_ai_outputs
from services.palma_ai.palma_ai import PalmaAi, PalmaAiArgs
from services.refusals import refuse
from settings import NAMESPACE, load_settings


def main() -> None:
    """Builds everything that the stack's file asks for."""
    stack, settings = pulumi.get_stack(), load_settings()
    environment = settings.environment(stack)
    refuse(stack, NAMESPACE, refusals(settings, environment))
    everywhere = ResourceOptions(providers=[*providers(settings, stack)])

    foundation = Foundation(
        "foundation",
        FoundationArgs(
            environment=environment,
            network=settings.network,
            api_propagation_seconds=settings.api_propagation_seconds,
        ),
        everywhere,
    )
    if settings.axis:
        axis = Axis(
            "axis",
            AxisArgs(foundation=foundation, settings=settings.axis, alert_email=settings.alert_email),
            everywhere,
        )
        export(axis_outputs(axis))
    if settings.palma_ai:
        palma_ai = PalmaAi(
            "palma-ai",
            PalmaAiArgs(foundation=foundation, settings=settings.palma_ai, alert_email=settings.alert_email),
            everywhere,
        )
        export(palma_ai_outputs(palma_ai))


def export(outputs: Mapping[str, Any]) -> None:
    """Makes them outputs of the stack."""
    for name, value in outputs.items():
        pulumi.export(name, value)


main()
