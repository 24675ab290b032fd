"""The stack's configuration: read once, checked whole, refused with one line for each thing that is wrong.

Every key has its meaning, unit and default in the model that holds it. Secrets are not among them: they are
read as Pulumi secrets by `services.stack_secrets`, which never shows a value.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Self, get_args

import pulumi
from pulumi.runtime import config as pulumi_config
from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from components.environment import Environment
from services.axis.settings import AxisSettings
from services.settings import Model, NetworkSettings, SettingsError

NAMESPACE = "ai-platform"
_OBJECTS = ("labels", "network", "axis")


class Settings(Model):
    """All of a stack's settings."""

    project: str = Field(
        pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$",
        description="Google Cloud project ID.",
        examples=["acme-prod"],
    )
    project_number: str = Field(
        pattern=r"^\d{6,}$",
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
    labels: dict[str, str] = Field(default={}, description="Labels of every resource that can have them.")
    network: NetworkSettings = NetworkSettings()
    axis: AxisSettings | None = Field(default=None, description="AXIS; null leaves it out.")

    @model_validator(mode="after")
    def _zone_lies_in_the_region(self) -> Self:
        if self.zone and not self.zone.startswith(f"{self.region}-"):
            raise ValueError(f"zone {self.zone} is not in region {self.region}; write zone: {self.region}-b")
        return self

    def prerequisites(self) -> list[str]:
        """Google Cloud resources that must exist before the stack is brought up, by full resource name."""
        if self.axis is None:
            return []
        existing = []
        for secret in self.axis.secrets.values():
            if secret.source == "secret_manager":
                name = f"projects/{self.project}/secrets/{secret.secret}"
                existing += [name, f"{name}/versions/{secret.version}"]
        if self.axis.domain and self.axis.domain.dns_zone:
            existing.append(f"projects/{self.project}/managedZones/{self.axis.domain.dns_zone}")
        if self.axis.api.canary:
            existing.append(self.axis.api.canary.stable_revision)
        return existing

    def environment(self, stack: str) -> Environment:
        """The environment that this stack's components are deployed into."""
        return Environment(
            project=self.project,
            project_number=self.project_number,
            region=self.region,
            zone=self.zone or f"{self.region}-b",
            stack=stack,
            prefix=self.prefix,
            protect=self.protect,
        )


def load_settings() -> Settings:
    """The current stack's settings.

    Raises:
        SettingsError: a key is missing, unknown, of the wrong type, out of range, or contradicts another.
    """
    stack_file = f"Pulumi.{pulumi.get_stack()}.yaml"
    try:
        return Settings.model_validate(_raw_settings(stack_file))
    except ValidationError as error:
        lines = [f"{stack_file}: {_explained(details)}" for details in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from None


def _raw_settings(stack_file: str) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for key, value in _configured():
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


def _configured() -> Iterator[tuple[str, str]]:
    """The project's own keys, as the engine hands them over: text, with objects as JSON."""
    known: Mapping[str, str] = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    prefix = f"{NAMESPACE}:"
    for key, value in sorted(known.items()):
        if key.startswith(prefix):
            yield key.removeprefix(prefix), value


def _explained(details: ErrorDetails) -> str:
    """One finding as `KEY: what is wrong; what to write instead`."""
    path = [str(part) for part in details["loc"]]
    key = f"{NAMESPACE}:{'.'.join(path)}" if path else NAMESPACE
    shown = not isinstance(details["input"], dict | list) and not _is_secret(path)
    given = f"{details['input']!r} " if shown else ""
    context = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return f"{key}: is missing; {_meaning(path)}"
        case "extra_forbidden":
            return f"{key}: is not a setting; {_nearest(path)}"
        case "value_error":
            return f"{key}: {given if path else ''}{context['error']}"
        case "literal_error":
            return f"{key}: {given}is not allowed; write {context['expected']}"
        case "greater_than_equal":
            return f"{key}: {given}is too small; write {context['ge']} or more"
        case "less_than_equal":
            return f"{key}: {given}is too large; write {context['le']} or less"
        case _:
            return f"{key}: {given}is refused ({details['msg'].lower()}); {_meaning(path)}"


def _is_secret(path: list[str]) -> bool:
    return bool(path) and pulumi_config.is_config_secret(f"{NAMESPACE}:{path[0]}")


def _meaning(path: list[str]) -> str:
    """What to write at `path`: an example, and what the setting means."""
    model, name = _section(path[:-1]), path[-1]
    field = model.model_fields.get(name) if model else None
    if field is None:
        return "see the README's settings"
    example = field.examples[0] if field.examples else None if field.is_required() else field.default
    shown = f"`{name}: {example}`" if example is not None else f"a value for `{name}`"
    return f"write {shown} ({(field.description or 'its settings').rstrip('.')})"


def _nearest(path: list[str]) -> str:
    model = _section(path[:-1])
    known = sorted(model.model_fields) if model else []
    near = difflib.get_close_matches(path[-1], known, n=1)
    return f"write `{near[0]}`" if near else f"take it out, or write one of {', '.join(known)}"


def _section(path: list[str]) -> type[BaseModel] | None:
    """The model that holds the settings below `path`."""
    model: type[BaseModel] = Settings
    for part in path:
        field = model.model_fields.get(part)
        candidates = (field.annotation, *get_args(field.annotation)) if field else ()
        inner = [each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)]
        if not inner:
            return None
        model = inner[0]
    return model
