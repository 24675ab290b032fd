"""Which loader reads a file of an SDK."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

from lazy_sdk.areas import AreaLoader
from lazy_sdk.files import FileLoader
from lazy_sdk.nested_types import NESTED, NestedTypesLoader
from lazy_sdk.resources import ResourceLoader


class Finder:
    """Finds the SDKs' modules, and leaves all others to Python."""

    def __init__(self, packages: Collection[str]) -> None:
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of a module of an SDK; None for any other."""
        if fullname.partition(".")[0] not in self._packages:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        spec.loader = _loader(spec)(fullname, spec.loader.path)
        return spec


def _loader(spec: ModuleSpec) -> type[FileLoader]:
    if spec.submodule_search_locations is not None:
        return AreaLoader
    return NestedTypesLoader if spec.name.rpartition(".")[2] in NESTED else ResourceLoader
