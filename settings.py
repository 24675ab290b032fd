"""The stack's configuration: read once, checked whole, refused with one line for each thing that is wrong.

Every key has its meaning, unit and default in the model that holds it. Secrets are not among them: they are
read as Pulumi secrets by `services.stack_secrets`, which never shows a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

import pulumi
from pulumi.runtime import config as pulumi_config
from pydantic import Field, ValidationError, model_validator

from components.environment import Environment
from services.axis.prerequisites import axis_prerequisites
from services.axis.settings import AxisSettings
from services.clusters.prerequisites import kubernetes_prerequisites
from services.clusters.settings import KubernetesSettings
from services.explanations import Explanations
from services.llm_gateway.prerequisites import llm_gateway_prerequisites
from services.llm_gateway.settings import LlmGatewaySettings
from services.memorise.prerequisites import memorise_prerequisites
from services.memorise.settings import MemoriseSettings
from services.palma_ai.prerequisites import palma_ai_prerequisites
from services.palma_ai.settings import PalmaAiSettings
from services.settings import Model, NetworkSettings, SettingsError

NAMESPACE = "ai-platform"
_SYSTEMS = ("axis", "llm_gateway", "memorise", "palma_ai")
_OBJECTS = ("labels", "network", "kubernetes", *_SYSTEMS)

LabelKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
LabelValue = Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,63}$")]


class Settings(Model):
    """All of a stack's settings."""

    project: str = Field(
        pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$",
        description="Google Cloud project ID.",
        examples=["acme-prod"],
    )
    project_number: str = Field(
        pattern=r"^[1-9]\d{5,}$",
        description="The project's number; `gcloud projects describe PROJECT` shows it.",
        examples=["123456789012"],
    )
    region: str = Field(
        default="europe-west1",
        pattern=r"^[a-z]+-[a-z]+\d+$",
        description="Region of everything regional.",
        examples=["europe-west1"],
    )
    zone: str | None = Field(default=None, description="Zone of the machines; the region's `b` without one.")
    prefix: str = Field(
        default="ai",
        pattern=r"^[a-z][a-z0-9]{0,9}$",
        description="First part of every physical name.",
        examples=["ai"],
    )
    protect: bool = Field(
        default=True, description="The one switch of every protection against deletion; true in prod."
    )
    api_propagation_seconds: int = Field(
        default=60, ge=0, le=300, description="Wait after Google APIs are enabled the first time, in seconds."
    )
    alert_email: str | None = Field(
        default=None,
        pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        description="Address that is told when a public endpoint stops answering; nobody without one.",
        examples=["oncall@acme.com"],
    )
    labels: dict[LabelKey, LabelValue] = Field(
        default={},
        description="Labels of every resource that can have them: lower-case letters, digits, _ and -.",
        examples=["{team: ai}"],
    )
    network: NetworkSettings = NetworkSettings()
    kubernetes: KubernetesSettings | None = Field(
        default=None, description="Clusters, for the systems that run in one; null for none."
    )
    axis: AxisSettings | None = Field(default=None, description="AXIS; null leaves it out.")
    llm_gateway: LlmGatewaySettings | None = Field(
        default=None, description="The LLM gateway; null leaves it out."
    )
    memorise: MemoriseSettings | None = Field(default=None, description="memorise; null leaves it out.")
    palma_ai: PalmaAiSettings | None = Field(default=None, description="palma_ai; null leaves it out.")

    @model_validator(mode="after")
    def _zone_lies_in_the_region(self) -> Self:
        if self.zone and not re.fullmatch(f"{self.region}-[a-z]", self.zone):
            raise ValueError(
                f"zone {self.zone!r} is not in region {self.region}; write zone: {self.region}-b"
            )
        return self

    def prerequisites(self) -> list[str]:
        """Google Cloud resources that must exist before the stack is brought up, by full resource name."""
        existing: list[str] = []
        if self.axis:
            existing += axis_prerequisites(self.axis, self.project)
        if self.kubernetes:
            existing += kubernetes_prerequisites(self.kubernetes)
        if self.llm_gateway:
            existing += llm_gateway_prerequisites(self.llm_gateway, self.project)
        if self.memorise:
            existing += memorise_prerequisites(self.memorise, self.project)
        if self.palma_ai:
            existing += palma_ai_prerequisites(self.palma_ai, self.project)
        return existing

    def environment(self, stack: str) -> Environment:
        """The environment that this stack's components are deployed into.

        Raises:
            SettingsError: the stack's name can't be part of a resource's.
        """
        try:
            return Environment(
                project=self.project,
                project_number=self.project_number,
                region=self.region,
                zone=self.zone or f"{self.region}-b",
                stack=stack,
                prefix=self.prefix,
                labels={**self.labels, "environment": stack, "managed-by": "pulumi"},
                protect=self.protect,
            )
        except ValueError as error:
            raise SettingsError(f"Pulumi.{stack}.yaml: {error}") from None


def load_settings() -> Settings:
    """The current stack's settings.

    Raises:
        SettingsError: a key is missing, unknown, of the wrong type, out of range, or contradicts another.
    """
    stack_file = f"Pulumi.{pulumi.get_stack()}.yaml"
    try:
        return Settings.model_validate(_raw_settings(stack_file))
    except ValidationError as error:
        explain = Explanations(Settings, NAMESPACE)
        lines = [f"{stack_file}: {explain.of(details)}" for details in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from None


def _raw_settings(stack_file: str) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for key, value in _configured():
        # Whatever is in them goes where settings go: into variables, files and names that anybody reads.
        if pulumi_config.is_config_secret(_whole(key)):
            raise SettingsError(
                f"{stack_file}: {NAMESPACE}:{key}: holds an encrypted value, and a setting is no secret; "
                f"write it in the clear{_place_of_secrets(key)}"
            )
        if key not in _OBJECTS:
            raw[key] = value
            continue
        try:
            raw[key] = json.loads(value)
        except json.JSONDecodeError:
            raise SettingsError(
                f"{stack_file}: {NAMESPACE}:{key}: is text; write its settings as keys below it"
            ) from None
    return raw


def _place_of_secrets(key: str) -> str:
    if key not in _SYSTEMS:
        return ""
    return f", or name it in {key}.secrets and run `pulumi config set --secret {key}:NAME`"


def _configured() -> Iterator[tuple[str, str]]:
    """The project's own keys, as the engine hands them over: text, with objects as JSON."""
    known: Mapping[str, str] = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    prefix = f"{NAMESPACE}:"
    for key, value in sorted(known.items()):
        if key.startswith(prefix):
            yield key.removeprefix(prefix), value


def _whole(key: str) -> str:
    return f"{NAMESPACE}:{key}"
