"""The alerts on memorise's jobs: whether Prometheus takes them, when they fire, and what they lead to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.alert_rule import rules_file
from services.memorise.alerts import alert_rules
from simulator.in_process import Plan
from tests.services.memorise.stacks import CLOUD, DEPLOYED, container, objects, planned, settings

ROOT = Path(__file__).parents[3]
NAMESPACE = "ai-prod-memorise"
POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"


def names(**changed: Any) -> list[str]:
    return [rule.name for rule in alert_rules(settings(**changed), NAMESPACE)]


def series(name: str, values: str, *, severity: str = "ERROR", namespace: str = NAMESPACE) -> dict[str, str]:
    labels = {
        "monitored_resource": "k8s_container",
        "namespace_name": namespace,
        "container_name": name,
        "severity": severity,
    }
    written = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return {"series": f"logging_googleapis_com:log_entry_count{{{written}}}", "values": values}


def fired(folder: Path, *given: dict[str, str]) -> set[str]:
    """The alerts that fire after 20 minutes, as promtool finds them."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool: apt-get install prometheus")
    rules = alert_rules(settings(), NAMESPACE)
    (folder / "rules.yaml").write_text(rules_file("memorise", rules))
    firing = set()
    for rule in rules:
        case = {"eval_time": "20m", "alertname": rule.name, "exp_alerts": []}
        test = {"interval": "1m", "input_series": list(given), "alert_rule_test": [case]}
        (folder / "test.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": [test]}))
        done = subprocess.run(
            [promtool, "test", "rules", "test.yaml"], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            assert "got:[" in done.stderr.replace("\n", "").replace(" ", ""), done.stderr
            firing.add(rule.name)
    return firing


def test_there_is_one_for_each_job_that_there_is() -> None:
    assert names() == ["MemoriseSyncFailed", "MemoriseSnapshotFailed"]
    assert names(**DEPLOYED) == ["MemoriseSnapshotFailed"]
    assert names(qdrant={"url": CLOUD}, **DEPLOYED) == []


def test_a_job_that_writes_an_error_fires_its_own_alert(tmp_path: Path) -> None:
    assert fired(tmp_path, series("sync", "0x10 1x10")) == {"MemoriseSyncFailed"}
    assert fired(tmp_path, series("snapshots", "0x10 1x10")) == {"MemoriseSnapshotFailed"}


@pytest.mark.parametrize(
    "given",
    [
        series("sync", "0x20"),
        series("sync", "0x10 5x10", severity="INFO"),
        series("sync", "0x10 5x10", namespace="ai-dev-memorise"),
        series("api", "0x10 5x10"),
    ],
    ids=["no error", "what is no error", "another stack", "another container"],
)
def test_nothing_else_fires(tmp_path: Path, given: dict[str, str]) -> None:
    assert fired(tmp_path, given) == set()


def test_each_asks_for_a_container_and_a_namespace_that_there_are_and_names_a_runbook() -> None:
    plan: Plan = planned()
    containers = {container(job)["name"] for job in objects(plan, "CronJob").values()}
    rules = alert_rules(settings(), plan.outputs["memorise_namespace"])

    for rule in rules:
        assert any(f'container_name="{name}"' in rule.query for name in containers)
        assert (ROOT / rule.runbook).is_file()
    queries = {
        policy.inputs["conditions"][0]["conditionPrometheusQueryLanguage"]["query"]
        for policy in plan.of(POLICY)
        if "conditionPrometheusQueryLanguage" in policy.inputs["conditions"][0]
    }
    assert queries == {rule.query for rule in rules}
