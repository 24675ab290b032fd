"""Refusals: what a component says becomes a line of the stack's file."""

from __future__ import annotations

import pytest

from services.refusals import Refusal, refuse, refused
from services.settings import SettingsError


def fail(reason: str) -> None:
    raise ValueError(reason)


INSIDE = ["HttpScheduleArgs: x; write y", "container api: x; write y", "x; write y"]


@pytest.mark.parametrize("reason", INSIDE)
def test_the_name_of_the_component_is_left_out(reason: str) -> None:
    assert list(refused("axis.api", lambda: fail(reason))) == [Refusal("axis.api", "x; write y")]


def test_what_is_accepted_is_no_refusal() -> None:
    assert list(refused("axis.api", lambda: "made")) == []


def test_another_error_is_a_fault_of_the_program_and_not_hidden() -> None:
    def broken() -> None:
        raise TypeError("a fault")

    with pytest.raises(TypeError):
        list(refused("axis.api", broken))


def test_each_refusal_is_a_line_with_the_file_and_the_key() -> None:
    with pytest.raises(SettingsError) as stopped:
        refuse("dev", "ai-platform", [Refusal("a.b", "x; write y"), Refusal("c", "z")])
    assert str(stopped.value).splitlines() == [
        "Pulumi.dev.yaml: ai-platform:a.b: x; write y",
        "Pulumi.dev.yaml: ai-platform:c: z",
    ]


def test_no_refusal_stops_nothing() -> None:
    refuse("dev", "ai-platform", [])
