"""A plan shown to people and to programs."""

from __future__ import annotations

import json
import re

import pytest

from simulator.cloud import Cloud
from simulator.display import SECRET, as_json, as_text, without_secrets
from simulator.in_process import Plan, PlannedResource, SecretValue


def resource(
    called: str, parent: str = "", kind: str = "gcp:sql/user:User", **inputs: object
) -> PlannedResource:
    return PlannedResource(
        urn=f"urn::{called}",
        type=kind,
        name=called,
        parent=parent,
        custom=True,
        inputs=dict(inputs),
        state={},
        id=called,
        dependencies=("urn::other",),
        protect=False,
        provider="",
    )


def shown(*resources: PlannedResource, **outputs: object) -> list[str]:
    return as_text("test", Plan(resources=list(resources), outputs=dict(outputs), cloud=Cloud())).splitlines()


def test_a_secret_is_hidden_wherever_it_is() -> None:
    value = {"a": SecretValue("x"), "b": [SecretValue({"c": "x"}), 1], "d": {"e": SecretValue(None)}}
    assert without_secrets(value) == {"a": SECRET, "b": [SECRET, 1], "d": {"e": SECRET}}


def test_an_object_for_programs_has_the_documented_keys_and_is_json() -> None:
    plan = Plan(
        resources=[resource("one", password=SecretValue("x"), name="n")],
        outputs={"o": SecretValue("x")},
        cloud=Cloud(),
    )
    answer = json.loads(json.dumps(as_json("test", plan)))
    assert answer == {
        "stack": "test",
        "resources": [
            {
                "urn": "urn::one",
                "type": "gcp:sql/user:User",
                "name": "one",
                "parent": "",
                "inputs": {"password": SECRET, "name": "n"},
                "dependencies": ["urn::other"],
            }
        ],
        "outputs": {"o": SECRET},
    }


def test_children_stand_below_their_parent() -> None:
    lines = shown(resource("top", kind="ai-platform:services:Axis"), resource("below", "urn::top", name="n"))
    assert lines[2:4] == ["└─ top  Axis", "   └─ below  sql.User  name=n"]


def test_a_resource_whose_parent_is_not_shown_is_still_shown() -> None:
    assert any("lost" in line for line in shown(resource("lost", "urn::gone")))


def test_a_long_value_is_cut_and_a_switch_is_written_as_in_yaml() -> None:
    lines = shown(long="x" * 100, switch=True, absent=None)
    assert f"  long: {'x' * 59}…" in lines
    assert "  switch: true" in lines


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_resource_of_a_stack_is_a_line_and_counted(stack: str, request: pytest.FixtureRequest) -> None:
    plan: Plan = request.getfixturevalue(stack)
    lines = as_text(stack, plan).splitlines()
    tree = [line for line in lines if re.search(r"[├└]─ ", line)]
    counts = [int(line.split()[0]) for line in lines[lines.index("Counts") + 1 :]]
    assert len(tree) == len(plan.resources) == sum(counts)
    assert lines[0] == f"Plan of stack {stack}: {len(plan.resources)} resources"


def test_what_matters_of_a_store_is_in_its_line(prod: Plan) -> None:
    lines = as_text("prod", prod).splitlines()
    (database,) = [line for line in lines if "axis-postgres  sql.DatabaseInstance  " in line]
    for said in (
        "tier=db-custom-2-7680",
        "availabilityType=REGIONAL",
        "sslMode=ENCRYPTED_ONLY",
        "deletionProtection=true",
    ):
        assert said in database


def test_every_output_is_a_line(prod: Plan) -> None:
    lines = as_text("prod", prod).splitlines()
    assert {
        line.split(":")[0].strip() for line in lines[lines.index("Outputs") + 1 : lines.index("Counts") - 1]
    } == set(prod.outputs)
