"""The replacement or deletion of something that holds data, in a protected stack.

Judged over what becomes of the resources that are there, not over what is asked for: from a saved state and a
plan (`make preview BASE=FILE`), or from what the engine says it will do (`pulumi preview --json`, by
`python -m policies.destruction STACK FILE`). A policy pack is not told of it: the engine shows it resources
and no steps. There, `protected-data` asks for the `protect` by which the engine itself refuses the step.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.data import BUCKET, HOLDERS
from policies.model import Finding, Problem, Resource
from policies.protection import protects
from simulator.in_process import Plan
from simulator.rules import rules_of
from simulator.stack_files import StackFileError, load

RULE = "kept-data"
_FOLDER = Path(__file__).resolve().parent.parent
_LOSING = {"delete": "deletes", "delete-replaced": "replaces", "replace": "replaces"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What becomes of a resource that is there.

    Attributes:
        verb: `deletes` or `replaces`.
        resource: the resource as it is now.
        because: the properties for whose change it is replaced.
    """

    verb: str
    resource: Resource
    because: tuple[str, ...] = ()


def lost_data(steps: Iterable[Step]) -> list[Finding]:
    """The steps by which a protected stack would lose data."""
    return [
        Finding(rule=RULE, resource=step.resource, problem=_problem(step))
        for step in steps
        if _may_hold(step.resource)
    ]


def steps_of_plan(before: Mapping[str, Any], plan: Plan) -> Iterator[Step]:
    """What a plan makes of what is there.

    Args:
        before: `make preview FORMAT=json` of what is deployed, or `pulumi stack export`.
        plan: the plan.
    """
    planned = {resource.urn: resource for resource in plan.resources}
    for resource in _recorded(before):
        if resource.urn not in planned:
            yield Step(verb="deletes", resource=resource)
            continue
        now = planned[resource.urn]
        then = _comparable(resource, now.inputs)
        difference = plan.cloud.diff(now.type, now.id, then, {}, {**now.inputs, **_hidden(then)})
        if difference.replaces:
            yield Step(verb="replaces", resource=resource, because=tuple(difference.replaces))


def steps_of_engine(preview: Mapping[str, Any]) -> Iterator[Step]:
    """What the engine will do, from `pulumi preview --json`."""
    for step in preview.get("steps", []):
        if step["op"] in _LOSING:
            old = {"urn": step["urn"], **step.get("oldState", {})}
            because = tuple(step.get("replaceReasons") or ())
            yield Step(verb=_LOSING[step["op"]], resource=_resource(old), because=because)


def _problem(step: Step) -> Problem:
    because = f" because of {', '.join(step.because)}" if step.because else ""
    return Problem(
        f"this {step.verb} it{because}, and with it {HOLDERS[step.resource.type].what}",
        "keep it as it is; if it is meant, save what is in it, then set ai-platform:protect to false in the "
        "stack's file and deploy that before",
    )


def _may_hold(resource: Resource) -> bool:
    # What is deleted is judged by itself: a bucket that may be emptied is one that the program fills.
    emptied = resource.type == BUCKET and resource.properties.get("forceDestroy") is True
    return resource.type in HOLDERS and not emptied


def _recorded(before: Mapping[str, Any]) -> list[Resource]:
    """The resources in a plan's JSON or in an exported state."""
    recorded = before.get("deployment", before).get("resources", [])
    return [_resource(one) for one in recorded if one["type"] in HOLDERS]


def _resource(recorded: Mapping[str, Any]) -> Resource:
    urn = recorded["urn"]
    kind = recorded.get("type") or urn.split("::")[2].rsplit("$", 1)[-1]
    return Resource(urn=urn, type=kind, name=urn.rsplit("::", 1)[-1], properties=recorded.get("inputs") or {})


def _comparable(resource: Resource, now: Mapping[str, Any]) -> dict[str, Any]:
    """The recorded inputs without a name that the provider made, and without its own marks."""
    name = rules_of(resource.type).name
    automatic = {name.property} - now.keys() if name else set()
    return {
        key: value
        for key, value in resource.properties.items()
        if key not in automatic and not key.startswith("__")
    }


def _hidden(then: Mapping[str, Any]) -> dict[str, Any]:
    """The properties whose recorded value is hidden, as they are recorded: no difference can be told."""
    return {key: value for key, value in then.items() if value == "[secret]" or _is_sealed(value)}


def _is_sealed(value: Any) -> bool:
    return isinstance(value, Mapping) and "ciphertext" in value


def main(arguments: Sequence[str]) -> int:
    """Judges what `pulumi preview --json` printed; the exit status is 1 when data would be lost."""
    parser = argparse.ArgumentParser(prog="destruction", description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("preview", type=Path, help="what `pulumi preview --json` printed")
    chosen = parser.parse_args(arguments)
    try:
        protected = protects(load(_FOLDER, chosen.stack).values)
    except StackFileError as error:
        sys.stderr.write(f"refused: {error}\n")
        return 2
    found = lost_data(steps_of_engine(json.loads(chosen.preview.read_text()))) if protected else []
    sys.stderr.writelines(f"refused: {finding}\n" for finding in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
