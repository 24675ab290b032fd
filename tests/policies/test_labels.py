"""The table of labels agrees with the provider: what can have labels is judged, and by the right property."""

from __future__ import annotations

import pytest

from policies.labels import LABELS
from simulator.schema import resource_schema
from tests.program.variants import EVERY_PLAN, plan_of

NAMES = {"labels", "resourceLabels", "userLabels"}


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_whatever_can_have_labels_is_judged(name: str) -> None:
    types = {each.type for each in plan_of(name).resources if each.type.startswith("gcp:")}
    able = {type_ for type_ in types if NAMES & resource_schema(type_).inputs.keys()}
    assert sorted(able - LABELS.keys()) == []


@pytest.mark.parametrize("type_", LABELS)
def test_labels_are_where_the_table_says(type_: str) -> None:
    assert LABELS[type_].split(".")[0] in resource_schema(type_).inputs
