"""Secrets among plain values: how a plan carries them, and how they cross into Pulumi's runtime and back.

Owns `SecretValue`, which shows nothing of what it holds wherever it is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


@dataclass(frozen=True)
class SecretValue:
    """A value that is marked secret."""

    value: Any = field(repr=False)

    def __str__(self) -> str:
        return "[secret]"


def opened(value: Any) -> Any:
    """`value` with every secret in it in the clear."""
    match value:
        case SecretValue():
            return opened(value.value)
        case Mapping():
            return {key: opened(item) for key, item in value.items()}
        case list():
            return [opened(item) for item in value]
    return value


def sealed_as(value: Any, given: Any) -> Any:
    """`value` with a secret wherever `given` has one."""
    match given:
        case SecretValue():
            return value if isinstance(value, SecretValue) else SecretValue(value)
        case Mapping() if isinstance(value, Mapping):
            return {key: sealed_as(item, given.get(key)) for key, item in value.items()}
        case list() if isinstance(value, list) and len(value) == len(given):
            return [sealed_as(item, there) for item, there in zip(value, given, strict=True)]
    return value


def from_struct(message: Struct) -> dict[str, Any]:
    """A message's properties in the order of their names, which the message itself does not keep."""
    return {key: _from_value(message.fields[key]) for key in sorted(message.fields)}


def to_struct(properties: Mapping[str, Any]) -> Struct:
    """Properties as a message."""
    message = Struct()
    message.update({key: _enveloped(value) for key, value in properties.items()})
    return message


def _enveloped(value: Any) -> Any:
    match value:
        case SecretValue():
            return {_SIGNATURE: _SECRET, "value": _enveloped(value.value)}
        case Mapping():
            return {str(key): _enveloped(item) for key, item in value.items()}
        case list() | tuple():
            return [_enveloped(item) for item in value]
    return value


def _from_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            fields = from_struct(value.struct_value)
            return SecretValue(fields.get("value")) if fields.get(_SIGNATURE) == _SECRET else fields
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "string_value":
            return value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number % 1 == 0 else number
        case "bool_value":
            return value.bool_value
    return None
