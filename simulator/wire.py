"""The provider protocol's property values as the plain values that `Cloud` works on, and back.

Owns the marks of unknowns, which are one mark here. Everything else of the form is in `values`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from google.protobuf.struct_pb2 import Struct

from simulator.paths import UNKNOWN, leaves
from simulator.values import from_struct, opened, to_struct

# The engine marks an unknown by the kind of value that it will be.
_UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)


def from_wire(message: Struct) -> dict[str, Any]:
    """A message's properties, with secrets opened and one mark for everything unknown.

    Keys are sorted: a message keeps no order, and what is computed from a value has to be the same each time.
    """
    return _marked(opened(from_struct(message)))


def to_wire(properties: Mapping[str, Any]) -> Struct:
    """Plain properties as a message."""
    return to_struct(properties)


def is_unknown_at(properties: Mapping[str, Any], path: str) -> bool:
    """Whether the value at `path`, something around it or something in it is still unknown."""
    value: Any = properties
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return value == UNKNOWN
    return any(leaf == UNKNOWN for _, leaf in leaves(value))


def _marked(value: Any) -> Any:
    match value:
        case str():
            return UNKNOWN if value in _UNKNOWNS else value
        case Mapping():
            return {key: _marked(value[key]) for key in sorted(value)}
        case list():
            return [_marked(item) for item in value]
    return value
