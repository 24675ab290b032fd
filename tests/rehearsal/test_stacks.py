"""Both stacks of this project, through their whole life on the real engine."""

from __future__ import annotations

import pytest

from simulator.rehearsal import script_of, show


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_step_of_the_stack_holds(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    held = show(script_of(stack))
    printed = capsys.readouterr().out
    assert held, printed
    assert ("destroy while protected" in printed) == (stack == "prod")
