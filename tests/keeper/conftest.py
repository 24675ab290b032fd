from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.keeper.processes import KeeperProcess


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    folder = tmp_path / "bucket"
    folder.mkdir()
    return folder


@pytest.fixture
def start_keeper(tmp_path: Path, bucket: Path) -> Iterator[Callable[..., KeeperProcess]]:
    """Starts keepers on that bucket, each with its own volume unless it is told one."""
    started: list[KeeperProcess] = []

    def start(file: Path, **settings: str) -> KeeperProcess:
        log = tmp_path / f"keeper-{len(started)}.log"
        keeper = KeeperProcess(file, bucket, log, variables=None, **settings)
        started.append(keeper)
        keeper.wait_until_ready()
        return keeper

    yield start
    for keeper in started:
        if keeper.process.poll() is None:
            keeper.process.kill()
            keeper.process.wait()


@pytest.fixture
def restored_rows(
    tmp_path: Path, start_keeper: Callable[..., KeeperProcess]
) -> Callable[[], list[int] | None]:
    """What the next instance finds: a fresh volume, a keeper that restores, and DuckDB opening the file."""

    def read() -> list[int] | None:
        file = tmp_path / "next-instance" / "store.duckdb"
        start_keeper(file).stop()
        if not file.exists():
            return None
        with duckdb.connect(str(file)) as connection:
            return [row[0] for row in connection.execute("SELECT i FROM numbers ORDER BY i").fetchall()]

    return read
