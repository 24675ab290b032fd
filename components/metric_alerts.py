"""Alerts on metrics: a policy of Cloud Monitoring for each rule, told by e-mail.

Owns the policies and the channel they are told by. Does not write the questions: they are `AlertRule`s, which
a file of rules for Prometheus is made of as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import monitoring

from components.alert_rule import AlertRule
from components.environment import Environment
from components.uptime_alert import MONITORING_API

_EVALUATION_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class MetricAlertsArgs:
    """What is watched, and who is told.

    Attributes:
        environment: whose metrics they are.
        rules: the alerts.
        email: the address that is told; nobody without one, though the console shows what fires.
    """

    environment: Environment
    rules: Sequence[AlertRule]
    email: str | None = None

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"rules {', '.join(twice)} are there twice; write another name for one")
        if self.email is not None and "@" not in self.email:
            raise ValueError(f"email {self.email!r}: write an address like oncall@acme.com")


class MetricAlerts(ComponentResource):
    """Alert policies.

    Attributes:
        policies: each rule's policy, by its resource name.
    """

    policies: dict[str, Output[str]]

    def __init__(self, name: str, args: MetricAlertsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:MetricAlerts", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(MONITORING_API)

        channels = [self._channel(args.email).name] if args.email else []
        self.policies = {rule.name: self._policy(rule, channels).name for rule in args.rules}
        self.register_outputs({"policies": self.policies})

    def _channel(self, email: str) -> monitoring.NotificationChannel:
        return monitoring.NotificationChannel(
            f"{self._name}-email",
            project=self._project,
            display_name=email,
            type="email",
            user_labels=self._args.environment.labels,
            labels={"email_address": email},
            opts=ResourceOptions(parent=self),
        )

    def _policy(self, rule: AlertRule, channels: Sequence[Output[str]]) -> monitoring.AlertPolicy:
        return monitoring.AlertPolicy(
            _dashed(rule.name),
            project=self._project,
            display_name=self._args.environment.physical_name(_dashed(rule.name)),
            combiner="OR",
            severity=rule.severity,
            user_labels=self._args.environment.labels,
            conditions=[
                monitoring.AlertPolicyConditionArgs(
                    display_name=rule.name,
                    condition_prometheus_query_language=_condition(rule),
                )
            ],
            notification_channels=list(channels),
            documentation=_documentation(rule),
            # An incident that nobody closed ends by itself a day after its cause has.
            alert_strategy=monitoring.AlertPolicyAlertStrategyArgs(auto_close="86400s"),
            opts=ResourceOptions(parent=self),
        )


def _condition(rule: AlertRule) -> monitoring.AlertPolicyConditionConditionPrometheusQueryLanguageArgs:
    return monitoring.AlertPolicyConditionConditionPrometheusQueryLanguageArgs(
        query=rule.query,
        duration=f"{rule.minutes * 60}s",
        evaluation_interval=f"{_EVALUATION_SECONDS}s",
        alert_rule=rule.name,
        # The policy is there before the first pod that has the metric.
        disable_metric_validation=True,
    )


def _documentation(rule: AlertRule) -> monitoring.AlertPolicyDocumentationArgs:
    """What a message says. Only an address can be a link; a path in the repository is text."""
    is_address = rule.runbook.startswith("https://")
    link = monitoring.AlertPolicyDocumentationLinkArgs(display_name="Runbook", url=rule.runbook)
    return monitoring.AlertPolicyDocumentationArgs(
        subject=rule.summary,
        content=f"{rule.summary}. Runbook: {rule.runbook}",
        mime_type="text/markdown",
        links=[link] if is_address else None,
    )


def _dashed(name: str) -> str:
    """`TargetMissing` as `target-missing`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
