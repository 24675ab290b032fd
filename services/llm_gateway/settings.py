"""The settings of llm_gateway: one model for the whole fleet, and what is otherwise in one cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from services.explanations import Explanations
from services.llm_gateway.credential_settings import Credentials, Fallbacks
from services.llm_gateway.metrics_settings import AlertSettings, MetricsSettings
from services.llm_gateway.parts_settings import (
    CanarySettings,
    EgressSettings,
    EnvironmentName,
    ExactPath,
    GatewayPostgresSettings,
    HealthSettings,
    MigrationSettings,
    PathPrefix,
    ReplicaSettings,
    ShortName,
    SizeSettings,
    TenantSettings,
    VariableSettings,
    VendorSettings,
)
from services.settings import DomainSettings, Image, Model, RedisSettings, SecretSetting

_MAPS = ("credentials", "fallbacks", "env", "secrets", "tenants")
"""Settings whose keys are names of the team's own: null takes one out in a cluster."""

_ONE_FOR_ALL = ("hosting", "domain", "vendor", "metrics", "alerts", "clusters", "variables")


class LlmGatewaySettings(Model):
    """llm_gateway."""

    hosting: Literal["self", "vendor", "hybrid"] = Field(
        default="self",
        description="self: on clusters; vendor: Axiom operates it, and credentials, routing, alerts and the "
        "uptime check are left; hybrid: both.",
    )
    vendor: VendorSettings | None = Field(default=None, description="Axiom's endpoint; not with self.")
    image: Image | None = Field(default=None, description="Axiom's image, by digest; not with vendor.")
    canary: CanarySettings | None = Field(default=None, description="A second version; null for none.")
    migration: MigrationSettings | None = Field(default=None, description="Required but with vendor.")
    domain: DomainSettings | None = Field(
        default=None, description="The team's own gateway's host name; without one there are only tenants."
    )
    clusters: dict[ShortName, dict[str, Any] | None] = Field(
        default={"main": {}},
        description="The clusters it is in, by their names in `kubernetes`, each with what is otherwise "
        "there: any other setting of this section, over it; null takes a named entry out.",
        examples=["{main: {}, us: {replicas: {min: 2}}}"],
    )
    port: int = Field(default=8080, ge=1024, le=65535, description="Port that pods listen on.")
    health: HealthSettings = HealthSettings()
    public_paths: tuple[PathPrefix, ...] = Field(
        default=("/v1", "/api", "/ui"),
        description="Path prefixes that the public reaches: inference, management, user interface.",
    )
    public_exact_paths: tuple[ExactPath, ...] = Field(
        default=("/",), description="Single paths that the public reaches, and nothing below them."
    )
    request_timeout_seconds: int = Field(
        default=600, ge=1, le=3500, description="Longest answer, streams included, in seconds."
    )
    replicas: ReplicaSettings = ReplicaSettings()
    size: SizeSettings = SizeSettings()
    postgres: GatewayPostgresSettings | None = Field(
        default=GatewayPostgresSettings(),
        description="One for all clusters, in the stack's region; null: given by secret DATABASE_URL.",
    )
    redis: RedisSettings | None = Field(
        default=RedisSettings(), description="One for each cluster; null: given by secret REDIS_URL."
    )
    egress: tuple[EgressSettings, ...] = Field(
        default=(),
        description="Private addresses that pods may reach as well, e.g. of a given Postgres.",
        examples=["[{range: 10.5.0.0/16, ports: [5432, 6379]}]"],
    )
    env: dict[EnvironmentName, str] = Field(default={}, description="More plain variables.")
    secrets: dict[EnvironmentName, SecretSetting] = Field(
        default={}, description="More secret variables, or another source of DATABASE_URL and REDIS_URL."
    )
    credentials: Credentials = Field(default={}, description="Provider credentials, by name.")
    fallbacks: Fallbacks = Field(
        default={},
        description="Which credentials stand in for one that fails, in order.",
        examples=["{openai-prod-chat: [anthropic-prod-chat]}"],
    )
    tenants: dict[ShortName, TenantSettings] = Field(
        default={}, description="Organizations with a gateway of their own, by a short name."
    )
    variables: VariableSettings = VariableSettings()
    metrics: MetricsSettings = MetricsSettings()
    alerts: AlertSettings = AlertSettings()

    _in_cluster: dict[str, LlmGatewaySettings] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _has_what_its_hosting_needs(self) -> Self:
        if self.hosting != "vendor" and not (self.image and self.migration):
            raise ValueError(
                f"hosting {self.hosting} needs `image`, by digest, and `migration: {{command: [...]}}`"
            )
        if (self.hosting == "self") == bool(self.vendor):
            wanted = "take `vendor` out" if self.vendor else "write `vendor: {endpoint: https://...}`"
            raise ValueError(f"hosting {self.hosting}: {wanted}")
        if self.hosting != "vendor" and not (self.domain or self.tenants):
            raise ValueError("write `domain`, its host name, or `tenants`; otherwise nobody reaches it")
        if self.hosting == "vendor" and (self.tenants or self.canary or self.domain):
            raise ValueError("hosting vendor: tenants, canary and domain are Axiom's to make; take them out")
        return self

    @model_validator(mode="after")
    def _holds_in_every_cluster(self) -> Self:
        lines = []
        for name, overrides in self.clusters.items():
            try:
                self._in_cluster[name] = self._with(overrides or {})
            except ValidationError as error:
                explain = Explanations(LlmGatewaySettings, f"clusters.{name}")
                lines += [
                    explain.of(each).replace(f"clusters.{name}:", f"clusters.{name}.", 1)
                    for each in error.errors(include_url=False)
                ]
            except ValueError as error:
                lines.append(f"clusters.{name}: {error}")
        if lines:
            raise ValueError("; ".join(lines))
        return self

    def in_cluster(self, name: str) -> LlmGatewaySettings:
        """The settings with what is otherwise in the cluster called `name`."""
        return self._in_cluster[name]

    def says_itself(self, cluster: str, *path: str) -> bool:
        """Whether a cluster has a setting of its own at `path`."""
        section: Any = self.clusters[cluster]
        for step in path:
            if not isinstance(section, Mapping) or step not in section:
                return False
            section = section[step]
        return True

    def _with(self, overrides: Mapping[str, Any]) -> LlmGatewaySettings:
        for name in overrides:
            if name in _ONE_FOR_ALL:
                raise ValueError(f"{name} is one for all clusters; write it beside `clusters`")
        if overrides.get("postgres") is not None:
            raise ValueError(
                "postgres is one for all clusters; write its size beside `clusters`, or postgres: null and "
                "the secret DATABASE_URL here"
            )
        if not overrides:
            return self
        base = self.model_dump(exclude_unset=True, exclude={"clusters"})
        return LlmGatewaySettings.model_validate({**merged(base, overrides), "clusters": {}})


def merged(base: Mapping[str, Any], over: Mapping[str, Any], *, names: bool = False) -> dict[str, Any]:
    """`base` with `over` over it, section by section.

    Args:
        base: what holds elsewhere.
        over: what is otherwise.
        names: whether the keys are names of the team's own, of which null takes one out.
    """
    both = dict(base)
    for key, value in over.items():
        if names and value is None:
            both.pop(key, None)
            continue
        deeper = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = merged(both[key], value, names=key in _MAPS) if deeper else value
    return both
