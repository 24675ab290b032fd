from __future__ import annotations

from typing import Any

import pytest
import yaml

from components.alert_rule import AlertRule, rules_file


def rule(**changed: Any) -> AlertRule:
    usual: dict[str, Any] = {
        "name": "TargetMissing",
        "query": 'absent(up{job="api"} == 1)',
        "minutes": 10,
        "severity": "CRITICAL",
        "summary": "Nothing is scraped",
        "runbook": "docs/runbooks/api.md#target-missing",
    }
    return AlertRule(**{**usual, **changed})


def test_a_file_of_rules_says_the_same_as_the_data() -> None:
    written = yaml.safe_load(rules_file("api", [rule(), rule(name="Latency", severity="WARNING", minutes=0)]))
    [group] = written["groups"]
    assert group["name"] == "api"
    assert group["rules"][0] == {
        "alert": "TargetMissing",
        "expr": 'absent(up{job="api"} == 1)',
        "for": "10m",
        "labels": {"severity": "critical"},
        "annotations": {
            "summary": "Nothing is scraped",
            "runbook": "docs/runbooks/api.md#target-missing",
        },
    }
    assert [each["alert"] for each in group["rules"]] == ["TargetMissing", "Latency"]


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"name": "target-missing"}, "write its name like TargetMissing"),
        ({"query": " "}, "write PromQL"),
        ({"minutes": -1}, "write 0 or more"),
    ],
)
def test_what_is_no_alert_is_refused_with_what_to_write(changed: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        rule(**changed)
