"""One snapshot as one tar: the parts of the file, then a manifest with their checksums.

The manifest comes last. A tar that was cut anywhere has none, so half a snapshot can't be taken for a whole
one, wherever it was cut. Written and read front to back, because a bucket's mount only does that well.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

_MANIFEST = "manifest.json"
_PART = "store"
_SUFFIX = re.compile(r"(\.wal(\.[a-z]+)?)?")
_CHUNK = 1 << 20


class BrokenSnapshotError(Exception):
    """It is not whole, or not what its manifest says."""


class _HashingReader:
    """Reads a file and hashes what it read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._hash.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class ArchiveWriter:
    """Writes the parts; without `seal` the archive is worthless, by design."""

    def __init__(self, target: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=target, mode="w")  # noqa: SIM115 - closed by `seal`
        self._checksums: dict[str, str] = {}

    def add(self, suffix: str, path: Path) -> None:
        """Adds one part.

        Raises:
            OSError: it is gone, or got shorter while it was read.
        """
        with path.open("rb") as file:
            entry = tarfile.TarInfo(_PART + suffix)
            entry.size = file.seek(0, io.SEEK_END)
            file.seek(0)
            reader = _HashingReader(file)
            self._tar.addfile(entry, reader)
        self._checksums[suffix] = reader.hexdigest()

    def seal(self) -> None:
        """Writes the manifest: from here on the archive counts."""
        content = json.dumps({"sha256": self._checksums}).encode()
        entry = tarfile.TarInfo(_MANIFEST)
        entry.size = len(content)
        self._tar.addfile(entry, io.BytesIO(content))
        self._tar.close()


def extract(source: Path, folder: Path) -> Mapping[str, Path]:
    """The parts of a snapshot, written into `folder`, by suffix.

    Raises:
        BrokenSnapshotError: it is cut, changed, or not a snapshot at all.
    """
    try:
        with source.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            return _checked(tar, folder)
    except (tarfile.TarError, ValueError, KeyError, EOFError) as error:
        raise BrokenSnapshotError(str(error) or type(error).__name__) from error


def _checked(tar: tarfile.TarFile, folder: Path) -> Mapping[str, Path]:
    parts: dict[str, Path] = {}
    checksums: dict[str, str] = {}
    for entry in tar:
        content = tar.extractfile(entry)
        if content is None:
            raise BrokenSnapshotError(f"{entry.name} is not a file")
        if entry.name == _MANIFEST:
            if json.load(content)["sha256"] != checksums or "" not in checksums:
                raise BrokenSnapshotError("the checksums differ")
            return parts
        suffix = entry.name.removeprefix(_PART)
        if suffix == entry.name or not _SUFFIX.fullmatch(suffix):
            raise BrokenSnapshotError("it holds a file that no snapshot has")
        parts[suffix] = folder / f"part{suffix}"
        checksums[suffix] = _copy(content, parts[suffix])
    raise BrokenSnapshotError("it ends before its manifest")


def _copy(content: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
