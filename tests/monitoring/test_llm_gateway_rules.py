"""Each alert of llm_gateway on real series: it fires when something is wrong, and is silent when not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.alert_rule import AlertRule, rules_file
from services.llm_gateway.metrics_settings import AlertSettings, MetricsSettings
from services.llm_gateway.rules import Rules
from tests.monitoring.promtool import promtool, tried

HERE = "ai-prod-llm-gateway"
OURS = {"namespace": HERE}
CREDENTIAL = {"provider": "openai", "credential": "openai-prod-chat"}


def rules(
    alerts: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    clusters: Mapping[str, int] | None = None,
) -> list[AlertRule]:
    watched = {HERE: 1} if clusters is None else clusters
    return Rules(
        MetricsSettings(**(metrics or {})),
        AlertSettings(**(alerts or {})),
        namespaces=[HERE, *watched],
    ).all(watched)


def series(name: str, **labels: str) -> str:
    every = {"job": "llm-gateway", "namespace": HERE, "cluster": "ai-prod-main", **labels}
    written = ",".join(f'{key}="{value}"' for key, value in every.items())
    return f"{name}{{{written}}}"


def errors(kind: str, **labels: str) -> str:
    return series("llm_gateway_errors_total", error_type=kind, **{**CREDENTIAL, **labels})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("LlmGatewayAuthenticationFailures", "authentication_error"),
        ("LlmGatewayAuthenticationFailures", "invalid_api_key"),
        ("LlmGatewayAuthenticationFailures", "401"),
        ("LlmGatewayProviderFailures", "provider_error"),
        ("LlmGatewayProviderFailures", "503"),
        ("LlmGatewayProviderFailures", "timeout"),
        ("LlmGatewayRateLimits", "rate_limit_exceeded"),
        ("LlmGatewayRateLimits", "429"),
    ],
)
def test_errors_of_a_kind_fire_its_alert_with_provider_and_credential(
    tmp_path: Path, name: str, kind: str
) -> None:
    fires = [{**OURS, **CREDENTIAL}]
    values = {errors(kind): "0+20x30"}
    assert tried(tmp_path, rules(), name=name, series=values, minutes=20, fires=fires) == ""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("LlmGatewayAuthenticationFailures", "authentication_error"),
        ("LlmGatewayProviderFailures", "provider_error"),
        ("LlmGatewayRateLimits", "rate_limit_exceeded"),
    ],
)
@pytest.mark.parametrize("why", ["few", "another kind", "another stack", "over again"])
def test_an_alert_on_errors_is_silent_when_there_is_nothing_to_do(
    tmp_path: Path, name: str, kind: str, why: str
) -> None:
    values = {
        "few": {errors(kind): "0+1x30"},
        "another kind": {errors("content_filter"): "0+50x30"},
        "another stack": {errors(kind, namespace="ai-dev-llm-gateway"): "0+50x30"},
        "over again": {errors(kind): "0+50x2 100x30"},
    }[why]
    assert tried(tmp_path, rules(), name=name, series=values, minutes=20, fires=[]) == ""


def test_a_short_burst_of_errors_wakes_nobody(tmp_path: Path) -> None:
    burst = {errors("provider_error"): "0x5 0+100x1 100x30"}
    for minute in range(5, 16):
        found = tried(
            tmp_path,
            rules({"for_minutes": 10}),
            name="LlmGatewayProviderFailures",
            series=burst,
            minutes=minute,
            fires=[],
        )
        assert found == "", minute


def buckets(fast: int, slow: int) -> dict[str, str]:
    """A minute's requests: those below ten seconds, and those between 60 and 120."""
    name = "llm_gateway_request_duration_seconds_bucket"
    return {
        series(name, le="10"): f"0+{fast}x30",
        series(name, le="60"): f"0+{fast}x30",
        series(name, le="120"): f"0+{fast + slow}x30",
        series(name, le="+Inf"): f"0+{fast + slow}x30",
    }


@pytest.mark.parametrize(("slow", "fires"), [(20, [OURS]), (1, [])])
def test_slow_requests_fire_when_they_are_more_than_one_in_twenty(
    tmp_path: Path, slow: int, fires: list[dict[str, str]]
) -> None:
    values = buckets(100, slow)
    assert tried(tmp_path, rules(), name="LlmGatewayLatency", series=values, minutes=20, fires=fires) == ""


@pytest.mark.parametrize(("provider", "fires"), [(20, [OURS]), (79, [])])
def test_the_gateways_own_time_fires_and_a_slow_provider_does_not(
    tmp_path: Path, provider: int, fires: list[dict[str, str]]
) -> None:
    """Ten requests a minute of eight seconds each, of which the provider takes two, or nearly all."""
    values = {
        series("llm_gateway_request_duration_seconds_sum"): "0+80x30",
        series("llm_gateway_request_duration_seconds_count"): "0+10x30",
        series("llm_gateway_provider_duration_seconds_sum"): f"0+{provider}x30",
        series("llm_gateway_provider_duration_seconds_count"): "0+10x30",
    }
    assert tried(tmp_path, rules(), name="LlmGatewayOverhead", series=values, minutes=20, fires=fires) == ""


