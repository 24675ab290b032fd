"""Syncs from Postgres into the DuckDB file, one at a time over all workers.

Owns the turn (an OS lock on a file beside the store, the name AXIS uses), the reading, and the routes. A sync
runs in the background and its route answers at once, as AXIS' does, so that a scheduler can be tried on it.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg
from fastapi import APIRouter, HTTPException, Request
from psycopg import sql

from .databases import Database
from .store import Store, StoreBusyError, StoreSettings, TableState

_log = logging.getLogger("starter.sync")
_CONNECT_SECONDS = 10
_STATEMENT_MILLISECONDS = 120_000
_TURN_SECONDS = 1.0
_RETRY_SECONDS = 0.05
_TABLE_SUFFIX = "_data"

router = APIRouter(prefix="/api/store")


class SyncStoppedError(Exception):
    """The process was told to stop in the middle."""


class Syncer:
    """Fills the store from the databases it was given."""

    def __init__(self, settings: StoreSettings, databases: list[Database]) -> None:
        self.databases = {database.name: database for database in databases}
        self.starts_with_sync = settings.sync_mode == "startup"
        self._store, self._max_rows = Store(settings.path), settings.max_rows
        self._lock_path = Path(f"{settings.path}.lock")
        self._stopping = threading.Event()
        self._reading: psycopg.Connection | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, names: list[str]) -> bool:
        """Begins to sync `names` in the background; `False` if a sync is under way in any worker."""
        if self.running():
            return False
        task = asyncio.create_task(asyncio.to_thread(self._sync, names))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def stop(self) -> None:
        """Ends what runs: the rows read so far are dropped and the tables stay as they were."""
        self._stopping.set()
        if self._reading:
            # A query that has not answered yet would be waited for until the process is killed.
            await asyncio.to_thread(self._reading.cancel_safe, timeout=1)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def running(self) -> bool:
        """Whether any worker is syncing now."""
        with self._turn() as mine:
            return not mine

    def states(self) -> dict[str, dict[str, object]]:
        """What `GET /api/store/status` says about each table."""
        tables = {name + _TABLE_SUFFIX: asdict(TableState(state="not_synced")) for name in self.databases}
        tables |= {table: asdict(state) for table, state in self._store.states().items()}
        if self.running():
            tables = {table: {**state, "state": "syncing"} for table, state in tables.items()}
        return tables

    def _sync(self, names: list[str]) -> None:
        # Longer than the moment for which `running` takes the turn only to look.
        with self._turn(wait=_TURN_SECONDS) as mine:
            if not mine:
                _log.info("another worker is syncing; skipped")
                return
            for name in names:
                self._sync_one(self.databases[name])

    def _sync_one(self, database: Database) -> None:
        table = database.name + _TABLE_SUFFIX
        limit = min(database.row_limit, self._max_rows)
        try:
            with tempfile.NamedTemporaryFile(suffix=".csv", dir=self._store.path.parent) as csv:
                self._copy(database, limit, Path(csv.name))
                rows = self._store.fill(table, Path(csv.name))
            state = TableState(state="ready", rows=rows, last_sync=_now(), truncated=rows >= limit)
        except SyncStoppedError:
            _log.info("sync of %s stopped", database.name)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the table's state is "error"
            # The kind alone: a library's own words quote addresses.
            _log.error("sync of %s failed: %s", database.name, type(error).__name__)
            state = TableState(state="error", last_sync=_now(), error=type(error).__name__)
        else:
            _log.info("synced %d rows into %s", rows, table)
        self._store.remember(table, state)

    def _copy(self, database: Database, limit: int, target: Path) -> None:
        if database.conninfo is None:
            raise ValueError("its configuration is broken")
        query = sql.SQL("COPY (SELECT * FROM ({}) AS rows LIMIT {}) TO STDOUT (FORMAT csv, HEADER)").format(
            sql.SQL(database.query.strip().rstrip(";")),  # ty: ignore[invalid-argument-type] - a query from settings
            sql.Literal(limit),
        )
        with (
            psycopg.connect(database.conninfo, connect_timeout=_CONNECT_SECONDS) as connection,
            target.open("wb") as file,
        ):
            self._reading = connection
            connection.execute(f"SET statement_timeout = {_STATEMENT_MILLISECONDS}")
            with connection.cursor().copy(query) as copy:
                for chunk in copy:
                    if self._stopping.is_set():
                        raise SyncStoppedError
                    file.write(chunk)
            self._reading = None

    @contextmanager
    def _turn(self, wait: float = 0.0) -> Generator[bool]:
        """Whether this call got the turn to sync; the system takes it back even from a killed process."""
        until = time.monotonic() + wait
        with self._lock_path.open("w") as lock:
            while not (mine := _locked(lock)) and time.monotonic() < until:
                time.sleep(_RETRY_SECONDS)
            yield mine


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _syncer(request: Request) -> Syncer:
    if request.app.state.syncer is None:
        raise HTTPException(404, "DuckDB is not configured: AXIS_CUSTOM_DIR/config/duckdb.yaml is missing")
    return request.app.state.syncer


@router.post("/sync")
async def sync_all(request: Request) -> dict[str, object]:
    """Syncs every configured database."""
    syncer = _syncer(request)
    return _begin(syncer, list(syncer.databases))


@router.post("/sync/{dataset}")
async def sync_one(request: Request, dataset: str) -> dict[str, object]:
    """Syncs one database by its short name."""
    syncer = _syncer(request)
    if dataset not in syncer.databases:
        raise HTTPException(404, f"unknown dataset; there are: {', '.join(syncer.databases) or 'none'}")
    return _begin(syncer, [dataset])


@router.get("/status")
async def status(request: Request) -> dict[str, object]:
    """How each table is, whichever worker filled it."""
    if request.app.state.syncer is None:
        return {"success": True, "enabled": False, "datasets": {}}
    try:
        states = await asyncio.to_thread(request.app.state.syncer.states)
    except StoreBusyError:
        raise HTTPException(503, "another process holds the DuckDB file") from None
    return {"success": True, "enabled": True, "datasets": states}


def _begin(syncer: Syncer, names: list[str]) -> dict[str, object]:
    if not syncer.start(names):
        raise HTTPException(409, "a sync is running")
    return {"success": True, "message": f"sync started in the background: {', '.join(names) or 'nothing'}"}
