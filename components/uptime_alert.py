"""An alert for a public address that stops answering.

Owns the uptime check, the alert on it, and the e-mail channel it goes to. Does not watch what is inside: a
route that asks its own dependencies (`/health`) is what makes the check worth having.

Uptime checks cost nothing up to a million runs a month in a project; one check runs about 220,000 times,
since the three regions have five places between them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import monitoring

from components.environment import Environment

MONITORING_API = "monitoring.googleapis.com"

_CHECK_PERIOD_SECONDS = 60
_REGIONS = ("USA", "EUROPE", "ASIA_PACIFIC")
"""In the API's own order, since the provider compares them as a list with what it reads back."""


@dataclass(frozen=True, kw_only=True)
class UptimeAlertArgs:
    """What is watched and who is told.

    Attributes:
        environment: where the check is made.
        host: the host name that is asked over HTTPS; its certificate must be valid.
        path: the path that must answer with a status below 400.
        email: the address that is told.
        failing_minutes: minutes of failure before anybody is told.
        advice: what the person who is told should do first, in Markdown.
    """

    environment: Environment
    host: Input[str]
    email: str
    path: str = "/health"
    failing_minutes: int = 3
    advice: str = ""

    def __post_init__(self) -> None:
        if not self.path.startswith("/"):
            raise ValueError(f"path {self.path!r}: write a path that begins with a slash, like /health")
        if "@" not in self.email:
            raise ValueError(f"email {self.email!r}: write an address like oncall@acme.com")


class UptimeAlert(ComponentResource):
    """A check from several continents and the alert on it.

    Attributes:
        policy: the alert policy's resource name.
    """

    policy: Output[str]

    def __init__(self, name: str, args: UptimeAlertArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:UptimeAlert", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(MONITORING_API)

        check = self._check()
        self.policy = self._alert(check, self._channel()).name
        self.register_outputs({"policy": self.policy})

    def _check(self) -> monitoring.UptimeCheckConfig:
        return monitoring.UptimeCheckConfig(
            f"{self._name}-check",
            project=self._project,
            display_name=self._args.environment.physical_name(self._name),
            user_labels=self._args.environment.labels,
            timeout="10s",
            period=f"{_CHECK_PERIOD_SECONDS}s",
            selected_regions=list(_REGIONS),
            http_check=monitoring.UptimeCheckConfigHttpCheckArgs(
                path=self._args.path, port=443, use_ssl=True, validate_ssl=True, request_method="GET"
            ),
            monitored_resource=monitoring.UptimeCheckConfigMonitoredResourceArgs(
                type="uptime_url",
                labels={"project_id": self._project, "host": self._args.host},
            ),
            opts=ResourceOptions(parent=self),
        )

    def _channel(self) -> monitoring.NotificationChannel:
        return monitoring.NotificationChannel(
            f"{self._name}-email",
            project=self._project,
            display_name=self._args.email,
            user_labels=self._args.environment.labels,
            type="email",
            labels={"email_address": self._args.email},
            opts=ResourceOptions(parent=self),
        )

    def _alert(
        self, check: monitoring.UptimeCheckConfig, channel: monitoring.NotificationChannel
    ) -> monitoring.AlertPolicy:
        subject = Output.format("{0}{1} does not answer", self._args.host, self._args.path)
        return monitoring.AlertPolicy(
            f"{self._name}-policy",
            project=self._project,
            display_name=subject,
            user_labels=self._args.environment.labels,
            combiner="OR",
            severity="CRITICAL",
            conditions=[
                monitoring.AlertPolicyConditionArgs(
                    display_name=subject, condition_threshold=self._fails_from_two_regions(check)
                )
            ],
            notification_channels=[channel.name],
            documentation=monitoring.AlertPolicyDocumentationArgs(
                content=self._args.advice, mime_type="text/markdown"
            )
            if self._args.advice
            else None,
            opts=ResourceOptions(parent=self),
        )

    def _fails_from_two_regions(
        self, check: monitoring.UptimeCheckConfig
    ) -> monitoring.AlertPolicyConditionConditionThresholdArgs:
        """More than one region sees a failure, so that a fault between one of them and us wakes nobody."""
        return monitoring.AlertPolicyConditionConditionThresholdArgs(
            filter=Output.format(
                'metric.type="monitoring.googleapis.com/uptime_check/check_passed" AND '
                'resource.type="uptime_url" AND metric.label.check_id="{0}"',
                check.uptime_check_id,
            ),
            comparison="COMPARISON_GT",
            threshold_value=1,
            duration=f"{self._args.failing_minutes * 60}s",
            aggregations=[
                monitoring.AlertPolicyConditionConditionThresholdAggregationArgs(
                    alignment_period="1200s",
                    per_series_aligner="ALIGN_NEXT_OLDER",
                    cross_series_reducer="REDUCE_COUNT_FALSE",
                    group_by_fields=["resource.label.project_id", "resource.label.host"],
                )
            ],
            trigger=monitoring.AlertPolicyConditionConditionThresholdTriggerArgs(count=1),
        )
