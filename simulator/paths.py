"""Property paths: how rules point into a resource's properties.

A rule's path names lists without a number (`template.containers[].image`); a concrete path has it
(`template.containers[0].image`), as Pulumi's detailed diffs do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a value that is not known yet: Pulumi's own mark."""


def values_at(properties: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Each present and known value at `path`, with its concrete path."""
    head, _, rest = path.partition(".")
    value = properties.get(head.removesuffix("[]"))
    items = [(head, value)]
    if head.endswith("[]"):
        name = head.removesuffix("[]")
        items = [(f"{name}[{at}]", item) for at, item in enumerate(value)] if isinstance(value, list) else []
    for name, item in items:
        if item is None or item == UNKNOWN:
            continue
        if not rest:
            yield name, item
        elif isinstance(item, Mapping):
            yield from ((f"{name}.{deeper}", found) for deeper, found in values_at(item, rest))


def value_at(properties: Mapping[str, Any], path: str, default: Any = None) -> Any:
    """The first present and known value at `path`, else `default`."""
    return next((value for _, value in values_at(properties, path)), default)


def generic(path: str) -> str:
    """A concrete path without its numbers."""
    return re.sub(r"\[\d+\]", "[]", path)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that holds no other, with its concrete path; an empty list or map is one."""
    if isinstance(value, Mapping) and value:
        for key in value:
            yield from leaves(value[key], _below(path, str(key)))
    elif isinstance(value, list) and value:
        for at, item in enumerate(value):
            yield from leaves(item, f"{path}[{at}]")
    else:
        yield path, value


def _below(path: str, key: str) -> str:
    """The path of `key` in what is at `path`; a key that is no plain word (a label's) is quoted."""
    if not re.fullmatch(r"[\w$-]+", key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def covers(rule: str, path: str) -> bool:
    """Whether the concrete `path` is at or under the rule's path."""
    where = generic(path)
    return where == rule or where.startswith((f"{rule}.", f"{rule}["))
