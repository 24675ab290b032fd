"""The rules as a policy pack of Pulumi's engine; every one of them is mandatory.

A value that a preview can't know yet breaks no rule here: what can't be judged before is judged during `up`,
when the engine asks again with the value.

At the end the engine shows what came out of each resource. In a preview that may be nothing at all, as for
all that a cluster still to be made is to hold. So the pack remembers what was asked for, and judges that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pulumi.runtime import get_config_env
from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policies.model import Problem, Resource, ResourceRule, Stack, StackRule
from policies.protection import SETTING, protects
from policies.rules import RESOURCE_RULES, STACK_RULES
from policies.secrecy import KEEPERS
from simulator.paths import UNKNOWN
from simulator.stack_files import StackFileError, load

NAME = "ai-platform"
_FOLDER = Path(__file__).resolve().parent.parent
_ASKED: dict[str, dict[str, Any]] = {}
"""The inputs of each resource that the engine has shown, by URN."""


def known(value: Any) -> Any:
    """What is known of a value: the engine's own mark stands for what is not, instead of an exception."""
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, place) for place in range(len(value))]
    return value


def _item(holder: Any, key: Any) -> Any:
    try:
        return known(holder[key])
    except UnknownValueError:
        return UNKNOWN


def resource_policy(rule: ResourceRule) -> ResourceValidationPolicy:
    """A rule over one resource, as the engine runs it for each."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = _resource(args, known(args.props))
        _ASKED[resource.urn] = dict(resource.properties)
        for problem in rule.check(resource):
            report(_message(problem), None)

    return ResourceValidationPolicy(name=rule.name, description=rule.description, validate=validate)


def stack_policy(rule: StackRule) -> StackValidationPolicy:
    """A rule over a stack, as the engine runs it at the end."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = tuple(_resource(each, _properties(each)) for each in args.resources)
        stack = Stack(resources=resources, protected=_protected(resources))
        for resource, problem in rule.check(stack):
            report(_message(problem), resource.urn)

    return StackValidationPolicy(name=rule.name, description=rule.description, validate=validate)


def _message(problem: Problem) -> str:
    return f"{problem.why}; {problem.mend}"


def _properties(given: PolicyResource) -> dict[str, Any]:
    """What was asked of a resource, with the secrets that only come out of it."""
    made = known(given.props)
    computed = {name: made[name] for name in KEEPERS.get(given.resource_type, ()) if name in made}
    return {**_ASKED.get(given.urn, made), **computed}


def _resource(given: ResourceValidationArgs | PolicyResource, properties: Mapping[str, Any]) -> Resource:
    waits = given.dependencies if isinstance(given, PolicyResource) else []
    return Resource(
        urn=given.urn,
        type=given.resource_type,
        name=given.name,
        properties=properties,
        protect=given.opts.protect,
        provider=known(given.provider.props) if given.provider else {},
        dependencies=tuple(each.urn for each in waits),
    )


def _protected(resources: Sequence[Resource]) -> bool:
    """The stack's setting `protect`, from what the engine hands over or else from the stack's file."""
    given = get_config_env()
    if SETTING not in given and resources:
        given = _its_file(resources[0].urn.split("::")[0].rsplit(":", 1)[-1])
    return protects(given)


@cache
def _its_file(stack: str) -> Mapping[str, str]:
    try:
        return load(_FOLDER, stack).values
    except StackFileError:
        return {}


def main() -> None:
    """Serves the pack until the engine has done with it."""
    PolicyPack(
        name=NAME,
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[*map(resource_policy, RESOURCE_RULES), *map(stack_policy, STACK_RULES)],
    )


if __name__ == "__main__":
    main()
