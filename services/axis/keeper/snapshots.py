"""The folder of snapshots: saving one, restoring the newest that is whole, removing old ones.

A snapshot is written under its final name. On a Cloud Storage mount an object appears when its file is closed
and not before, so a rename would protect from nothing, and it costs time of the ten seconds that a stopping
instance has (in older mounts it is a copy and a deletion). And a keeper that is killed in the middle has its
files closed by the system, so that half an object can appear under any name: what tells whole from half is
the manifest at the end, not the name.
"""

from __future__ import annotations

import logging
import secrets
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from .archive import ArchiveWriter, BrokenSnapshotError, extract
from .live_file import LiveFile

_log = logging.getLogger("keeper")
_BUFFER = 1 << 20
_PATTERN = "snapshot-*.tar"


class ChangedMeanwhileError(Exception):
    """Somebody wrote to the file while it was copied, so the copy is worth nothing."""


class Snapshots:
    """The snapshots of one file, newest last by name."""

    def __init__(self, folder: Path, keep: int) -> None:
        self._folder, self._keep = folder, keep

    def save(self, live: LiveFile) -> Path:
        """Copies the file and its logs as they are now.

        What makes the copy good without a lock: no part changed from before the first byte was read until
        after the last. It then holds what a crash at that moment would have left, which DuckDB recovers from.

        Raises:
            ChangedMeanwhileError: a part did change; nothing is left behind.
            OSError: the folder can't be written.
        """
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        target = self._folder / f"snapshot-{now}-{secrets.token_hex(2)}.tar"
        try:
            with target.open("xb", buffering=_BUFFER) as file:
                _copy_unchanged(live, ArchiveWriter(file))
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        self._remove_old()
        return target

    def restore(self, live: LiveFile) -> Path | None:
        """Brings back the newest snapshot that is whole; `None` if there is none."""
        live.path.parent.mkdir(parents=True, exist_ok=True)
        for snapshot in reversed(self._all()):
            with tempfile.TemporaryDirectory(dir=live.path.parent, prefix=".restore-") as folder:
                try:
                    _put_in_place(extract(snapshot, Path(folder)), live.path)
                except BrokenSnapshotError as error:
                    _log.warning("skipped %s: %s", snapshot.name, error)
                    continue
            return snapshot
        return None

    def _all(self) -> list[Path]:
        return sorted(self._folder.glob(_PATTERN))

    def _remove_old(self) -> None:
        for old in self._all()[: -self._keep]:
            # Another instance that is stopping may have been faster.
            old.unlink(missing_ok=True)


def _copy_unchanged(live: LiveFile, archive: ArchiveWriter) -> None:
    before = live.fingerprint()
    try:
        for suffix, path in live.parts().items():
            archive.add(suffix, path)
    except FileNotFoundError:
        raise ChangedMeanwhileError from None
    if live.fingerprint() != before:
        raise ChangedMeanwhileError
    archive.seal()


def _put_in_place(parts: Mapping[str, Path], path: Path) -> None:
    """Logs first: as long as the file itself is missing, a restore that broke off starts again."""
    for left in path.parent.glob(f"{path.name}.wal*"):
        left.unlink()
    for suffix in sorted(parts, reverse=True):
        parts[suffix].replace(path.with_name(path.name + suffix))
