"""The stack's outputs: an interface, plain, and complete for what the stack has."""

from __future__ import annotations

import re

import pytest

from simulator.in_process import SecretValue
from tests.program.variants import WITH_AXIS, plan_of

ALWAYS = {
    "axis_api_url",
    "axis_api_service",
    "axis_api_revision",
    "axis_api_image",
    "axis_frontend_url",
    "axis_frontend_env",
    "axis_postgres_instance",
    "axis_postgres_host",
}


@pytest.mark.parametrize("name", WITH_AXIS)
def test_what_every_stack_has_is_always_there(name: str) -> None:
    assert set(plan_of(name).outputs) >= ALWAYS


SOMETIMES = [
    ("axis_redis_host", "dev", "no redis"),
    ("axis_graph_host", "dev", "no graph"),
    ("axis_load_balancer_address", "prod", "no domain"),
]


@pytest.mark.parametrize(("output", "there", "gone"), SOMETIMES, ids=[each[0] for each in SOMETIMES])
def test_what_a_stack_does_not_have_it_has_no_output_for(output: str, there: str, gone: str) -> None:
    assert output in plan_of(there).outputs
    assert output not in plan_of(gone).outputs


@pytest.mark.parametrize("name", WITH_AXIS)
def test_outputs_are_plain_and_named_for_their_system(name: str) -> None:
    for output, value in plan_of(name).outputs.items():
        assert re.fullmatch(r"(axis|palma_ai)(_[a-z]+)+", output)
        assert not isinstance(value, SecretValue), "a build that reads it would be given nothing"


def test_a_stack_without_a_system_has_no_output() -> None:
    assert plan_of("no system").outputs == {}


def test_the_revision_is_the_short_name_that_a_canary_takes() -> None:
    revision = plan_of("prod").outputs["axis_api_revision"]
    assert "/" not in revision
    assert revision.startswith(plan_of("prod").outputs["axis_api_service"])


def test_the_image_is_the_one_that_runs_by_digest() -> None:
    assert re.search(r"@sha256:[0-9a-f]{64}$", plan_of("prod").outputs["axis_api_image"])
