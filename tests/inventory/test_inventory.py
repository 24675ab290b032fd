"""Each stack is what its inventory says; a wanted change is written down by one command."""

from __future__ import annotations

import copy

import pytest
import yaml

from simulator.program import PROJECT_FOLDER, plan_stack
from simulator.stack_files import load
from tests.inventory.inventory import COMMAND, STACKS, as_text, differences, inventory, path_of
from tests.program.variants import plan_of


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_is_what_its_inventory_says(stack: str) -> None:
    recorded = yaml.safe_load(path_of(stack).read_text())
    found = list(differences(recorded, inventory(plan_of(stack))))
    assert not found, (
        f"stack {stack} is no longer what {path_of(stack).name} says; where that is wanted, run "
        f"`{COMMAND}` and read the difference:\n" + "\n".join(found)
    )


@pytest.mark.parametrize("stack", STACKS)
def test_an_inventory_is_written_the_same_by_every_run(stack: str) -> None:
    assert as_text(stack, plan_stack(stack)) == as_text(stack, plan_of(stack))


def test_every_stack_of_the_project_has_an_inventory() -> None:
    there = {path.name.split(".")[1] for path in PROJECT_FOLDER.glob("Pulumi.*.yaml")}
    assert there == set(STACKS)
    assert all(load(PROJECT_FOLDER, stack).stack == stack for stack in STACKS)


@pytest.mark.parametrize("stack", STACKS)
def test_an_inventory_can_be_read_in_a_review(stack: str) -> None:
    lines = path_of(stack).read_text().splitlines()
    assert len(lines) < 1000
    assert not any("BEGIN CERTIFICATE" in line and "\\n" in line for line in lines)


def test_a_changed_a_missing_and_a_new_value_are_each_one_line() -> None:
    recorded = inventory(plan_of("dev"))
    planned = copy.deepcopy(recorded)
    planned["values"]["gcp:compute/disk:Disk::axis-falkordb-data"]["size"] = 11
    del planned["outputs"]["axis_api_url"]
    planned["counts"]["gcp:pubsub/topic:Topic"] = 1
    lines = list(differences(recorded, planned))
    assert len(lines) == 3
    assert any("axis-falkordb-data → size: recorded 20, planned 11" in line for line in lines)
