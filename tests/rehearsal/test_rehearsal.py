"""A rehearsal holds for a sound program, and says what is wrong with one that is not."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pulumi
import pytest
from pulumi_gcp import secretmanager

from simulator.change import UNPROTECT, Change
from simulator.rehearsal import show
from simulator.rehearsal_steps import Script, rehearse
from tests.rehearsal import sample

SCRIPT = Script(
    stack="test",
    program=sample.program,
    config=sample.CONFIG,
    secret_config={"ai-platform:marker": "planted-marker"},
    changes=[
        Change(
            title="another owner",
            settings={"sample.owner": "ops"},
            touches={"gcp:sql/databaseInstance:DatabaseInstance::database": "update"},
        )
    ],
    unprotect=UNPROTECT,
)
STEPS = (
    "preview",
    "up",
    "up again",
    "another owner",
    "refresh",
    "refresh sees a change by hand",
    "up puts it right",
    "destroy while protected",
    "protect: false",
    "destroy",
    "up with an operation that fails",
    "up recovers",
)


def _problems(script: Script, *, until: str) -> tuple[str, ...]:
    """What does not hold in the step called `until`; no step after it is done."""
    steps = rehearse(script)
    found = next(step for step in steps if step.title == until)
    steps.close()
    return found.problems


def _secret(**labels: str) -> None:
    auto = secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs())
    secretmanager.Secret("s", project="acme", secret_id="s", labels=labels, replication=auto)


def test_a_sound_program_holds_in_every_step_and_prints_each(capsys: pytest.CaptureFixture[str]) -> None:
    held = show(SCRIPT)
    printed = capsys.readouterr().out
    assert held, printed
    rows = [line for line in printed.splitlines() if line.endswith("  held")]
    assert [row.startswith(title) for row, title in zip(rows, STEPS, strict=True)] == [True] * len(STEPS)
    assert "planted-marker" not in printed


def test_a_program_that_never_makes_the_same_twice_is_found_by_the_second_up() -> None:
    runs = itertools.count()
    script = replace(SCRIPT, program=lambda: _secret(run=str(next(runs))))
    assert _problems(script, until="up again") == ("gcp:secretmanager/secret:Secret::s was changed",)


def test_a_secret_in_the_clear_is_found_after_the_first_up_and_not_repeated() -> None:
    def leaky() -> None:
        pulumi.export("marker", pulumi.Output.unsecret(pulumi.Config().require_secret("marker")))

    problems = _problems(replace(SCRIPT, program=leaky), until="up")
    assert problems == ("the secret ai-platform:marker is in the state or the log in the clear",)


def test_a_program_that_cannot_be_planned_ends_the_rehearsal_with_its_reason() -> None:
    def broken() -> None:
        raise pulumi.RunError("ai-platform:region: is missing")

    (step,) = rehearse(replace(SCRIPT, program=broken))
    assert step.title == "preview"
    assert step.problems == ("ai-platform:region: is missing",)
