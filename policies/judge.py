"""All rules over all resources: what `make preview` refuses."""

from __future__ import annotations

from collections.abc import Iterator

from policies.model import Finding, Stack
from policies.rules import RESOURCE_RULES, STACK_RULES


def judge(stack: Stack) -> list[Finding]:
    """Everything that a stack's resources break, by resource."""
    found = [*_each(stack), *_together(stack)]
    order = {resource.urn: place for place, resource in enumerate(stack.resources)}
    return sorted(found, key=lambda finding: order[finding.resource.urn])


def _each(stack: Stack) -> Iterator[Finding]:
    for resource in stack.resources:
        for rule in RESOURCE_RULES:
            for problem in rule.check(resource):
                yield Finding(rule=rule.name, resource=resource, problem=problem)


def _together(stack: Stack) -> Iterator[Finding]:
    for rule in STACK_RULES:
        for resource, problem in rule.check(stack):
            yield Finding(rule=rule.name, resource=resource, problem=problem)
