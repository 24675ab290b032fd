"""The nested types of an area, each of which is compiled and made when it is asked for."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, TypedDict

import pulumi

from lazy_sdk.class_bodies import ClassBodies
from lazy_sdk.files import FileLoader
from lazy_sdk.missed_names import MissedNames, are_asked_for

NESTED = ("_inputs", "outputs")
"""The files of nested types."""

_DICTIONARY = "ArgsDict"


class NestedTypesLoader(FileLoader):
    """Loads `_inputs` or `outputs`: runs what stands above the first class, and makes classes when asked."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs it; the whole file in the ordinary way where it is laid out otherwise."""
        bodies = ClassBodies(Path(self.path))
        if not bodies.usual:
            SourceFileLoader(self.name, self.path).exec_module(module)
            return
        exec(bodies.head, module.__dict__)  # noqa: S102 - the SDK's own file
        maker = _Maker(module, bodies)
        MissedNames.of(module.__dict__).made_by(maker.missed)
        module.__dict__["__getattr__"] = maker.find


class _Maker:
    """Makes the classes of one module of nested types.

    Attributes:
        bodies: by the class's name.
    """

    def __init__(self, module: ModuleType, bodies: Mapping[str, CodeType]) -> None:
        self._module, self.bodies = module, bodies

    def missed(self, name: str) -> Any:
        """The class `name`, which some code of this module or of one that imports it has missed.

        Raises:
            KeyError: the module has no such class.
        """
        if name not in self.bodies:
            raise KeyError(name)
        return self.find(name)

    def find(self, name: str) -> Any:
        """The class `name`, or the names that a `from … import *` needs.

        Raises:
            AttributeError: the module has no such class.
        """
        if name == "__all__":
            importing = sys._getframe(1)
            if importing.f_globals.get("__name__") == self._module.__package__:
                return sorted(self.bodies)  # the area's own `__init__`, run in the ordinary way
            return sorted(self._needed(importing))
        if name not in self.bodies:
            raise AttributeError(name)
        if name not in self._module.__dict__:
            self._make(name)
        return self._module.__dict__[name]

    def _needed(self, importing: FrameType) -> set[str]:
        """The classes that a file needs while it is run."""
        if not are_asked_for():
            return self._named_in(importing.f_code)
        MissedNames.of(importing.f_globals).made_by(self.missed)
        return {name for name in importing.f_code.co_names if name in self.bodies}

    def _make(self, name: str) -> None:
        waiting = {name}
        while waiting:
            body = self.bodies[waiting.pop()]
            self._module.__dict__[body.co_name] = self._build(body)
            if not are_asked_for():
                waiting |= self._named_in(body) - self._module.__dict__.keys()

    def _named_in(self, code: CodeType) -> set[str]:
        """The classes whose names stand in `code`; those of dictionaries serve type checkers alone."""
        return {each for each in _words(code) if each in self.bodies and not each.endswith(_DICTIONARY)}

    def _build(self, body: CodeType) -> type:
        function = FunctionType(body, self._module.__dict__, body.co_name)
        if body.co_name.endswith(_DICTIONARY):
            return builtins.__build_class__(function, body.co_name, TypedDict)
        if self._module.__name__.endswith("outputs"):
            return pulumi.output_type(builtins.__build_class__(function, body.co_name, dict))
        return pulumi.input_type(builtins.__build_class__(function, body.co_name))


def _words(code: CodeType) -> set[str]:
    """Every word in a text of `code` or of the code inside it: among them all that annotations name."""
    words: set[str] = set()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            words |= _words(constant)
        elif isinstance(constant, str):
            words.update(constant.replace("outputs.", "").split("'"))
    return words
