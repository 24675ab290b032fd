"""The file of a resource, without the class that describes one which is looked up (`Bucket.get`)."""

from __future__ import annotations

import re
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from lazy_sdk import missed_names
from lazy_sdk.files import FileLoader, Kept, compiled

_STATE = re.compile(rb"^@pulumi\.input_type\nclass (?P<name>_\w+State):\n(?:[ \t].*\n|\n)+", re.MULTILINE)


class ResourceLoader(FileLoader):
    """Loads a file in which such a class is made when it is missed."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs the file without it."""
        code, places = Kept(Path(self.path)).get(self._read)
        if places:
            missed_names.MissedNames.of(module.__dict__).made_by(_StateMaker(module, self.path, places))
        exec(code, module.__dict__)  # noqa: S102 - the SDK's own file

    def _read(self) -> tuple[CodeType, dict[str, tuple[int, int]]]:
        """The file's code without such classes, and where these stand in it."""
        source = self.get_data(self.path)
        found = [*_STATE.finditer(source)] if missed_names.are_asked_for() else []
        places = {each["name"].decode(): each.span() for each in found}
        for start, end in places.values():
            # Lines that stay empty leave the others their numbers.
            source = source[:start] + re.sub(rb"[^\n]", b" ", source[start:end]) + source[end:]
        return compiled(source, self.path), places


class _StateMaker:
    """Makes the classes that were left out of a file."""

    def __init__(self, module: ModuleType, path: str, places: dict[str, tuple[int, int]]) -> None:
        self._module, self._path, self._places = module, path, places

    def __call__(self, name: str) -> Any:
        start, end = self._places[name]
        text = Path(self._path).read_bytes()[start:end]
        exec(compiled(text, f"<{name}>"), self._module.__dict__)  # noqa: S102 - the SDK's own file
        return self._module.__dict__[name]
