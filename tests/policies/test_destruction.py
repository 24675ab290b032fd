"""What becomes of the data that is there: kept, replaced or deleted."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from policies import destruction
from policies.destruction import lost_data, steps_of_engine, steps_of_plan
from simulator import display, preview
from simulator.in_process import Plan

POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
REDIS = "gcp:redis/instance:Instance"


@pytest.fixture
def before(prod: Plan) -> dict[str, Any]:
    """The plan of prod, as what is deployed."""
    return copy.deepcopy(display.as_json("prod", prod))


def recorded(before: dict[str, Any], type_: str) -> dict[str, Any]:
    return next(each for each in before["resources"] if each["type"] == type_)


def lost(before: dict[str, Any], plan: Plan) -> list[str]:
    return [str(finding) for finding in lost_data(steps_of_plan(before, plan))]


def test_a_deployment_of_the_same_loses_nothing(before: dict[str, Any], prod: Plan) -> None:
    assert lost(before, prod) == []


def test_another_size_is_no_replacement(before: dict[str, Any], prod: Plan) -> None:
    recorded(before, POSTGRES)["inputs"]["settings"]["tier"] = "db-custom-1-3840"
    assert lost(before, prod) == []


def test_a_replacement_is_found_with_the_property_that_asks_for_it(
    before: dict[str, Any], prod: Plan
) -> None:
    recorded(before, REDIS)["inputs"]["tier"] = "BASIC"
    (finding,) = lost(before, prod)
    assert "replaces it because of tier" in finding


def test_a_database_that_is_no_longer_asked_for_is_found(before: dict[str, Any], prod: Plan) -> None:
    gone = {**recorded(before, POSTGRES), "urn": "urn:pulumi:prod::ai-platform::gone::old"}
    before["resources"].append(gone)
    (finding,) = lost(before, prod)
    assert "deletes it" in finding
    assert "ai-platform:protect" in finding


def test_an_exported_state_is_read_as_well(before: dict[str, Any], prod: Plan) -> None:
    exported = {"version": 3, "deployment": {"resources": before["resources"]}}
    instance = recorded(before, POSTGRES)
    # The engine's state has the name that the provider made, and marks of its own.
    instance["inputs"] |= {"name": "axis-postgres-1a2b3c4", "__defaults": ["name"]}
    assert lost(exported, prod) == []
    instance["inputs"]["databaseVersion"] = "POSTGRES_18"
    assert [finding for finding in lost(exported, prod) if "axis-postgres" in finding] == []
    instance["inputs"]["region"] = "us-central1"
    assert any("region" in finding for finding in lost(exported, prod))


def test_a_secret_that_is_hidden_in_what_is_there_is_no_difference(
    before: dict[str, Any], prod: Plan
) -> None:
    recorded(before, REDIS)["inputs"]["redisVersion"] = {"ciphertext": "v1:0000"}
    assert lost(before, prod) == []


def step(operation: str, type_: str, **inputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::ai-platform::{type_}::it"
    return {"op": operation, "urn": urn, "oldState": {"urn": urn, "type": type_, "inputs": inputs}}


@pytest.mark.parametrize("operation", ["delete", "replace", "delete-replaced"])
def test_the_engine_s_own_steps_are_judged(operation: str) -> None:
    assert len(lost_data(steps_of_engine({"steps": [step(operation, POSTGRES)]}))) == 1


@pytest.mark.parametrize("operation", ["same", "update", "create", "create-replacement"])
def test_a_step_that_keeps_what_is_there_is_none_to_judge(operation: str) -> None:
    assert lost_data(steps_of_engine({"steps": [step(operation, POSTGRES)]})) == []


def test_what_holds_no_data_may_go() -> None:
    job = step("delete", "gcp:cloudscheduler/job:Job")
    filled = step("delete", "gcp:storage/bucket:Bucket", forceDestroy=True)
    assert lost_data(steps_of_engine({"steps": [job, filled]})) == []


def test_the_command_refuses_what_a_protected_stack_would_lose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "preview.json"
    path.write_text(json.dumps({"steps": [step("replace", POSTGRES)]}))
    assert destruction.main(["prod", str(path)]) == 1
    assert capsys.readouterr().err.startswith("refused: it (gcp:sql/databaseInstance")
    assert destruction.main(["dev", str(path)]) == 0, "dev is not protected"
    assert destruction.main(["nowhere", str(path)]) == 2


def test_make_preview_refuses_it_too(
    before: dict[str, Any],
    prod: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(preview, "plan_stack", lambda *_: prod)
    recorded(before, REDIS)["inputs"]["tier"] = "BASIC"
    path = tmp_path / "before.json"
    path.write_text(json.dumps(before))
    assert preview.main(["prod", "--base", str(path)]) == 1
    assert "[kept-data]" in capsys.readouterr().err
    assert preview.main(["prod", "--base", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err


def test_make_preview_refuses_what_a_rule_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], prod: Plan
) -> None:
    broken = copy.deepcopy(prod)
    broken.one(POSTGRES, "axis-postgres").inputs["settings"]["ipConfiguration"]["ipv4Enabled"] = True
    monkeypatch.setattr(preview, "plan_stack", lambda *_: broken)
    assert preview.main(["prod"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"refused: axis-postgres ({POSTGRES}): the database has a public address")
