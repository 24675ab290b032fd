"""What a stack's settings say that can't be deployed, told by setting, before the first resource is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from services.settings import SettingsError

_INSIDE = re.compile(r"^(\w+Args|container [\w-]+): ")
"""What a reason of a component's begins with, and a reader of the stack's file knows nothing of."""


class Refusal(NamedTuple):
    """One setting that can't be deployed.

    Attributes:
        key: the setting, with a dot for each section.
        reason: what is wrong with it and what to write instead.
    """

    key: str
    reason: str


def refused(key: str, build: Callable[[], object]) -> Iterator[Refusal]:
    """The refusal of a component that `build` asks, if it refuses."""
    try:
        build()
    except ValueError as error:
        yield Refusal(key, _INSIDE.sub("", str(error)))


def refuse(stack: str, namespace: str, refusals: Iterable[Refusal]) -> None:
    """Stops the program where there is any refusal.

    Raises:
        SettingsError: a line for each.
    """
    lines = [f"Pulumi.{stack}.yaml: {namespace}:{each.key}: {each.reason}" for each in refusals]
    if lines:
        raise SettingsError("\n".join(lines))
