"""A first deployment takes as long as what cannot be shortened, and the chart shows it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bench.chart import DOCUMENT, STACK, as_svg
from bench.creation_times import TIMES
from bench.deployment import Deployment
from bench.unavoidable import CHAIN, unavoidable_seconds
from simulator.in_process import Plan
from tests.program.variants import plan_of


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_nothing_waits_that_need_not(stack: str) -> None:
    plan = plan_of(stack)
    assert Deployment(plan).seconds == unavoidable_seconds(plan)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_each_link_of_the_unavoidable_chain_waits_for_the_one_above(stack: str) -> None:
    plan = plan_of(stack)
    steps = Deployment(plan).steps
    chain = [steps[plan.one(link.type, link.name).urn] for link in CHAIN]
    assert all(after.start >= before.end for before, after in pairwise(chain))


def test_a_resource_begins_when_the_last_of_what_it_waits_for_is_there(prod: Plan) -> None:
    steps = Deployment(prod).steps
    for step in steps.values():
        waited = {*step.resource.dependencies, step.resource.parent, step.resource.provider} & steps.keys()
        assert step.start == max((steps[urn].end for urn in waited), default=0)


def test_the_critical_path_has_no_gap(prod: Plan) -> None:
    deployment = Deployment(prod)
    path = deployment.critical_path
    assert path[0].start == 0
    assert path[-1].end == deployment.seconds
    assert all(before.end == after.start for before, after in pairwise(path))


def test_every_creation_time_is_used_and_has_its_source(prod: Plan) -> None:
    types = {resource.type for resource in prod.resources}
    assert [each.type for each in TIMES if not any(type_.startswith(each.type) for type_ in types)] == []
    assert all(each.source for each in TIMES)


def test_the_chart_is_the_one_that_the_plan_makes() -> None:
    assert DOCUMENT.read_text() == as_svg(STACK, Deployment(plan_of(STACK))), "run `make deployment-chart`"
