"""What the program uses of the provider SDKs, as dotted names, and what each of them looks like."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import sys
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pulumi import _types as pulumi_types

import lazy_sdk

_FOLDERS = ("components", "services")


def used_names(project: Path) -> set[str]:
    """Every SDK class and function that the program's source names, like `pulumi_gcp.compute.Network`."""
    files = [project / "__main__.py", *(file for each in _FOLDERS for file in (project / each).rglob("*.py"))]
    return {name for file in files for name in _of(ast.parse(file.read_text()))}


def _of(tree: ast.Module) -> Iterator[str]:
    packages: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                packages |= {each.asname or each.name: each.name for each in node.names}
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in lazy_sdk.SDKS:
                packages |= {each.asname or each.name: f"{module}.{each.name}" for each in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, *rest = ast.unparse(node).split(".")
            whole = ".".join([packages.get(first, first), *rest])
            if whole.partition(".")[0] in lazy_sdk.SDKS and _is_class(whole):
                yield whole


def _is_class(name: str) -> bool:
    """Whether a name is written as a class's, and not as that of a value inside one."""
    *inside, last = name.split(".")
    return last[:1].isupper() and not inside[-1][:1].isupper()


def described(name: str) -> dict[str, Any]:
    """What a class is: where it comes from, what it takes, and the types of what it takes and gives."""
    *path, last = name.split(".")
    thing = importlib.import_module(path[0])
    for step in [*path[1:], last]:
        thing = getattr(thing, step)
    return {
        "module": thing.__module__,
        "bases": [each.__qualname__ for each in thing.__mro__],
        "takes": [f"{each.kind.name} {each.name} = {each.default}" for each in _parameters(thing)],
        "members": sorted(vars(thing)),
        "types": _types(thing),
    }


def _parameters(thing: type) -> Iterable[inspect.Parameter]:
    return inspect.signature(thing.__init__).parameters.values()


def _types(thing: type) -> dict[str, str]:
    """The types that Pulumi finds behind the annotations, which name other classes."""
    if typing.is_typeddict(thing):
        return {}  # for type checkers alone: Pulumi takes any dictionary
    if pulumi_types.is_input_type(thing):
        return {key: str(value) for key, value in pulumi_types.input_type_types(thing).items()}
    return {key: str(value) for key, value in pulumi_types.resource_types(thing).items()}


if __name__ == "__main__":
    json.dump({name: described(name) for name in json.load(sys.stdin)}, sys.stdout)
