"""What a rule looks at and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource, as the program asks for it.

    Attributes:
        urn: its unique name.
        type: its type token.
        name: its name in the program.
        properties: its inputs, names as on the wire, secrets in the clear: no finding may show a value of
            which it isn't known what it is. What is not known yet is `simulator.paths.UNKNOWN`.
        protect: whether Pulumi refuses to delete it.
        provider: its provider's own inputs.
        dependencies: the URNs of what is made before.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    protect: bool = False
    provider: Mapping[str, Any] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Every resource of a stack.

    Attributes:
        resources: all of them.
        protected: whether what holds data here must outlive a mistake: the stack's setting `protect`.
    """

    resources: tuple[Resource, ...]
    protected: bool

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types."""
        return (resource for resource in self.resources if resource.type in types)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a resource.

    Attributes:
        why: what it is and why that is not wanted.
        mend: what to write instead.
    """

    why: str
    mend: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A resource that breaks a rule.

    Attributes:
        rule: the rule's name.
        resource: which resource.
        problem: why, and how to mend it.
    """

    rule: str
    resource: Resource
    problem: Problem

    def __str__(self) -> str:
        head = f"{self.resource.name} ({self.resource.type}): {self.problem.why}"
        return f"{head}; {self.problem.mend} [{self.rule}]"


@dataclass(frozen=True, kw_only=True)
class ResourceRule:
    """A rule that judges each resource by itself.

    Attributes:
        name: what a report calls it.
        description: what it refuses.
        check: the problems of a resource.
    """

    name: str
    description: str
    check: Callable[[Resource], Iterator[Problem]]


@dataclass(frozen=True, kw_only=True)
class StackRule:
    """A rule for which the whole stack must be seen.

    Attributes:
        name: what a report calls it.
        description: what it refuses.
        check: the resources of a stack that break it, with their problems.
    """

    name: str
    description: str
    check: Callable[[Stack], Iterator[tuple[Resource, Problem]]]
