"""The first preview, before anything exists: no computed value is known, and yet both addresses are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pulumi.runtime.mocks import set_mocks

from simulator import in_process
from simulator.cloud import Cloud
from simulator.in_process import Plan, plan
from simulator.paths import UNKNOWN
from simulator.program import run_program
from tests.program.reading import IMAGE, SERVICE, VARIABLE, container, plain_variables
from tests.program.variants import VARIANTS, plan_of

NAMES = ["vercel", "frontend on cloud run", "no domain", "files"]


class NothingYet(Cloud):
    """A cloud in which nothing was made: whatever it would compute is unknown, IDs included."""

    def put(self, type: str, urn: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        super().put(type, urn, inputs)
        return "", self.preview_create(type, urn, inputs)


@pytest.fixture(scope="module")
def first() -> Iterator[dict[str, Plan]]:
    """Plans by variant, made as the engine previews."""
    patch = pytest.MonkeyPatch()
    patch.setattr(
        in_process, "set_mocks", lambda *given, **named: set_mocks(*given, **{**named, "preview": True})
    )
    # What is named by an unknown value can't be looked up, nor missed.
    patch.setattr(NothingYet, "refusals", lambda *_: [])
    patch.setattr(NothingYet, "expectations", lambda *_: [])
    yield {name: _preview(name) for name in NAMES}
    patch.undo()


def _preview(name: str) -> Plan:
    given = VARIANTS[name]
    return plan(
        run_program,
        project=given.project,
        stack=given.stack,
        config={key: value for key, value in given.values.items() if key not in given.secret_keys},
        secret_config={key: given.values[key] for key in given.secret_keys},
        cloud=NothingYet(),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_preview_shows_every_resource_that_an_update_makes(first: dict[str, Plan], name: str) -> None:
    """A resource made inside an `apply` would be missing here."""
    assert {each.urn for each in first[name].resources} == {each.urn for each in plan_of(name).resources}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_computed_is_known_yet(first: dict[str, Plan], name: str) -> None:
    """Otherwise the tests below would prove nothing."""
    assert first[name].outputs["axis_postgres_host"] == UNKNOWN
    assert container(first[name])["image"] == UNKNOWN


@pytest.mark.parametrize("name", NAMES)
def test_the_addresses_of_api_and_frontend_are_known_before_either_exists(
    first: dict[str, Plan], name: str
) -> None:
    """Neither follows from the other's service, so there is no circle."""
    for output in ("axis_api_url", "axis_frontend_url", "axis_frontend_env"):
        assert first[name].outputs[output] == plan_of(name).outputs[output]
    told = plain_variables(container(first[name]))
    assert told["FRONTEND_URL"] == plan_of(name).outputs["axis_frontend_url"]


def test_the_frontends_build_is_known_before_the_api_exists(first: dict[str, Plan]) -> None:
    build = first["frontend on cloud run"].one(IMAGE, "axis-frontend-image").inputs["build"]
    assert build["args"]["NEXT_PUBLIC_API_URL"] == "https://axis.acme.com"


def test_what_vercel_will_be_told_is_known_before_the_api_exists(first: dict[str, Plan]) -> None:
    variables = first["vercel"].of(VARIABLE)
    assert len(variables) == 3
    assert all(
        each.inputs == other.inputs
        for each, other in zip(variables, plan_of("vercel").of(VARIABLE), strict=True)
    )


@pytest.mark.parametrize("name", NAMES)
def test_names_and_sizes_are_known_in_a_first_preview(first: dict[str, Plan], name: str) -> None:
    """A preview full of unknowns tells a reviewer nothing."""
    for each in first[name].of(SERVICE):
        assert each.inputs["name"].startswith("ai-prod-")
        assert each.inputs["scaling"]["maxInstanceCount"] >= 1
