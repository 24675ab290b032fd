"""The settings of provider credentials, and what a set of them must be to route by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.settings import Model, SecretSetting

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=40)]
CredentialName = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)+$",
        max_length=60,
        description="PROVIDER-ENVIRONMENT-PURPOSE.",
        examples=["openai-prod-chat"],
    ),
]


class CredentialSettings(Model):
    """A key of a model provider, named PROVIDER-ENVIRONMENT-PURPOSE."""

    provider: Word = Field(description="Whose key it is; the first part of its name.", examples=["openai"])
    purpose: Word = Field(description="What it is for; the last part of its name.", examples=["chat"])
    weight: int = Field(
        default=1, ge=0, le=1000, description="Its share of the provider's requests beside the others'."
    )
    enabled: bool = Field(
        default=True,
        description="false: no pod gets the key and no request is sent with it; a key is disabled before it "
        "is deleted.",
    )
    data_classes: frozenset[Word] = Field(
        default=frozenset({"general"}),
        min_length=1,
        description="Classes of data that the provider is approved for; a fallback needs all of the "
        "credential's that it stands in for.",
    )
    secret: SecretSetting = Field(
        default=SecretSetting(source="config"), description="Where the key comes from."
    )
    previous: SecretSetting | None = Field(
        default=None,
        description="The old key during a rotation, taken as well until the new one has served.",
    )

    @model_validator(mode="after")
    def _is_a_providers_own(self) -> Self:
        for name, secret in (("secret", self.secret), ("previous", self.previous)):
            if secret and secret.source == "generated":
                raise ValueError(f"{name}.source generated: a provider makes its keys; write source: config")
        return self


Credentials = dict[CredentialName, CredentialSettings]
Fallbacks = dict[CredentialName, tuple[CredentialName, ...]]


def routing_problems(credentials: Mapping[str, CredentialSettings], fallbacks: Fallbacks) -> Iterator[str]:
    """What of credentials and fallbacks can't be routed by, each with what to write instead."""
    yield from _names(credentials, fallbacks)
    if all(name in credentials for name in _mentioned(fallbacks)):
        yield from _targets(credentials, fallbacks)
        yield from _cycles(fallbacks)
    yield from _weights(credentials, fallbacks)


def _mentioned(fallbacks: Fallbacks) -> list[str]:
    return sorted({*fallbacks, *(target for targets in fallbacks.values() for target in targets)})


def _names(credentials: Mapping[str, CredentialSettings], fallbacks: Fallbacks) -> Iterator[str]:
    for name in _mentioned(fallbacks):
        if name not in credentials:
            known = ", ".join(sorted(credentials)) or "none yet"
            yield f"fallbacks: {name} is no credential; write one of credentials, which are {known}"
    for name, targets in fallbacks.items():
        if not targets or len(set(targets)) < len(targets):
            yield f"fallbacks.{name}: write each credential to fall back to once, or take {name} out"


def _targets(credentials: Mapping[str, CredentialSettings], fallbacks: Fallbacks) -> Iterator[str]:
    for name, targets in fallbacks.items():
        for target in targets:
            if not credentials[target].enabled:
                yield (
                    f"fallbacks.{name}: {target} is disabled and would answer nothing; take it out of "
                    f"fallbacks.{name}, or write credentials.{target}.enabled: true"
                )
            if missing := sorted(credentials[name].data_classes - credentials[target].data_classes):
                yield (
                    f"fallbacks.{name}: {target} is not approved for {', '.join(missing)}, which {name} is; "
                    f"write another fallback, or add it to credentials.{target}.data_classes"
                )


def _cycles(fallbacks: Fallbacks) -> Iterator[str]:
    """Requests would go round in circles while every provider of a circle fails."""
    for start in sorted(fallbacks):
        open_paths = [[start]]
        while open_paths:
            path = open_paths.pop()
            for target in fallbacks.get(path[-1], ()):
                # Told once, at the first of its names.
                if target == start and start == min(path):
                    circle = " -> ".join([*path, start])
                    yield f"fallbacks: {circle} is a circle; take {start} out of fallbacks.{path[-1]}"
                elif target not in path:
                    open_paths.append([*path, target])


def _weights(credentials: Mapping[str, CredentialSettings], fallbacks: Fallbacks) -> Iterator[str]:
    """A provider that has enabled keys gives a share to one of them, unless all just stand in for others."""
    spare = {target for targets in fallbacks.values() for target in targets}
    for provider in sorted({each.provider for each in credentials.values()}):
        used = {
            name: each for name, each in credentials.items() if each.provider == provider and each.enabled
        }
        if used and not any(each.weight for each in used.values()) and not set(used) <= spare:
            first = min(set(used) - spare)
            yield (
                f"credentials: every weight of provider {provider} is 0, so nothing would be sent to it; "
                f"write credentials.{first}.weight: 1, or enabled: false"
            )
