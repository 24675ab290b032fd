"""One difference between what is there and what is wanted, and the call that takes it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change that would be made.

    Attributes:
        what: what it does, for people, starting with a verb.
        make: makes it.
        details: its parts, where it has several.
    """

    what: str
    make: Callable[[], Any]
    details: tuple[str, ...] = ()


Changes = Iterator[Change]
"""Changes one after another: each is made before the next is looked for, so that a run that failed is
continued by the next one."""


def differing(wanted: dict[str, Any], current: dict[str, Any]) -> dict[str, Any]:
    """The top-level parts of `wanted` that `current` lacks; what `wanted` doesn't name is left alone."""
    return {key: value for key, value in wanted.items() if not _holds(current.get(key), value)}


def _holds(current: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(current, dict):
        return all(_holds(current.get(key), value) for key, value in wanted.items())
    if wanted is False:
        return not current
    return current == wanted
