"""A pair of programs: one that breaks a rule, and the same one mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

KEY = "sk-proj-" + "a1B2" * 8
RANDOM = "q7Rk2VbX9mTz4LcW8pYd3NsF6hJg"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A rule, a program that breaks it, and the same program mended.

    Attributes:
        rule: the rule's name.
        resource: the name of the resource that breaks it.
        breaks: the program that breaks it.
        keeps: the program that keeps it.
        says: words of the finding.
    """

    rule: str
    resource: str
    breaks: Callable[[], object]
    keeps: Callable[[], object]
    says: str


def case(
    rule: str, resource: str, breaks: Callable[[], object], keeps: Callable[[], object], says: str
) -> Case:
    return Case(rule=rule, resource=resource, breaks=breaks, keeps=keeps, says=says)
