"""Provider SDKs imported class by class: what a program does not use costs it nothing.

A provider's Python SDK is generated: one package an area, like `pulumi_gcp.compute`, whose `__init__` imports
each resource there is, and whose `_inputs` and `outputs` define thousands of nested types. Importing one
resource therefore runs all of them, which is most of a preview. Importing this module puts a finder in front
of Python's own, for the packages in `SDKS` alone:

- an area's `__init__` is run without its imports of each resource. A name is looked for in the file that
  generated SDKs keep it in (`compute.InstanceTemplate` in `instance_template.py`), and that file is imported
  in the ordinary way;
- a class in `_inputs` or `outputs` is compiled and made when it is asked for, with the classes that its
  annotations name.

Python's search for garbage is made rarer as well, which would look through all these classes again and again.

The classes are the SDK's own, made of the same source; type checkers see ordinary imports. It rests on how
the files are laid out, not on a version. Where a file is laid out otherwise, or a name is not where it is
expected, that package is imported in the ordinary way; `PULUMI_LAZY_SDK=off` imports all of them so.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import functools
import gc
import importlib
import marshal
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypedDict

import pulumi

SDKS = (
    "pulumi_docker",
    "pulumi_gcp",
    "pulumi_kubernetes",
    "pulumi_random",
    "pulumiverse_time",
    "pulumiverse_vercel",
)
SWITCH = "PULUMI_LAZY_SDK"

_COLLECTED_AFTER = 20_000
"""New objects before Python looks for garbage among them. With its usual 700 it searches a plan's classes,
none of which is garbage, hundreds of times: a quarter of a plan's time."""

_USUAL_LINE = re.compile(
    r"import builtins as _builtins|from \.+ import _utilities|import typing"
    r"|from \.(?P<file>\w+) import \*|from \. import outputs|#.*|"
)
_REGISTRATION = re.compile(r"^(?=# Make subpackages available:$|_utilities\.register\()", re.MULTILINE)
_IMPORT = re.compile(r"^from \.(?:\w+ import \*| import outputs)$", re.MULTILINE)
_CLASS = re.compile(rb"^(?:@pulumi\.\w+\n)?(?P<text>class (?P<name>\w+)\b)", re.MULTILINE)
_NESTED = ("_inputs", "outputs")
_DICTIONARY = "ArgsDict"
_SUFFIXES = ("", "Args", _DICTIONARY, "Result")


class _Area(SourceFileLoader):
    """Loads an area, or an SDK's top: the imports in `__init__` wait until a name can't be found without."""

    def exec_module(self, module: ModuleType) -> None:
        text = Path(self.path).read_text(encoding="utf-8")
        matches = [_USUAL_LINE.fullmatch(line) for line in _REGISTRATION.split(text)[0].splitlines()]
        files = [match["file"] for match in matches if match and match["file"]]
        if not all(matches) or not files:
            super().exec_module(module)
            return
        self._run(_IMPORT.sub("", text), module)
        module.__dict__["__getattr__"] = self._finder(module, files)

    def _run(self, text: str, module: ModuleType) -> None:
        exec(compile(text, self.path, "exec"), module.__dict__)  # noqa: S102 - the SDK's own file

    def _finder(self, module: ModuleType, files: Sequence[str]) -> Callable[[str], Any]:
        by_key = {_key(file): file for file in files if not file.startswith("_")}

        def find(name: str) -> Any:
            if name.startswith("_") and name not in _NESTED:
                raise AttributeError(name)
            if name in _NESTED:
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
        self._run("\n".join(_IMPORT.findall(Path(self.path).read_text(encoding="utf-8"))), module)
        return getattr(module, name)


class _NestedTypes(SourceFileLoader):
    """Loads `_inputs` or `outputs`: runs what stands above the first class, and makes classes when asked."""

    def exec_module(self, module: ModuleType) -> None:
        bodies = _Bodies(Path(self.path))
        exec(compile(bodies.head, self.path, "exec"), module.__dict__)  # noqa: S102 - the SDK's own file
        if set(module.__dict__.get("__all__", ())) != set(bodies):
            super().exec_module(module)
            return
        del module.__dict__["__all__"]
        module.__dict__["__getattr__"] = _Maker(module, bodies).find


