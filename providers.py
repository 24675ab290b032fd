"""Every provider by name, since default ones take their account from whoever runs the program."""

from __future__ import annotations

from collections.abc import Iterator

import pulumi_docker as docker
import pulumi_gcp as gcp
import pulumi_random as random
import pulumiverse_time as time
import pulumiverse_vercel as vercel
from pulumi import ProviderResource

from services.axis.axis import builds_images
from services.stack_secrets import StackSecrets
from settings import Settings


def providers(settings: Settings, stack: str) -> Iterator[ProviderResource]:
    """The providers that a stack's systems need, and no other: each asks for something of its own."""
    yield gcp.Provider(
        "gcp",
        project=settings.project,
        region=settings.region,
        default_labels={**settings.labels, "environment": stack, "managed-by": "pulumi"},
    )
    yield time.Provider("time")
    yield random.Provider("random")
    if settings.axis and builds_images(settings.axis):
        # It asks for the Docker daemon at once, also in a preview: only where something is built.
        yield docker.Provider("docker")
    if settings.axis and settings.axis.frontend.vercel:
        token = StackSecrets(stack, "vercel").require("api_token")
        yield vercel.Provider("vercel", api_token=token, team=settings.axis.frontend.vercel.team_id)
