"""The runbooks agree with what is deployed: alerts lead into them, and what they say to set can be set."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from services.llm_gateway.metrics_settings import AlertSettings, MetricsSettings
from services.llm_gateway.rules import Rules, runbook
from services.llm_gateway.settings import LlmGatewaySettings, merged
from simulator.engine import PROJECT_FOLDER
from tests.monitoring.promtool import promtool
from tests.services.llm_gateway.program import BASE

RUNBOOKS = PROJECT_FOLDER / "docs" / "runbooks"
INCIDENT = (RUNBOOKS / "llm-gateway-incident.md").read_text()
CHANGES = (RUNBOOKS / "llm-gateway-changes.md").read_text()
DECISIONS = (PROJECT_FOLDER / "docs" / "decisions" / "llm-gateway.md").read_text()
PAGES = {"incident": INCIDENT, "changes": CHANGES, "decisions": DECISIONS}


def anchors(page: str) -> set[str]:
    """The sections of a page, as a link names them."""
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_every_alert_leads_to_a_section_of_the_incident_runbook() -> None:
    alerts = AlertSettings(daily_budget_usd=100)
    rules = Rules(MetricsSettings(), alerts, namespaces=["a"]).all({"a": 2})
    for address in [*(rule.runbook for rule in rules), runbook(alerts, "no-answer")]:
        file, _, section = address.partition("#")
        assert (PROJECT_FOLDER / file).is_file(), address
        assert section in anchors(INCIDENT), address


def test_with_an_address_of_the_runbooks_alerts_lead_there() -> None:
    alerts = AlertSettings(runbooks_url="https://acme.com/runbooks")
    [rule, *_] = Rules(MetricsSettings(), alerts, namespaces=["a"]).all({})
    assert rule.runbook.startswith("https://acme.com/runbooks/llm-gateway-incident.md#")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, ("Overview", "provider", "model", "credential")),
        (2, ("gateway's duration", "provider's")),
        (3, ("llm_gateway_errors_total", "error_type")),
        (4, ("audit log", "pulumi stack history", "git log")),
        (5, ("set_ credentials.openai-prod-chat.enabled false", "pulumi up")),
        (6, ("fallback", "known prompt")),
        (7, ("llm_gateway_cost_usd_total", "budget")),
        (8, ("enabled true", "as it was")),
    ],
)
def test_the_incident_runbook_has_the_eight_steps_of_the_document(
    number: int, words: tuple[str, ...]
) -> None:
    steps = re.split(r"^### \d\. ", INCIDENT.partition("## The alerts")[0], flags=re.MULTILINE)
    assert len(steps) == 9
    for word in words:
        assert word in steps[number], f"step {number}"


@pytest.mark.parametrize(
    "what",
    [
        "Outside peak traffic",
        "A known prompt, a low-risk workload",
        "Through weights",
        "analytics, metrics, audit logs",
        "Document fallbacks for the on-call",
        "Only approved users manage credentials",
        "Provider keys are rotated and old keys revoked",
        "metrics token is stored securely",
        "placeholders only",
        "Fallback providers meet the same data requirements",
        "Audit logs are reviewed",
        "authentication failures, provider failures, rate limits, cost spikes",
        "Cluster capacity",
        "Ingress and TLS",
        "PostgreSQL backups",
        "Redis availability",
        "Metrics retention",
        "connectivity, account ownership, budget, contacts",
    ],
)
def test_the_change_runbook_answers_each_line_of_the_document(what: str) -> None:
    assert what in CHANGES


@pytest.mark.parametrize("name", ["incident", "changes"])
def test_what_a_page_sets_is_a_setting(name: str) -> None:
    """Every `set_ PATH VALUE` is tried on a stack's settings."""
    given = re.findall(r"set_ '?([\w.-]+?)(\[0\])?'? ([^\s`]+)", PAGES[name])
    assert len(given) > 4
    there = {
        "canary": {"image": BASE["image"]},
        "credentials": {"mistral-prod-chat": {"provider": "mistral", "purpose": "chat"}},
    }
    for path, first_of_list, text in given:
        value = BASE["image"] if text.startswith("IMAGE") else yaml.safe_load(text.rstrip(",;)"))
        *sections, last = path.replace("NAME", "openai-prod-chat").split(".")
        changed: dict[str, Any] = {last: [value] if first_of_list else value}
        for section in reversed(sections):
            changed = {section: changed}
        LlmGatewaySettings.model_validate(merged(merged(BASE, there), changed))


@pytest.mark.parametrize("name", PAGES)
def test_settings_that_a_page_names_are_settings(name: str) -> None:
    """In backquotes, with a dot: `replicas.max`, `domain.waf`."""
    named = re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", PAGES[name])
    known = set(keys(LlmGatewaySettings)) | {"secret.version"}
    assert {path.removeprefix("llm_gateway.") for path in named} - known == set()


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The settings of a model and of the sections in it."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from keys(inner, f"{prefix}{name}.")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("name", PAGES)
def test_every_query_that_a_page_asks_is_promql(tmp_path: Path, name: str) -> None:
    queries = re.findall(r"```promql\n(.+?)```", PAGES[name], re.DOTALL)
    assert queries or name != "incident"
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "page", "rules": rules}]}))
    assert promtool("check", "rules", str(tmp_path / "rules.yaml")) == ""


@pytest.mark.parametrize("name", PAGES)
def test_links_of_a_page_lead_somewhere(name: str) -> None:
    folder = RUNBOOKS if name != "decisions" else RUNBOOKS.parent / "decisions"
    for file, section in re.findall(r"\]\(([^)#:]+\.md)#?([^)]*)\)", PAGES[name]):
        page = folder / file
        assert page.is_file(), file
        assert not section or section in anchors(page.read_text()), section


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_what_looks_like_a_key(name: str) -> None:
    assert re.findall(r"sk-[A-Za-z0-9]{8,}|[A-Za-z0-9+]{40,}|Bearer [A-Za-z0-9]{12,}", PAGES[name]) == []


def test_the_loss_of_a_region_and_how_long_metrics_are_kept_are_written_down() -> None:
    assert "the-loss-of-a-region" in anchors(DECISIONS)
    assert "24 months" in DECISIONS
    assert "24 months" in CHANGES
