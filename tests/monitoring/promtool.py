"""promtool: rules tried against series that are written down, and configurations checked."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from components.alert_rule import AlertRule, rules_file


def tried(
    folder: Path,
    rules: Sequence[AlertRule],
    *,
    name: str,
    series: Mapping[str, str],
    minutes: int,
    fires: Sequence[Mapping[str, str]],
) -> str:
    """What promtool finds wrong; nothing where the alert called `name` fires with these labels, and no other.

    Args:
        folder: where its files are written.
        rules: the rules.
        name: the alert that is tried.
        series: values by series, one a minute, in promtool's notation.
        minutes: when the alert is looked at.
        fires: the labels of each alert that is to fire.
    """
    (rule,) = (each for each in rules if each.name == name)
    expected = [
        {
            "exp_labels": {"severity": rule.severity.lower(), **labels},
            "exp_annotations": {"summary": rule.summary, "runbook": rule.runbook},
        }
        for labels in fires
    ]
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "alert_rule_test": [{"eval_time": f"{minutes}m", "alertname": name, "exp_alerts": expected}],
    }
    (folder / "rules.yaml").write_text(rules_file("group", rules))
    content = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "test.yaml").write_text(yaml.safe_dump(content))
    return promtool("test", "rules", str(folder / "test.yaml"))


def promtool(*arguments: str) -> str:
    """What promtool says, where it finds something wrong."""
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
