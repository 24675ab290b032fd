"""`make rehearse` where there is nothing to rehearse, or nothing to rehearse it with."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.rehearsal import main


def test_an_unknown_stack_is_refused_with_the_stacks_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["nowhere"]) == 2
    refusal = capsys.readouterr().err
    assert refusal.startswith("rehearse: Pulumi.nowhere.yaml: is missing")
    assert "STACK=dev or STACK=prod" in refusal


def test_without_the_pulumi_program_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("simulator.engine._INSTALLED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["dev"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no `pulumi` program on PATH" in line