class _Bodies(Mapping[str, CodeType]):
    """The bodies of a file's classes, each compiled when it is asked for: a whole file takes seconds.

    Those compiled are kept beside Python's own byte code, for the next run; docstrings, which are most of it,
    are left out.

    Attributes:
        head: what stands above the first class.
    """

    def __init__(self, path: Path) -> None:
        status = path.stat()
        self._stamp = (MAGIC_NUMBER, status.st_mtime_ns, status.st_size)
        self._path, self._cache = path, Path(cache_from_source(str(path), optimization="classes"))
        self.head, self._places, self._codes = self._kept() or self._found()
        if not sys.dont_write_bytecode:
            atexit.register(self._keep, len(self._codes))

    def _found(self) -> tuple[bytes, dict[str, tuple[int, int]], dict[str, CodeType]]:
        source = self._path.read_bytes()
        starts = [*_CLASS.finditer(source)]
        places = {
            this["name"].decode(): (this.start("text"), following.start() if following else len(source))
            for this, following in pairwise([*starts, None])
            if this
        }
        return source[: starts[0].start() if starts else None], places, {}

    def _kept(self) -> tuple[bytes, dict[str, tuple[int, int]], dict[str, CodeType]] | None:
        try:
            stamp, kept = marshal.loads(self._cache.read_bytes())  # noqa: S302 - as Python reads its own
        except (OSError, EOFError, ValueError, TypeError):
            return None
        return kept if stamp == self._stamp else None

    def _keep(self, known: int) -> None:
        if len(self._codes) > known:
            whole = self._cache.with_suffix(f".{os.getpid()}")
            with contextlib.suppress(OSError):
                whole.parent.mkdir(parents=True, exist_ok=True)
                whole.write_bytes(marshal.dumps((self._stamp, (self.head, self._places, self._codes))))
                whole.replace(self._cache)

    @functools.cached_property
    def _source(self) -> int:
        """The open file; it is read a class at a time, as it is too large to be held."""
        return os.open(self._path, os.O_RDONLY)

    def __getitem__(self, name: str) -> CodeType:
        if name not in self._codes:
            start, end = self._places[name]
            code = compile(os.pread(self._source, end - start, start), f"<{name}>", "exec", optimize=2)
            self._codes[name] = next(each for each in code.co_consts if isinstance(each, CodeType))
        return self._codes[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places  # the one that is inherited would compile it

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class _Maker:
    """Makes the classes of one module of nested types."""

    def __init__(self, module: ModuleType, bodies: Mapping[str, CodeType]) -> None:
        self._module, self._bodies = module, bodies

    def find(self, name: str) -> Any:
        """The class `name`, or the names that a `from … import *` needs."""
        if name == "__all__":
            importing = sys._getframe(1)
            if importing.f_globals.get("__name__") == self._module.__package__:
                return sorted(self._bodies)  # the area's own `__init__`, run in the ordinary way
            # The file that imports needs what it names itself, and no more.
            return sorted(self._named_in(importing.f_code))
        if name not in self._bodies:
            raise AttributeError(name)
        self._make(name)
        return self._module.__dict__[name]

    def _make(self, name: str) -> None:
        """Makes a class and those its annotations name, which Pulumi looks up in the module by name."""
        waiting = {name}
        while waiting:
            body = self._bodies[waiting.pop()]
            self._module.__dict__[body.co_name] = self._build(body)
            waiting |= self._named_in(body) - self._module.__dict__.keys()

    def _named_in(self, code: CodeType) -> set[str]:
        """The classes whose names stand in `code`; those of dictionaries serve type checkers alone."""
        return {name for name in _words(code) & self._bodies.keys() if not name.endswith(_DICTIONARY)}

    def _build(self, body: CodeType) -> type:
        function = FunctionType(body, self._module.__dict__, body.co_name)
        if body.co_name.endswith(_DICTIONARY):
            return builtins.__build_class__(function, body.co_name, TypedDict)
        if self._module.__name__.endswith("outputs"):
            return pulumi.output_type(builtins.__build_class__(function, body.co_name, dict))
        return pulumi.input_type(builtins.__build_class__(function, body.co_name))


class _Finder:
    """Finds the SDKs' areas and their nested types, and leaves all else to Python."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in SDKS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        if spec.submodule_search_locations is not None:
            spec.loader = _Area(fullname, spec.loader.path)
        elif fullname.rpartition(".")[2] in _NESTED:
            spec.loader = _NestedTypes(fullname, spec.loader.path)
        return spec


def _key(name: str) -> str:
    return name.replace("_", "").lower()


def _candidates(name: str, files: Mapping[str, str]) -> Iterator[str]:
    """The files that may hold `name`, as generated SDKs name them."""
    bare = name.removeprefix("Awaitable").removesuffix("_output")
    for suffix in _SUFFIXES:
        file = files.get(_key(bare.removesuffix(suffix)))
        if file and bare.endswith(suffix):
            yield file


def _words(code: CodeType) -> set[str]:
    """Every word in a text of `code` or of the code inside it: among them all that annotations name."""
    words: set[str] = set()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            words |= _words(constant)
        elif isinstance(constant, str) and len(constant) < 200:
            words.update(constant.replace("outputs.", "").split("'"))
    return words


if os.environ.get(SWITCH) != "off":
    gc.set_threshold(_COLLECTED_AFTER)
    sys.meta_path.insert(0, _Finder())
