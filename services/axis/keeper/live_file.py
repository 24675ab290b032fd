"""The DuckDB file while somebody may be using it: whether it is held, whether it changes.

Takes no lock, ever. DuckDB refuses to open a file on which another process holds any lock, so a keeper that
locked the file while it copies could stop the API from starting.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from pathlib import Path

# struct flock of 64-bit Linux: type, whence, start, length, process.
_FLOCK = "hhqqi4x"

Fingerprint = tuple[tuple[str, int, int], ...]


class LiveFile:
    """A DuckDB file with its write-ahead logs.

    The logs belong to the file: what was committed since the last checkpoint is in them alone. DuckDB names
    them after the file: `.wal`, and `.wal.checkpoint` and `.wal.recovery` for moments in between.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    def parts(self) -> dict[str, Path]:
        """The file and its logs, by what each name adds to the file's."""
        logs = sorted(self.path.parent.glob(f"{self.path.name}.wal*"))
        found = [path for path in (self.path, *logs) if path.is_file()]
        return {path.name.removeprefix(self.path.name): path for path in found}

    def fingerprint(self) -> Fingerprint:
        """Changes with every write to any part, and when a part comes or goes."""
        found = []
        for suffix, path in self.parts().items():
            try:
                status = path.stat()
            except FileNotFoundError:  # a log that a checkpoint has just removed
                continue
            found.append((suffix, status.st_size, status.st_mtime_ns))
        return tuple(found)

    def quiet_for(self, seconds: float) -> bool:
        """Whether nobody has written to any part in the last `seconds`."""
        newest = max((modified for _, _, modified in self.fingerprint()), default=0)
        return time.time_ns() - newest >= seconds * 1e9

    def held(self) -> bool:
        """Whether a process has the file open for writing; asks the system and takes nothing."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            question = struct.pack(_FLOCK, fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
            answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, question)
        finally:
            os.close(descriptor)
        return struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK
