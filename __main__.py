"""The stack: its settings in, its systems built, its outputs out."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker
import pulumi_gcp as gcp
import pulumi_random as random
import pulumiverse_time as time
import pulumiverse_vercel as vercel
from pulumi import ProviderResource, ResourceOptions

from services.axis.axis import Axis, AxisArgs, builds_images
from services.axis.checks import axis_refusals
from services.axis.outputs import axis_outputs
from services.foundation import Foundation, FoundationArgs, network_refusals
from services.refusals import refuse
from services.stack_secrets import StackSecrets
from settings import NAMESPACE, Settings, load_settings


def providers(settings: Settings, stack: str) -> list[ProviderResource]:
    """Every provider by name, since default ones take their account from whoever runs the program."""
    google = gcp.Provider(
        "gcp",
        project=settings.project,
        region=settings.region,
        default_labels={**settings.labels, "environment": stack, "managed-by": "pulumi"},
    )
    chosen: list[ProviderResource] = [google, random.Provider("random"), time.Provider("time")]
    if settings.axis and builds_images(settings.axis):
        # It asks for the Docker daemon at once, also in a preview: only where something is built.
        chosen.append(docker.Provider("docker"))
    if settings.axis and settings.axis.frontend.vercel:
        token = StackSecrets(stack, "vercel").require("api_token")
        chosen.append(vercel.Provider("vercel", api_token=token, team=settings.axis.frontend.vercel.team_id))
    return chosen


def main() -> None:
    """Builds everything that the stack's file asks for."""
    stack, settings = pulumi.get_stack(), load_settings()
    environment = settings.environment(stack)
    refused = [*network_refusals(settings.network, environment)]
    if settings.axis:
        refused += axis_refusals(settings.axis, environment)
    refuse(stack, NAMESPACE, refused)
    everywhere = ResourceOptions(providers=providers(settings, stack))

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
            AxisArgs(
                foundation=foundation,
                settings=settings.axis,
                secrets=StackSecrets(stack, "axis"),
                alert_email=settings.alert_email,
            ),
            everywhere,
        )
        for name, value in axis_outputs(axis).items():
            pulumi.export(name, value)


main()
