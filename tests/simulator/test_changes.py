"""A changed setting reaches its place in the configuration, and whatever else it moves is named."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from simulator.change import Change
from simulator.outcome import OPERATIONS, Outcome

SERVICE = "urn:pulumi:dev::ai-platform::ai-platform:services:Axis$gcp:cloudrunv2/service:Service::api"
DATABASE = "urn:pulumi:dev::ai-platform::gcp:sql/databaseInstance:DatabaseInstance::postgres"


def _outcome(*errors: str, **urns: str) -> Outcome:
    return Outcome(
        urns={name: frozenset(urns.get(name, "").split()) for name in OPERATIONS},
        errors=errors,
        succeeded=not errors,
        seconds=0,
        log="",
    )


def _change(touches: Mapping[str, str]) -> Change:
    return Change(title="a change", settings={}, touches=touches)


def test_a_setting_is_changed_where_it_is_and_its_neighbours_stay() -> None:
    config = {"ai-platform:axis": '{"api": {"cpu": 2, "log_level": "info"}}', "ai-platform:protect": "true"}
    settings = {"axis.api.log_level": "debug", "axis.env.MODEL": "small", "protect": False, "region": "eu"}
    changed = Change(title="several", settings=settings, touches={}).applied_to(config)
    assert json.loads(changed.pop("ai-platform:axis")) == {
        "api": {"cpu": 2, "log_level": "debug"},
        "env": {"MODEL": "small"},
    }
    assert changed == {"ai-platform:protect": "false", "ai-platform:region": "eu"}


@pytest.mark.parametrize(
    ("touches", "problems"),
    [
        ({"gcp:cloudrunv2/service:Service::*": "update"}, []),
        ({"*::api": "update", "*::postgres": "update"}, ["no update of *::postgres"]),
        (
            {"*::api": "replace"},
            [
                "update of gcp:cloudrunv2/service:Service::api, which was to stay the same",
                "no replace of *::api",
            ],
        ),
        ({}, ["update of gcp:cloudrunv2/service:Service::api, which was to stay the same"]),
    ],
)
def test_what_was_touched_is_held_against_what_should_be(
    touches: Mapping[str, str], problems: list[str]
) -> None:
    assert _change(touches).problems(_outcome(update=SERVICE, same=DATABASE)) == problems


def test_a_run_that_failed_is_judged_by_its_errors_alone() -> None:
    assert _change({"*": "update"}).problems(_outcome("tier: is too small\nmore")) == [
        "failed: tier: is too small"
    ]
