"""An area of an SDK, or its top, whose resources are imported when they are asked for."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from lazy_sdk.files import FileLoader, Kept, compiled
from lazy_sdk.nested_types import NESTED

_USUAL_LINE = re.compile(
    r"import builtins as _builtins|from \.+ import _utilities|import typing"
    r"|from \.(?P<file>\w+) import \*|from \. import outputs|#.*|"
)
_REGISTRATION = re.compile(r"^(?=# Make subpackages available:$|_utilities\.register\()", re.MULTILINE)
_IMPORT = re.compile(r"^from \.(?:\w+ import \*| import outputs)$", re.MULTILINE)
_SUFFIXES = ("", "Args", "ArgsDict", "Result")


class AreaLoader(FileLoader):
    """Loads an area's `__init__`: its imports wait until a name can't be found without."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs what is left without them, or the whole file where it is laid out otherwise."""
        files, code = Kept(Path(self.path)).get(self._read)
        exec(code, module.__dict__)  # noqa: S102 - the SDK's own file
        if files:
            module.__dict__["__getattr__"] = self._finder(module, files)

    def _read(self) -> tuple[tuple[str, ...], Any]:
        """The files that it imports and its code without these imports, or no file and the whole code."""
        text = Path(self.path).read_text(encoding="utf-8")
        matches = [_USUAL_LINE.fullmatch(line) for line in _REGISTRATION.split(text)[0].splitlines()]
        files = tuple(match["file"] for match in matches if match and match["file"])
        if not all(matches) or not files:
            return (), compiled(text, self.path)
        return files, compiled(_IMPORT.sub("", text), self.path)

    def _finder(self, module: ModuleType, files: Sequence[str]) -> Callable[[str], Any]:
        by_key = {_key(file): file for file in files if not file.startswith("_")}

        def find(name: str) -> Any:
            if name.startswith("_") and name not in NESTED:
                raise AttributeError(name)
            if name in NESTED:
                return importlib.import_module(f"{module.__name__}.{name}")
            for file in (*_candidates(name, by_key), *(file for file in files if file.startswith("_"))):
                found = getattr(importlib.import_module(f"{module.__name__}.{file}"), name, module)
                if found is not module:
                    module.__dict__[name] = found
                    return found
            if name in files:
                return importlib.import_module(f"{module.__name__}.{name}")
            return self._ordinarily(module, name)

        return find

    def _ordinarily(self, module: ModuleType, name: str) -> Any:
        module.__dict__.pop("__getattr__", None)
        imports = "\n".join(_IMPORT.findall(Path(self.path).read_text(encoding="utf-8")))
        exec(compiled(imports, self.path), module.__dict__)  # noqa: S102 - the SDK's own file
        return getattr(module, name)


def _key(name: str) -> str:
    return name.replace("_", "").lower()


def _candidates(name: str, files: Mapping[str, str]) -> Iterator[str]:
    """The files that may hold `name`, as generated SDKs name them."""
    bare = name.removeprefix("Awaitable").removesuffix("_output")
    for suffix in _SUFFIXES:
        file = files.get(_key(bare.removesuffix(suffix)))
        if file and bare.endswith(suffix):
            yield file
