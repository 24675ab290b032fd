"""The settings of metrics and alerts: the document names one metric, the others are said here."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from services.settings import Model

ERRORS = "llm_gateway_errors_total"
"""The one metric that the document names."""

METRICS_PATH = "/metrics/ai-gateway"
"""Where the document has it."""


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error}); write one like auth.*|401") from None
    return text


Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
PodLabel = Annotated[str, Field(pattern=r"^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$")]
PodLabelValue = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$")]
Metric = Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
Label = Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9_]*$")]
Values = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.*+|()?:-]+$"), AfterValidator(_regular_expression)]
"""A regular expression of a label's values, with nothing in it that would end a string of PromQL."""


class MetricsSettings(Model):
    """The metrics endpoint, and what its metrics and labels are called in the image's version."""

    token_generation: int = Field(
        default=1, ge=1, description="Raising it makes a new metrics token; pods and scrapers get it at once."
    )
    interval_seconds: int = Field(default=30, ge=10, le=300, description="Time between two scrapes.")
    scrapers: dict[Namespace, dict[PodLabel, PodLabelValue]] = Field(
        default={},
        description="Pods of other namespaces that may scrape, off Google: namespace to their labels.",
        examples=["{monitoring: {app.kubernetes.io/name: prometheus}}"],
    )
    duration: Metric = Field(
        default="llm_gateway_request_duration_seconds",
        description="Histogram of a request's whole duration in the gateway.",
    )
    provider_duration: Metric = Field(
        default="llm_gateway_provider_duration_seconds",
        description="Histogram of the part of it that the provider takes.",
    )
    cost: Metric = Field(default="llm_gateway_cost_usd_total", description="Counter of cost in US dollars.")
    provider_label: Label = Field(default="provider", description="Label that names the provider.")
    credential_label: Label = Field(default="credential", description="Label that names the credential.")
    error_label: Label = Field(
        default="error_type", description=f"Label of {ERRORS} that says what kind of error it is."
    )
    authentication_errors: Values = Field(
        default="auth.*|invalid_api_key|permission.*|401|403",
        description="Its values for a key that a provider, or the gateway, refuses.",
    )
    rate_limit_errors: Values = Field(
        default="rate_limit.*|quota.*|429", description="Its values for a limit that was reached."
    )
    provider_errors: Values = Field(
        default="provider.*|upstream.*|timeout.*|5..", description="Its values for a provider that fails."
    )


class AlertSettings(Model):
    """When somebody is told, and where they are sent to read on."""

    runbooks_url: str | None = Field(
        default=None,
        pattern=r"^https://[^\s]+[^\s/]$",
        description="Address of docs/runbooks as people read it, linked from each alert.",
        examples=["https://github.com/acme/ai-platform/blob/main/docs/runbooks"],
    )
    authentication_failures: int = Field(
        default=10, ge=1, description="Refused keys in five minutes, by provider and credential."
    )
    provider_failures: int = Field(
        default=20, ge=1, description="A provider's failures in five minutes, by provider and credential."
    )
    rate_limits: int = Field(
        default=20, ge=1, description="Refusals for a limit in five minutes, by provider and credential."
    )
    latency_seconds: float = Field(
        default=60, gt=0, le=3600, description="Duration that 95 % of requests keep below, in seconds."
    )
    overhead_seconds: float = Field(
        default=2, gt=0, le=600, description="Mean time of a request that is not the provider's, in seconds."
    )
    cost_spike_factor: float = Field(
        default=4, gt=1, le=100, description="An hour's cost over the mean hour of the day before."
    )
    cost_spike_floor_usd: float = Field(
        default=10, gt=0, description="An hour's cost below which nothing is a spike, in US dollars."
    )
    daily_budget_usd: float | None = Field(
        default=None, gt=0, description="Cost of a day that is told of, in US dollars; null for none."
    )
    missing_minutes: int = Field(
        default=10, ge=1, le=1440, description="Minutes without a scrape of any pod of a cluster."
    )
    for_minutes: int = Field(
        default=5, ge=1, le=1440, description="Minutes that any other condition lasts before it is told."
    )
