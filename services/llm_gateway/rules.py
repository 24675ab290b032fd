"""llm_gateway's alerts: the one source of the questions that Cloud Monitoring and Prometheus ask.

Pure data of the settings. Each leads to the section of the incident runbook that begins where it ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.alert_rule import AlertRule, Severity
from services.llm_gateway.metrics_settings import ERRORS, AlertSettings, MetricsSettings

JOB = "llm-gateway"
"""The label `job` of all its series, from managed Prometheus and from a team's own."""

GROUP = "llm-gateway"
"""The group of rules."""

_RUNBOOK = "llm-gateway-incident.md"
_FOLDER = "docs/runbooks"
_WINDOW = "5m"


class Rules:
    """The alerts on the gateways of some namespaces."""

    def __init__(
        self,
        metrics: MetricsSettings,
        alerts: AlertSettings,
        *,
        namespaces: Sequence[str],
    ) -> None:
        """Takes what all rules share.

        Args:
            metrics: what metrics and labels are called.
            alerts: when somebody is told.
            namespaces: the namespaces that are watched, since a project may hold another stack's.
        """
        self._metrics, self._alerts = metrics, alerts
        self._selector = f'job="{JOB}",namespace=~"{"|".join(sorted(namespaces))}"'

    def all(self, clusters: Mapping[str, int]) -> list[AlertRule]:
        """Every rule.

        Args:
            clusters: each namespace to the number of clusters that are scraped for it.
        """
        return [*self._errors(), *self._durations(), *self._costs(), *self._missing(clusters)]

    def _errors(self) -> Iterator[AlertRule]:
        metrics, alerts = self._metrics, self._alerts
        yield self._error_rule(
            "LlmGatewayAuthenticationFailures",
            metrics.authentication_errors,
            alerts.authentication_failures,
            "CRITICAL",
            "A provider or the gateway refuses keys",
            "authentication-failures",
        )
        yield self._error_rule(
            "LlmGatewayProviderFailures",
            metrics.provider_errors,
            alerts.provider_failures,
            "CRITICAL",
            "A provider fails",
            "provider-failures",
        )
        yield self._error_rule(
            "LlmGatewayRateLimits",
            metrics.rate_limit_errors,
            alerts.rate_limits,
            "WARNING",
            "A limit refuses requests",
            "rate-limits",
        )

    def _error_rule(
        self, name: str, values: str, threshold: int, severity: Severity, summary: str, section: str
    ) -> AlertRule:
        metrics = self._metrics
        by = f"namespace, {metrics.provider_label}, {metrics.credential_label}"
        series = f'{ERRORS}{{{self._selector},{metrics.error_label}=~"{values}"}}'
        query = f"sum by ({by}) (increase({series}[{_WINDOW}])) > {threshold}"
        return self._rule(name, query, severity, summary, section)

    def _durations(self) -> Iterator[AlertRule]:
        alerts = self._alerts
        buckets = (
            f"sum by (namespace, le) (rate({self._metrics.duration}_bucket{{{self._selector}}}[{_WINDOW}]))"
        )
        yield self._rule(
            "LlmGatewayLatency",
            f"histogram_quantile(0.95, {buckets}) > {alerts.latency_seconds:g}",
            "WARNING",
            f"One request in twenty takes longer than {alerts.latency_seconds:g} seconds",
            "latency",
        )
        whole, provider = self._mean(self._metrics.duration), self._mean(self._metrics.provider_duration)
        yield self._rule(
            "LlmGatewayOverhead",
            f"({whole}) - ({provider}) > {alerts.overhead_seconds:g}",
            "WARNING",
            f"The gateway adds more than {alerts.overhead_seconds:g} seconds to what providers take",
            "latency",
        )

    def _mean(self, histogram: str) -> str:
        total, count = (
            f"sum by (namespace) (rate({histogram}_{part}{{{self._selector}}}[{_WINDOW}]))"
            for part in ("sum", "count")
        )
        return f"{total} / {count}"

    def _costs(self) -> Iterator[AlertRule]:
        alerts = self._alerts
        hour = self._cost("1h")
        # A gateway that is younger than what it is compared with has no usual day yet.
        known = f"sum by (namespace) ({self._metrics.cost}{{{self._selector}}} offset 25h)"
        yield self._rule(
            "LlmGatewayCostSpike",
            f"{hour} > {alerts.cost_spike_factor:g} * {self._cost('1d', ' offset 1h')} / 24 "
            f"and {hour} > {alerts.cost_spike_floor_usd:g} and {known}",
            "WARNING",
            f"An hour cost more than {alerts.cost_spike_factor:g} times the mean hour of the day before",
            "cost-spikes",
        )
        if alerts.daily_budget_usd is not None:
            yield self._rule(
                "LlmGatewayDailyBudget",
                f"{self._cost('1d')} > {alerts.daily_budget_usd:g}",
                "WARNING",
                f"A day cost more than {alerts.daily_budget_usd:g} US dollars",
                "cost-spikes",
            )

    def _cost(self, window: str, offset: str = "") -> str:
        return f"sum by (namespace) (increase({self._metrics.cost}{{{self._selector}}}[{window}]{offset}))"

    def _missing(self, clusters: Mapping[str, int]) -> Iterator[AlertRule]:
        """Fewer clusters than there are have a pod that answers the scrape; none at all has no series."""
        if not clusters:
            return
        query = " or ".join(_fewer(namespace, count) for namespace, count in sorted(clusters.items()))
        yield self._rule(
            "LlmGatewayTargetMissing",
            query,
            "CRITICAL",
            "No metrics come from a cluster",
            "target-missing",
            self._alerts.missing_minutes,
        )

    def _rule(
        self,
        name: str,
        query: str,
        severity: Severity,
        summary: str,
        section: str,
        minutes: int | None = None,
    ) -> AlertRule:
        return AlertRule(
            name=name,
            query=query,
            minutes=self._alerts.for_minutes if minutes is None else minutes,
            severity=severity,
            summary=summary,
            runbook=runbook(self._alerts, section),
        )


def _fewer(namespace: str, clusters: int) -> str:
    """Whether fewer than so many clusters are scraped for a namespace, which absent things don't name."""
    up = f'up{{job="{JOB}",namespace="{namespace}"}} == 1'
    query = f"absent({up})"
    if clusters > 1:
        query = f"(count(count by (cluster) ({up})) < {clusters} or {query})"
    return f'label_replace({query}, "namespace", "{namespace}", "", "")'


def runbook(alerts: AlertSettings, section: str) -> str:
    """Where a section of the incident runbook is read."""
    return f"{alerts.runbooks_url or _FOLDER}/{_RUNBOOK}#{section}"
