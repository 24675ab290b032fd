"""How an estimate is told: to people, to a pull request, to programs, and by the command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reports import cost, cost_base
from reports.cost_base import BaseError, plan_before
from reports.cost_text import Report, as_json, as_markdown, as_text
from reports.prices import TABLE
from reports.usage import Usage
from simulator.in_process import Plan
from tests.reports.test_cost import POSTGRES, PRICES, planned, priced, resource


@pytest.fixture
def compared(prod: Plan) -> Report:
    before, now = planned(prod), planned(prod)
    resource(now, POSTGRES, "axis-postgres")["inputs"]["settings"]["tier"] = "db-custom-4-15360"
    return Report(now=priced(now), before=priced(before), usage=Usage(), prices=PRICES)


def test_a_comparison_names_what_changed_and_nothing_else(compared: Report) -> None:
    assert [name for (_, _, name), _, _ in compared.changes] == ["axis-postgres"]
    told = as_json(compared)
    assert told["total"] > told["before"]
    assert [change["resource"] for change in told["changes"]] == ["axis-postgres"]
    json.dumps(told)


def test_the_comment_shows_the_difference_by_system_and_resource(compared: Report) -> None:
    comment = as_markdown(compared)
    assert "| axis: `axis-postgres` |" in comment
    assert re.search(r"\| axis \| [\d.]+ \| [\d.]+ \| \+[\d.]+ \|", comment)
    assert re.search(r"\| foundation \| ([\d.]+) \| \1 \| 0\.00 \|", comment)


def test_the_text_states_prices_assumptions_and_what_has_no_price(compared: Report) -> None:
    text = as_text(compared)
    assert PRICES.read in text
    assert "egress_gb = 20" in text
    assert "Not priced" in text


def test_use_is_said_otherwise_by_name() -> None:
    assert Usage().changed(["egress_gb=100"]).egress_gb == 100
    with pytest.raises(ValueError, match="write NAME=NUMBER"):
        Usage().changed(["traffic=1"])
    with pytest.raises(ValueError, match="is no number"):
        Usage().changed(["egress_gb=much"])


def test_the_command_compares_with_a_saved_plan(
    prod: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cost, "plan_stack", lambda *_: prod)
    saved = tmp_path / "before.json"
    saved.write_text(json.dumps(planned(prod)))
    assert cost.main(["prod", "--format", "json", "--base", str(saved)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["before"] == told["total"]
    assert told["changes"] == []


def test_a_base_that_is_nothing_is_refused_in_one_line(
    prod: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cost, "plan_stack", lambda *_: prod)
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    for base in (str(broken), "no-such-branch"):
        assert cost.main(["prod", "--base", base]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert cost.main(["prod", "--assume", "traffic=1"]) == 2


def test_a_commit_s_plan_is_made_in_a_copy_that_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def output(_: str, command: list[str], __: Path) -> str:
        ran.append(command)
        return "{}"

    monkeypatch.setattr(cost_base, "_output", output)
    with pytest.raises(BaseError, match="is no plan"):
        plan_before("origin/main", "prod")
    assert [command[1:3] for command in ran if command[0] == "git"] == [
        ["worktree", "add"],
        ["worktree", "remove"],
    ]
    assert ran[1][1:4] == ["-m", "simulator.preview", "prod"]


def test_the_document_speaks_of_the_table_that_is_there() -> None:
    text = (TABLE.parent / "costs.md").read_text()
    assert "(prices.yaml)" in text
    assert TABLE.exists()
