"""The development stack, through its whole life on the real engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.change import Change
from simulator.cloud import Cloud
from simulator.engine import engine_stack
from simulator.rehearsal import script_of, show

pytestmark = pytest.mark.takes_minutes


def test_every_step_holds(capsys: pytest.CaptureFixture[str]) -> None:
    held = show(script_of("dev"))
    printed = capsys.readouterr().out
    assert held, printed
    assert "destroy while protected" not in printed


def test_a_secret_of_the_stack_s_configuration_is_deployed_and_nowhere_in_the_clear() -> None:
    given = Change(
        title="a key from the configuration",
        settings={"axis.secrets.OPENAI_API_KEY": {"source": "config"}},
        touches={},
    )
    script = script_of("dev")
    script = replace(script, config={**script.config, **given.applied_to(script.config)})
    planted = "sk-planted-marker"
    with engine_stack(
        script.program,
        script.stack,
        script.config,
        secret_config={"axis:OPENAI_API_KEY": planted},
        cloud=Cloud(script.existing),
        project_file=script.project_file,
    ) as stack:
        made = stack.up()
        kept = [stored.state.get("secretData") for stored in stack.cloud.ledger.resources.values()]
        written = stack.state_text() + made.log
    assert made.succeeded, made.errors
    assert planted in kept
    assert planted not in written
