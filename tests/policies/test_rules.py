"""Each rule with a plan that breaks it and the same plan mended; every plan of the program keeps them all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.judge import judge
from policies.model import Finding
from policies.planned import stack_of
from policies.protection import protects
from policies.rules import RESOURCE_RULES, STACK_RULES
from simulator.in_process import plan
from simulator.program import PROJECT_FOLDER
from simulator.stack_files import load
from tests.policies import data
from tests.policies.case import KEY, RANDOM, Case
from tests.policies.cases import CASES
from tests.program.variants import EVERY_PLAN, VARIANTS, plan_of


def found(program: Callable[[], object], *, protected: bool = True) -> list[Finding]:
    return judge(stack_of(plan(program), protected=protected))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_rule_finds_what_breaks_it(case: Case) -> None:
    findings = [each for each in found(case.breaks) if each.rule == case.rule]
    assert {each.resource.name for each in findings} == {case.resource}
    assert any(case.says in str(each) for each in findings), [str(each) for each in findings]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_same_plan_mended_keeps_the_rule(case: Case) -> None:
    assert [str(each) for each in found(case.keeps) if each.rule == case.rule] == []


def test_every_rule_has_a_plan_that_breaks_it() -> None:
    assert {each.rule for each in CASES.values()} == {rule.name for rule in (*RESOURCE_RULES, *STACK_RULES)}


def test_every_finding_says_which_resource_why_and_how_to_mend_it() -> None:
    for case in CASES.values():
        for finding in found(case.breaks):
            assert str(finding).startswith(f"{finding.resource.name} ({finding.resource.type}): ")
            assert finding.problem.why
            assert finding.problem.mend


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_plan_of_the_program_keeps_every_rule(name: str) -> None:
    values = VARIANTS[name].values if name in VARIANTS else load(PROJECT_FOLDER, name).values
    findings = judge(stack_of(plan_of(name), protected=protects(values)))
    assert [str(each) for each in findings] == []


def test_data_of_a_stack_that_is_not_protected_may_be_thrown_away() -> None:
    assert found(lambda: data.database(protect=False, backup=False), protected=False) == []


def test_a_stack_is_protected_unless_it_says_otherwise() -> None:
    assert protects({})
    assert protects({"ai-platform:protect": "true"})
    assert not protects({"ai-platform:protect": "false"})


def test_no_finding_repeats_the_secret_that_it_found() -> None:
    for case in CASES.values():
        for finding in found(case.breaks):
            assert not any(secret in str(finding) for secret in (KEY, RANDOM, "hunter2"))


def test_a_bucket_that_only_the_program_fills_may_be_emptied() -> None:
    """What it holds is made again by the next deployment."""
    read = [
        each.rule for each in found(lambda: data.bucket(protect=False, role="roles/storage.objectViewer"))
    ]
    assert read == []
