"""The production stack, through its whole life on the real engine."""

from __future__ import annotations

import pytest

from simulator.rehearsal import script_of, show

pytestmark = pytest.mark.takes_minutes


def test_every_step_holds(capsys: pytest.CaptureFixture[str]) -> None:
    held = show(script_of("prod"))
    printed = capsys.readouterr().out
    assert held, printed
    assert "destroy while protected" in printed
