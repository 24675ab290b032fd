"""Whether properties have the shape that a type's schema gives: names, kinds, required ones, at every depth.

Knows no type by name and no value: what a value may be is `rules`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.paths import UNKNOWN
from simulator.schema import Kind, Property, enum_values, object_properties

Failure = tuple[str, str]
"""A property's path, and what is wrong with it and what to write instead."""

_ASSET_SIGNATURE = "4dabf18193072939515e22adb298388d"


def shape_failures(
    schema: Mapping[str, Property], given: Mapping[str, Any], at: str = ""
) -> Iterator[Failure]:
    """What is wrong with the shape of `given`."""
    for name, value in given.items():
        path = f"{at}.{name}" if at else name
        if name.startswith("__"):
            continue
        if name not in schema:
            yield path, f"is no property of this type; {_instead(name, schema)}"
        elif value is not None:
            yield from _kind_failures(schema[name].kind, value, path)
    for name, wanted in schema.items():
        if wanted.required and given.get(name) is None:
            yield (f"{at}.{name}" if at else name), f"is required and missing; give {_a(wanted.kind.name)}"


def _instead(name: str, schema: Mapping[str, Property]) -> str:
    near = difflib.get_close_matches(name, schema, n=1)
    return f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(schema))}"


def _kind_failures(kind: Kind, value: Any, path: str) -> Iterator[Failure]:
    if value == UNKNOWN or kind.name == "any":
        return
    if not _is(kind.name, value):
        yield path, f"must be {_a(kind.name)}, not {_a(_name_of(value))}"
    elif kind.name == "list" and kind.element:
        for index, item in enumerate(value):
            yield from _kind_failures(kind.element, item, f"{path}[{index}]")
    elif kind.name == "map" and kind.element:
        for key, item in value.items():
            yield from _kind_failures(kind.element, item, f"{path}.{key}")
    elif kind.name == "object" and kind.reference:
        yield from shape_failures(object_properties(kind.reference), value, path)
    elif kind.name == "string" and kind.reference:
        values = enum_values(kind.reference)
        if values and value not in values:
            yield path, f"{value!r} is not one of {', '.join(sorted(values))}"


def _is(kind: str, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return (
                isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer()
            )
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "list":
            return isinstance(value, list)
        case "asset":
            return isinstance(value, Mapping) and _ASSET_SIGNATURE in value
        case _:
            return isinstance(value, Mapping)


def _name_of(value: Any) -> str:
    names = {
        bool: "boolean",
        int: "integer",
        float: "number",
        str: "string",
        list: "list",
        type(None): "null",
    }
    return names.get(type(value), "object")


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aio' else 'a'} {kind}"
