"""The DuckDB file: an analytics cache that is filled from Postgres.

Owns opening it, filling one table and remembering how that went. The file belongs to several workers and to
nobody for long: DuckDB lets one process alone hold it for writing, so it is opened for one piece of work and
closed again, and an opener that finds it taken waits a little. Does not decide who syncs when (`sync`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from .databases import read_yaml
from .settings import Settings

_WAIT_SECONDS = 10.0
_RETRY_SECONDS = 0.05
_DEFAULT_PATH = "data/local_store.duckdb"
_METADATA = """
CREATE TABLE IF NOT EXISTS _store_metadata (
    table_name TEXT PRIMARY KEY, metadata_json TEXT NOT NULL, updated_at TIMESTAMP DEFAULT current_timestamp
)
"""


class StoreBusyError(Exception):
    """Another process holds the file and did not let go in time."""


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """What `duckdb.yaml` says.

    Attributes:
        path: `path`, the file; a relative one is inside the working directory.
        sync_mode: `startup` (sync once when the process starts) or `manual`.
        max_rows: `max_sync_rows`, the most rows that one sync reads.
    """

    path: Path
    sync_mode: str = "startup"
    max_rows: int = 2_000_000


def read_store_settings(settings: Settings) -> StoreSettings | None:
    """The store's settings, or `None` where there is no `duckdb.yaml` or it says `enabled: false`."""
    path = settings.custom_dir / "config" / "duckdb.yaml" if settings.custom_dir else None
    if path is None or not path.exists():
        return None
    block = read_yaml(path, settings.variables)
    if not block.get("enabled", True):
        return None
    return StoreSettings(
        path=Path(block.get("path", _DEFAULT_PATH)),
        sync_mode=block.get("sync_mode", "startup"),
        max_rows=int(block.get("max_sync_rows", 2_000_000)),
    )


@dataclass(frozen=True, kw_only=True)
class TableState:
    """How the last sync of one table went.

    Attributes:
        state: `ready` or `error`.
        rows: rows in the table now.
        last_sync: when it ended, ISO 8601 in UTC.
        error: the kind of failure; never a message, since those quote addresses.
        truncated: whether a limit cut the rows.
    """

    state: str
    rows: int = 0
    last_sync: str | None = None
    error: str | None = None
    truncated: bool = False


class Store:
    """The tables in one DuckDB file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # One process may not open the file twice in different modes.
        self._one_at_a_time = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)

    def fill(self, table: str, csv: Path) -> int:
        """Replaces `table` by the rows of `csv`, all or nothing; the number of rows."""
        with self._open() as connection:
            connection.execute("BEGIN")
            connection.execute(f"CREATE OR REPLACE TABLE {_quoted(table)} AS FROM read_csv(?)", [str(csv)])
            counted = connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()  # noqa: S608 - quoted
            connection.execute("COMMIT")
        return counted[0] if counted else 0

    def remember(self, table: str, state: TableState) -> None:
        """Keeps how a sync went, for whichever worker is asked next."""
        with self._open() as connection:
            connection.execute(_METADATA)
            connection.execute(
                "INSERT OR REPLACE INTO _store_metadata VALUES (?, ?, current_timestamp)",
                [table, json.dumps(asdict(state))],
            )

    def states(self) -> dict[str, TableState]:
        """How the last sync of each table went."""
        if not self.path.exists():
            return {}
        with self._open(read_only=True) as connection:
            try:
                rows = connection.execute("SELECT table_name, metadata_json FROM _store_metadata").fetchall()
            except duckdb.CatalogException:
                return {}
        return {table: TableState(**json.loads(text)) for table, text in rows}

    @contextmanager
    def _open(self, *, read_only: bool = False) -> Generator[duckdb.DuckDBPyConnection]:
        with self._one_at_a_time:
            connection = self._connect(read_only=read_only)
            try:
                yield connection
            finally:
                connection.close()

    def _connect(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                return duckdb.connect(str(self.path), read_only=read_only)
            except duckdb.IOException as error:
                if "lock" not in str(error):
                    raise
                if time.monotonic() > until:
                    raise StoreBusyError from None
                time.sleep(_RETRY_SECONDS)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
