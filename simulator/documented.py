"""The values that a property's documentation lists, where the documentation is generated from the validation.

Reads one sentence in one form, which the providers' generator writes for an enumeration that the provider
itself checks. Prose that only resembles it is left alone: a value must never be refused that the cloud would
take.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.paths import UNKNOWN
from simulator.schema import Kind, Property, object_properties

_SENTENCE = re.compile(r"(Possible values are|Each value may be one of): ((?:`[\w.+/-]*`(?:, )?)+)\.")


def documented_values(property_: Property) -> tuple[str, ...]:
    """The values that the documentation lists; none when it lists none."""
    found = _SENTENCE.findall(" ".join(property_.doc.split()))
    return tuple(re.findall(r"`([^`]+)`", found[0][1])) if len(found) == 1 else ()


def undocumented(
    schema: Mapping[str, Property], given: Mapping[str, Any], at: str = ""
) -> Iterator[tuple[str, str]]:
    """Each value that is not among those that its documentation lists."""
    for name, value in given.items():
        property_ = schema.get(name)
        if property_ is None or value is None:
            continue
        path = f"{at}.{name}" if at else name
        allowed = documented_values(property_)
        for where, text in _texts(property_.kind, value, path) if allowed else ():
            if text not in allowed:
                yield where, f"{text!r} is not allowed; use one of {', '.join(allowed)}"
        yield from _nested(property_.kind, value, path)


def _texts(kind: Kind, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if kind.name == "string" and isinstance(value, str) and value not in ("", UNKNOWN):
        yield path, value
    elif kind.name == "list" and kind.element and isinstance(value, list):
        for at, item in enumerate(value):
            yield from _texts(kind.element, item, f"{path}[{at}]")


def _nested(kind: Kind, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if kind.name == "object" and kind.reference and isinstance(value, Mapping):
        yield from undocumented(object_properties(kind.reference), value, path)
    elif kind.name == "list" and kind.element and isinstance(value, list):
        for at, item in enumerate(value):
            yield from _nested(kind.element, item, f"{path}[{at}]")
