from __future__ import annotations

from typing import Any

import pytest

from components.vercel_environment import VercelEnvironment, VercelEnvironmentArgs
from simulator.in_process import PlannedResource
from tests.components.cloud_run import planned

VARIABLE = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable"
URL = {"NEXT_PUBLIC_API_URL": "https://api.acme.com"}


def planned_variables(**changed: Any) -> list[PlannedResource]:
    usual: dict[str, Any] = {"project_id": "prj_abc", "variables": {"production": URL, "preview": URL}}

    def program() -> None:
        VercelEnvironment("axis", VercelEnvironmentArgs(**(usual | changed)))

    return planned(program).of(VARIABLE)


def test_each_variable_is_one_resource_a_target_since_vercel_refuses_targets_that_overlap() -> None:
    told = [(each.inputs["key"], each.inputs["targets"]) for each in planned_variables()]

    assert sorted(told) == [
        ("NEXT_PUBLIC_API_URL", ["preview"]),
        ("NEXT_PUBLIC_API_URL", ["production"]),
    ]


def test_a_target_that_another_stack_owns_is_left_alone() -> None:
    [only] = planned_variables(variables={"development": URL})

    assert only.inputs["targets"] == ["development"]


def test_the_old_variable_goes_first_since_two_of_one_name_cannot_be_there() -> None:
    assert all(each.options["deleteBeforeReplace"] for each in planned_variables())


def test_what_every_browser_gets_is_no_secret_and_that_is_said() -> None:
    assert {each.inputs["sensitive"] for each in planned_variables()} == {False}


def test_a_teams_project_is_named_with_its_team() -> None:
    assert {each.inputs["teamId"] for each in planned_variables(team_id="team_abc")} == {"team_abc"}
    assert not any("teamId" in each.inputs for each in planned_variables())


@pytest.mark.parametrize("key", ["API_URL", "OPENAI_API_KEY", "next_public_api_url", "NEXT_PUBLIC_"])
def test_a_variable_that_is_not_public_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is not public"):
        VercelEnvironmentArgs(project_id="prj_abc", variables={"production": {key: "value"}})


@pytest.mark.parametrize(
    "key", ["NEXT_PUBLIC_API_KEY", "NEXT_PUBLIC_TOKEN", "NEXT_PUBLIC_DB_PASSWORD", "NEXT_PUBLIC_SECRET_ID"]
)
def test_a_public_variable_that_sounds_like_a_secret_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is sent to every browser"):
        VercelEnvironmentArgs(project_id="prj_abc", variables={"preview": {key: "value"}})


@pytest.mark.parametrize("key", ["NEXT_PUBLIC_TOKENIZER", "NEXT_PUBLIC_KEYBOARD", "NEXT_PUBLIC_SECRETARY"])
def test_a_word_that_only_contains_another_is_no_secret(key: str) -> None:
    assert VercelEnvironmentArgs(project_id="prj_abc", variables={"preview": {key: "value"}})
