"""Names that were not given: the logical name, a hyphen and seven digits, as Pulumi's bridge makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simulator.rules import rules_of
from simulator.rules.model import Request
from simulator.schema import ResourceSchema

_DIGITS = 7
_ATTEMPTS = 100


def automatic_name(
    request: Request,
    schema: ResourceSchema,
    olds: Mapping[str, Any] | None,
    is_free: Callable[[Mapping[str, str]], bool],
) -> dict[str, Any]:
    """The name as a property: the one that was made before, else the first that is free."""
    made = list(_names(request, schema))
    for name in made[0]:
        if olds and olds.get(name):
            return {name: olds[name]}
    return next((each for each in made if is_free(each)), made[0])


def is_automatic_name(request: Request, schema: ResourceSchema) -> bool:
    """Whether the name in the request is one that the provider made."""
    return any(made and made.items() <= request.inputs.items() for made in _names(request, schema))


def _names(request: Request, schema: ResourceSchema) -> Iterator[dict[str, str]]:
    """The names in the order in which they are tried; an empty one where none is made."""
    name = rules_of(request.type).name
    property_ = schema.inputs.get(name.property) if name else None
    if (
        name is None
        or not name.auto
        or property_ is None
        or property_.required
        or property_.kind.name != "string"
        or not request.type.startswith("gcp:")
    ):
        yield {}
        return
    base = request.logical_name[: name.limit - _DIGITS - 1]
    for attempt in range(_ATTEMPTS):
        yield {name.property: f"{base}-{request.digest('name', attempt, length=_DIGITS)}"}
