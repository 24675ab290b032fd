"""A stack's resources once more, as most programs make them: one file, `import pulumi_gcp as gcp`, literals.

It is what the program is measured against. Written from a plan, so that it has the same resources with the
same inputs and parents; what depends on another resource stands there as a value, which spares it work.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter

from simulator.in_process import Plan, PlannedResource
from simulator.schema import SchemaMissingError, python_class
from simulator.values import opened

_ALIASES = {
    "pulumi_docker": "docker",
    "pulumi_gcp": "gcp",
    "pulumi_kubernetes": "kubernetes",
    "pulumi_random": "random",
    "pulumiverse_time": "time",
    "pulumiverse_vercel": "vercel",
}
_IMPORTS = "\n".join(
    [
        "import pulumi",
        *(f"import {package} as {alias}" for package, alias in _ALIASES.items()),
        "from pulumi import ResourceOptions as O",
    ]
)
_NOT_TYPED = "kubernetes.apiextensions.CustomResource"


def usual_program(plan: Plan) -> str:
    """The text of a program that makes the plan's resources."""
    resources = _in_order(plan)
    names = {resource.urn: f"r{number}" for number, resource in enumerate(resources)}
    lines = [_statement(resource, names) for resource in resources]
    return "\n".join([_IMPORTS, *lines, ""])


def _in_order(plan: Plan) -> list[PlannedResource]:
    """The resources, each behind its parent and its provider."""
    by_urn = {each.urn: each for each in plan.resources}
    sorter = TopologicalSorter(
        {each.urn: {each.parent, each.provider} & by_urn.keys() for each in plan.resources}
    )
    return [by_urn[urn] for urn in sorter.static_order()]


def _statement(resource: PlannedResource, names: dict[str, str]) -> str:
    parent = f"parent={names[resource.parent]}" if resource.parent in names else ""
    if not resource.custom:
        made = f"pulumi.ComponentResource({resource.type!r}, {resource.name!r}, None, O({parent}))"
    else:
        provider = f"provider={names[resource.provider]}" if resource.provider in names else ""
        options = ", ".join(filter(None, (parent, provider)))
        made = f"{_class(resource.type)}({', '.join(_arguments(resource))}, opts=O({options}))"
    return f"{names[resource.urn]} = {made}"


def _arguments(resource: PlannedResource) -> Iterator[str]:
    yield repr(resource.name)
    inputs = opened(resource.inputs)
    if _class(resource.type) == _NOT_TYPED:
        for name in ("apiVersion", "kind", "metadata"):
            yield f"{_python_name(name)}={inputs.pop(name)!r}"
        yield f"**{inputs!r}"
        return
    for name, value in inputs.items():
        if name not in ("apiVersion", "kind"):
            yield f"{_python_name(name)}={value!r}"


def _class(token: str) -> str:
    """The class of a type token as the program names it, e.g. `gcp.redis.Instance`."""
    try:
        package, _, inside = python_class(token).partition(".")
    except SchemaMissingError:
        return _NOT_TYPED
    return f"{_ALIASES[package]}.{inside}"


def _python_name(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"{snake}_" if keyword.iskeyword(snake) else snake