@pytest.mark.parametrize(
    ("values", "minutes", "fires"),
    [
        ("0+0.1x1600 161+1x70", 1665, [OURS]),
        ("0+0.1x1700", 1665, []),
        ("0+0.001x1600 1.61+0.1x70", 1665, []),
        ("0+1x70", 70, []),
        ("0+1x1300", 1200, []),
    ],
    ids=["ten times as much", "as ever", "a hundred times very little", "a new one", "not a day old"],
)
def test_a_cost_spike_is_an_hour_that_cost_much_more_than_those_before(
    tmp_path: Path, values: str, minutes: int, fires: list[dict[str, str]]
) -> None:
    cost = {series("llm_gateway_cost_usd_total"): values}
    assert (
        tried(tmp_path, rules(), name="LlmGatewayCostSpike", series=cost, minutes=minutes, fires=fires) == ""
    )


@pytest.mark.parametrize(("a_minute", "fires"), [("0.1", [OURS]), ("0.01", [])])
def test_a_budget_is_told_of_when_a_day_exceeds_it(
    tmp_path: Path, a_minute: str, fires: list[dict[str, str]]
) -> None:
    cost = {series("llm_gateway_cost_usd_total"): f"0+{a_minute}x1600"}
    given = rules({"daily_budget_usd": 100})
    assert tried(tmp_path, given, name="LlmGatewayDailyBudget", series=cost, minutes=1500, fires=fires) == ""


def test_without_a_budget_there_is_no_rule_of_one() -> None:
    assert "LlmGatewayDailyBudget" not in {rule.name for rule in rules()}


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        ({series("up", instance="a"): "1x30"}, []),
        ({series("up", instance="a"): "0x30", series("up", instance="b"): "1x30"}, []),
        ({series("up", instance="a"): "0x30"}, [OURS]),
        ({series("up", instance="a"): "1x5"}, [OURS]),
        ({}, [OURS]),
        ({series("up", instance="a", namespace="ai-dev-llm-gateway"): "1x30"}, [OURS]),
    ],
    ids=["scraped", "one pod of two", "refused", "stopped", "never", "another stack's"],
)
def test_a_gateway_that_nothing_is_scraped_of_is_missing(
    tmp_path: Path, values: dict[str, str], fires: list[dict[str, str]]
) -> None:
    name = "LlmGatewayTargetMissing"
    assert tried(tmp_path, rules(), name=name, series=values, minutes=25, fires=fires) == ""


@pytest.mark.parametrize(
    ("there", "fires"), [(("eu", "us"), []), (("eu",), [OURS]), ((), [OURS])], ids=["both", "one", "none"]
)
def test_of_a_fleet_one_missing_cluster_is_enough(
    tmp_path: Path, there: tuple[str, ...], fires: list[dict[str, str]]
) -> None:
    values = {series("up", cluster=each, instance=f"{each}-{pod}"): "1x30" for each in there for pod in "ab"}
    given, name = rules(clusters={HERE: 2}), "LlmGatewayTargetMissing"
    assert tried(tmp_path, given, name=name, series=values, minutes=25, fires=fires) == ""


def test_of_two_tenants_the_one_that_is_missing_is_named(tmp_path: Path) -> None:
    acme = f"{HERE}-acme"
    given = rules(clusters={HERE: 1, acme: 1})
    values = {series("up", instance="a"): "1x30"}
    fires = [{"namespace": acme}]
    name = "LlmGatewayTargetMissing"
    assert tried(tmp_path, given, name=name, series=values, minutes=25, fires=fires) == ""


def test_metrics_and_labels_of_another_version_are_settings(tmp_path: Path) -> None:
    given = rules(metrics={"error_label": "reason", "provider_label": "vendor", "provider_errors": "broken"})
    labels = {"vendor": "openai", "credential": "openai-prod-chat"}
    values = {series("llm_gateway_errors_total", reason="broken", **labels): "0+20x30"}
    fires = [{**OURS, **labels}]
    name = "LlmGatewayProviderFailures"
    assert tried(tmp_path, given, name=name, series=values, minutes=20, fires=fires) == ""


def test_promtool_finds_an_expectation_that_does_not_hold(tmp_path: Path) -> None:
    found = tried(tmp_path, rules(), name="LlmGatewayTargetMissing", series={}, minutes=25, fires=[])
    assert "FAILED" in found


@pytest.mark.parametrize("budget", [None, 100.5])
def test_prometheus_takes_the_file_of_rules(tmp_path: Path, budget: float | None) -> None:
    given = rules({"daily_budget_usd": budget}, clusters={HERE: 2, f"{HERE}-acme": 1})
    (tmp_path / "rules.yaml").write_text(rules_file("llm-gateway", given))
    assert promtool("check", "rules", "--lint-fatal", str(tmp_path / "rules.yaml")) == ""
