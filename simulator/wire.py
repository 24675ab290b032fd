"""The provider protocol's property values as plain Python, and back.

Owns the protocol's marks: those of unknowns, which all become one, and the envelope of a secret. Assets
pass as the dictionaries that they arrive in. Knows no resource and no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

from simulator.paths import UNKNOWN

# The engine marks an unknown by the type it will have; here one mark serves them all.
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
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


def from_wire(message: Struct) -> dict[str, Any]:
    """A message's properties, with whole numbers as integers and secrets out of their envelope."""
    return {key: _from_value(value) for key, value in message.fields.items()}


def to_wire(properties: Mapping[str, Any]) -> Struct:
    """Plain properties as a message."""
    message = Struct()
    message.update(dict(properties))
    return message


def _from_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            fields = from_wire(value.struct_value)
            return fields.get("value") if fields.get(_SIGNATURE) == _SECRET else fields
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number == int(number) else number
        case "bool_value":
            return value.bool_value
    return None
