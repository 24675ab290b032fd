"""The project's own program, planned in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.in_process import PlanRefused
from simulator.program import PROJECT_FOLDER, plan_config, plan_stack, prerequisites
from simulator.stack_files import StackFileError, load
from tests.program.configs import config
from tests.program.variants import plan_of


def test_a_plan_is_the_same_from_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    again = plan_stack("dev")
    assert Path.cwd() == tmp_path, "the folder is the caller's own again"
    assert [each.urn for each in again.resources] == [each.urn for each in plan_of("dev").resources]
    assert again.outputs == plan_of("dev").outputs


def test_the_folder_is_the_callers_own_again_after_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlanRefused):
        plan_config(config("dev", {"postgres": {"tier": "big"}}))
    assert Path.cwd() == tmp_path


def test_a_refused_plan_leaves_nothing_for_the_next() -> None:
    with pytest.raises(PlanRefused):
        plan_config(config("prod", network={"vm_cidr": "ten"}))
    assert [each.urn for each in plan_stack("dev").resources] == [
        each.urn for each in plan_of("dev").resources
    ]


def test_an_unknown_stack_is_no_plan() -> None:
    with pytest.raises(StackFileError):
        plan_stack("nowhere")


def test_what_the_settings_rely_on_is_there_before() -> None:
    existing = prerequisites(load(PROJECT_FOLDER, "prod").values)
    kept = {"openai-api-key", "palma-openai-api-key", "llm-openai-prod-chat", "memorise-openrouter-api-key"}
    secrets = {f"projects/acme-ai-prod/secrets/{name}" for name in kept}
    assert secrets | {f"{secret}/versions/1" for secret in secrets} <= set(existing)


@pytest.mark.parametrize("value", ["{half", "yes", "[1]", "{}"])
def test_refused_settings_rely_on_nothing(value: str) -> None:
    given = dict(load(PROJECT_FOLDER, "prod").values)
    assert prerequisites({**given, "ai-platform:axis": value}) == []
