"""What the loaders of an SDK's files have in common: code without docstrings, kept for the next run."""

from __future__ import annotations
import __future__

import contextlib
import linecache
import marshal
import os
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType
from typing import Any

_FORMAT = 5
"""Another one makes what was kept before useless: raised where the kept values change their form."""
_WITHOUT_DOCSTRINGS = 2


class Kept:
    """What was made of a source file, beside Python's own byte code, as long as the file stays the same."""

    def __init__(self, path: Path) -> None:
        status = path.stat()
        self._stamp = (_FORMAT, MAGIC_NUMBER, status.st_mtime_ns, status.st_size)
        self._file = Path(cache_from_source(str(path), optimization="lazy"))

    def read(self) -> Any:
        """What was kept, None where there is nothing or it is that of another file."""
        try:
            stamp, kept = marshal.loads(self._file.read_bytes())  # noqa: S302 - as Python reads its own
        except (OSError, EOFError, ValueError, TypeError):
            return None
        return kept if stamp == self._stamp else None

    def get(self, make: Callable[[], Any]) -> Any:
        """What was kept, else what `make` gives, which is kept."""
        value = self.read()
        if value is None:
            value = make()
            self.write(value)
        return value

    def exists(self) -> bool:
        """Whether anything is kept, of this file or of an earlier one."""
        return self._file.exists()

    def write(self, value: Any) -> None:
        """Keeps a value that `marshal` can write, where Python keeps byte code at all."""
        if sys.dont_write_bytecode:
            return
        whole = self._file.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.write_bytes(marshal.dumps((self._stamp, value)))
            whole.replace(self._file)


class FileLoader(SourceFileLoader):
    """Loads a file whose lines nobody asks for."""

    def __init__(self, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        # Without a time a file counts as one whose lines can't be read again (`linecache.checkcache`).
        linecache.cache[path] = (0, None, [], path)


def compiled(source: bytes | str, name: str) -> CodeType:
    """The code of a source without docstrings; its annotations stay texts until somebody resolves them."""
    return compile(
        source,
        name,
        "exec",
        flags=__future__.annotations.compiler_flag,
        dont_inherit=True,
        optimize=_WITHOUT_DOCSTRINGS,
    )
