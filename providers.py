"""Every provider by name, since default ones take their account from whoever runs the program."""

from __future__ import annotations

from collections.abc import Iterator

import pulumi_docker as docker
import pulumi_gcp as gcp
import pulumi_random as random
import pulumiverse_time as time
import pulumiverse_vercel as vercel
from pulumi import ProviderResource

from components.environment import Environment
from services.axis.axis import builds_images as axis_builds_images
from services.memorise.memorise import builds_images as memorise_builds_images
from services.stack_secrets import StackSecrets
from settings import Settings


def providers(settings: Settings, environment: Environment) -> Iterator[ProviderResource]:
    """The providers that a stack's systems need, and no other: each asks for something of its own."""
    yield gcp.Provider(
        "gcp",
        project=environment.project,
        region=environment.region,
        default_labels=environment.labels,
    )
    yield time.Provider("time")
    yield random.Provider("random")
    if _builds_images(settings):
        # It asks for the Docker daemon at once, also in a preview: only where something is built.
        yield docker.Provider("docker")
    if settings.axis and settings.axis.frontend.vercel:
        token = StackSecrets(environment.stack, "vercel").require("api_token")
        yield vercel.Provider("vercel", api_token=token, team=settings.axis.frontend.vercel.team_id)


def _builds_images(settings: Settings) -> bool:
    axis, memorise = settings.axis, settings.memorise
    return bool((axis and axis_builds_images(axis)) or (memorise and memorise_builds_images(memorise)))
