"""What a file's code misses among its globals, made at that moment."""

from __future__ import annotations

import builtins
import functools
import typing
from collections.abc import Callable
from typing import Any


class MissedNames(dict[str, Any]):
    """Python's built-in names and, behind them, classes that are made when they are missed.

    What code does not find among its globals it looks for in the mapping that they have as `__builtins__`. So
    does Pulumi, which resolves the names in a class's annotations among the globals of the class's file.
    """

    def __init__(self) -> None:
        # Those that statements use, like that of `import`, Python takes without asking for what is missed.
        super().__init__({name: value for name, value in vars(builtins).items() if name.startswith("__")})
        self._makers: list[Callable[[str], Any]] = []

    @classmethod
    def of(cls, names: dict[str, Any]) -> MissedNames:
        """Those of a file's globals, which count for all code that is run with them from now on."""
        known = names.get("__builtins__")
        if not isinstance(known, MissedNames):
            known = names["__builtins__"] = cls()
        return known

    def made_by(self, make: Callable[[str], Any]) -> None:
        """Adds what makes a class by its name, or raises a KeyError."""
        self._makers.append(make)

    def __missing__(self, name: str) -> Any:
        for find in (vars(builtins).__getitem__, *self._makers):
            try:
                self[name] = found = find(name)
            except KeyError:
                continue
            return found
        raise KeyError(name)


@functools.cache
def are_asked_for() -> bool:
    """Whether this Python resolves annotations as `MissedNames` needs it."""
    names: dict[str, Any] = {}
    MissedNames.of(names).made_by({"missed": int}.__getitem__)

    def annotated() -> None:
        """Has an annotation that names a class by a text, like those of the SDKs."""

    annotated.__annotations__["return"] = "missed"
    try:
        return typing.get_type_hints(annotated, globalns=names)["return"] is int
    except NameError:
        return False
