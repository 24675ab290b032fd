"""When to save: at intervals while the API runs, and once after it has stopped.

Owns the life of the keeper's process. Does not know DuckDB: it copies files that nobody is writing to.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from .live_file import Fingerprint, LiveFile
from .settings import Settings
from .snapshots import ChangedMeanwhileError, Snapshots

_log = logging.getLogger("keeper")
_LOOK_SECONDS = 0.1
_RETRY_SECONDS = 1.0


class Keeper:
    """Keeps one DuckDB file."""

    def __init__(self, settings: Settings, file: Path, snapshots: Path) -> None:
        self._settings = settings
        self._live = LiveFile(file)
        self._snapshots = Snapshots(snapshots, settings.keep)
        self._saved: Fingerprint = ()

    def restore(self) -> None:
        """Brings the file back where it is missing; without a snapshot the API starts with an empty one.

        Never raises for what a bucket does: the file is a cache, and the API can fill it again.
        """
        if self._live.exists():
            # This container restarted alone: the file that the API is using is newer than any snapshot.
            _log.info("the file is there; nothing to restore")
            return
        began = time.monotonic()
        try:
            snapshot = self._snapshots.restore(self._live)
        except OSError as error:
            _log.error("could not restore: %s", error.strerror or type(error).__name__)
            return
        if snapshot:
            _log.info("restored %s in %.1f s", snapshot.name, time.monotonic() - began)
        else:
            _log.info("no snapshot to restore")
        self._saved = self._live.fingerprint()

    def run(self, stopping: threading.Event) -> None:
        """Saves at intervals until `stopping`, then once more when the API has let go of the file."""
        wait = self._settings.interval
        while not stopping.wait(wait):
            wait = self._settings.interval
            if self._changed() and not self._save_if_quiet():
                wait = min(self._settings.quiet, wait)
        self._save_last()

    def _changed(self) -> bool:
        return self._live.exists() and self._live.fingerprint() != self._saved

    def _save_if_quiet(self) -> bool:
        """A copy beside a running API: only when nobody has written for a while, and nobody does meanwhile.

        The wait before it is for a write that began earlier and is not over, which no time stamp shows.
        """
        return self._live.quiet_for(self._settings.quiet) and self._save()

    def _save_last(self) -> None:
        """The API stops at the same moment as this process: waits until it has let go, then saves."""
        until = time.monotonic() + self._settings.stop
        while self._live.held() and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
        while self._changed():
            if self._save_if_quiet() if self._live.held() else self._save():
                return
            if time.monotonic() >= until:
                _log.error("the file was still being written; what changed since the last snapshot is lost")
                return
            time.sleep(_RETRY_SECONDS)
        _log.info("nothing changed since the last snapshot")

    def _save(self) -> bool:
        began, fingerprint = time.monotonic(), self._live.fingerprint()
        try:
            snapshot = self._snapshots.save(self._live)
        except ChangedMeanwhileError:
            return False
        except OSError as error:
            _log.error("could not save: %s", error.strerror or type(error).__name__)
            return False
        self._saved = fingerprint
        size = sum(size for _, size, _ in fingerprint) / 1e6
        _log.info("saved %s: %.1f MB in %.1f s", snapshot.name, size, time.monotonic() - began)
        return True
