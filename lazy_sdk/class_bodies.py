"""The bodies of the classes in a file of nested types, each compiled when it is asked for."""

from __future__ import annotations

import ast
import atexit
import functools
import marshal
import os
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import CodeType

from lazy_sdk.files import Kept, compiled

_CLASS = re.compile(rb"^(?:@pulumi\.\w+\n)?(?P<text>class (?P<name>\w+)\b)", re.MULTILINE)
_NAMES = re.compile(rb"^__all__ = (?P<names>\[[^]]*\])\n", re.MULTILINE)


class ClassBodies(Mapping[str, CodeType]):
    """The code of each class's body by the class's name. A whole file would take seconds to compile.

    Attributes:
        head: what stands above the first class, without the list of names.
        usual: whether the file has classes, the list of just their names, and nothing else.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._kept = path, Kept(path)
        self.head, self._places, self._codes = self._kept.read() or self._found()
        self.usual = bool(self._places)
        self._new: dict[str, bytes] = {}
        atexit.register(self._keep)

    def _found(self) -> tuple[CodeType, bytes, dict[str, bytes]]:
        source = self._path.read_bytes()
        starts = [*_CLASS.finditer(source)]
        head = source[: starts[0].start() if starts else None]
        listed = {
            name for found in _NAMES.finditer(head) for name in ast.literal_eval(found["names"].decode())
        }
        usual = starts and listed == {each["name"].decode() for each in starts}
        places = _places(source, starts) if usual else b""
        return compiled(_NAMES.sub(b"", head), str(self._path)), places, {}

    def _keep(self) -> None:
        if self._new or not self._kept.exists():
            _, _, codes = self._kept.read() or (None, None, {})
            self._kept.write((self.head, self._places, codes | self._new))

    @functools.cached_property
    def _source(self) -> int:
        """The open file; it is read a class at a time, as it is too large to be held."""
        return os.open(self._path, os.O_RDONLY)

    def _place(self, name: str) -> tuple[int, int] | None:
        key = f"\n{name} ".encode()
        at = self._places.find(key)
        if at < 0:
            return None
        start, end = self._places[at + len(key) :].partition(b"\n")[0].split()
        return int(start), int(end)

    def __getitem__(self, name: str) -> CodeType:
        if name in self._codes:
            # Not held any longer: who asks makes the class, and does so once.
            return marshal.loads(self._codes.pop(name))  # noqa: S302 - as Python reads its own
        code = self._compiled(name)
        self._new[name] = marshal.dumps(code)
        return code

    def _compiled(self, name: str) -> CodeType:
        place = self._place(name)
        if not place:
            raise KeyError(name)
        start, end = place
        code = compiled(os.pread(self._source, end - start, start), f"<{name}>")
        return next(each for each in code.co_consts if isinstance(each, CodeType))

    def __contains__(self, name: object) -> bool:
        return self._place(str(name)) is not None  # the one that is inherited would compile it

    def __iter__(self) -> Iterator[str]:
        return (line.split()[0].decode() for line in self._places.splitlines() if line)

    def __len__(self) -> int:
        return self._places.count(b"\n") - 1


def _places(source: bytes, starts: list[re.Match[bytes]]) -> bytes:
    """Where each class stands, as lines of name, start and end: a fraction of a dictionary's memory."""
    ends = [following.start() for _, following in pairwise(starts)] + [len(source)]
    lines = (
        b"%s %d %d\n" % (each["name"], each.start("text"), end)
        for each, end in zip(starts, ends, strict=True)
    )
    return b"\n" + b"".join(lines)
