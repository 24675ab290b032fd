from __future__ import annotations

from typing import Any

import pytest

from components.alert_rule import AlertRule
from components.metric_alerts import MetricAlerts, MetricAlertsArgs
from simulator.in_process import Plan, plan
from tests.components.environments import environment
from tests.components.test_alert_rule import rule

POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"
URL = "https://github.com/acme/platform/blob/main/docs/runbooks/api.md#target-missing"


def made(*rules: AlertRule, email: str | None = "oncall@acme.com") -> Plan:
    def program() -> None:
        MetricAlerts("api", MetricAlertsArgs(environment=environment(), rules=rules, email=email))

    return plan(program)


def condition(found: Plan) -> dict[str, Any]:
    [only] = found.one(POLICY).inputs["conditions"]
    return only["conditionPrometheusQueryLanguage"]


def test_a_policy_asks_exactly_what_the_rule_asks_for_as_long() -> None:
    asked = condition(made(rule()))
    assert (asked["query"], asked["duration"], asked["alertRule"]) == (
        rule().query,
        "600s",
        "TargetMissing",
    )


def test_a_policy_may_be_there_before_the_metric_is() -> None:
    """The API refuses a question about a metric that nothing has written yet."""
    assert condition(made(rule()))["disableMetricValidation"] is True


def test_who_is_told_reads_what_is_wrong_and_where_to_go_on() -> None:
    found = made(rule(runbook=URL))
    documentation = found.one(POLICY).inputs["documentation"]
    assert documentation["subject"] == "Nothing is scraped"
    assert URL in documentation["content"]
    assert [link["url"] for link in documentation["links"]] == [URL]


def test_a_runbook_in_the_repository_is_named_and_is_no_link() -> None:
    """Cloud Monitoring takes addresses alone as links."""
    documentation = made(rule()).one(POLICY).inputs["documentation"]
    assert "docs/runbooks/api.md#target-missing" in documentation["content"]
    assert "links" not in documentation


def test_every_policy_is_told_by_the_one_channel() -> None:
    found = made(rule(), rule(name="Latency", severity="WARNING"))
    channel = found.one(CHANNEL)
    assert channel.inputs["labels"] == {"email_address": "oncall@acme.com"}
    told = {one.name: one.inputs["notificationChannels"] for one in found.of(POLICY)}
    assert told == {name: [channel.state["name"]] for name in ("target-missing", "latency")}
    assert {one.inputs["severity"] for one in found.of(POLICY)} == {"CRITICAL", "WARNING"}


def test_without_an_address_the_policies_are_there_and_tell_nobody() -> None:
    found = made(rule(), email=None)
    assert found.of(CHANNEL) == []
    assert not found.one(POLICY).inputs.get("notificationChannels")


@pytest.mark.parametrize(
    ("rules", "email", "wanted"),
    [
        ([rule(), rule()], None, "TargetMissing are there twice"),
        ([rule()], "oncall", "write an address like"),
    ],
)
def test_what_can_not_be_alerts_is_refused(rules: list[AlertRule], email: str | None, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        MetricAlertsArgs(environment=environment(), rules=rules, email=email)
