"""Syncs from the real Postgres into a real DuckDB file that two workers share."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path

import duckdb
import pytest

from tests.starter.application import Application
from tests.starter.conftest import World
from tests.starter.servers import wait_until


def _sync(application: Application, path: str = "/api/store/sync") -> dict[str, dict[str, object]]:
    """Syncs, waits for the end, and asks often enough that both workers have answered."""
    wait_until(lambda: _expect_status(application.client.post(path).status_code, 200))

    def settled() -> None:
        states = [application.get("/api/store/status").json()["datasets"] for _ in range(4)]
        assert all(state == states[0] for state in states)
        assert all(table["state"] != "syncing" for table in states[0].values())

    time.sleep(0.3)
    wait_until(settled)
    return application.get("/api/store/status").json()["datasets"]


def _expect_status(found: int, wanted: int) -> None:
    assert found == wanted


def test_a_sync_of_everything_fills_a_table_a_database(application: Application, custom_dir: Path) -> None:
    tables = _sync(application)
    assert {name: (table["state"], table["rows"]) for name, table in tables.items()} == {
        "eval_data": ("ready", 40),  # 50 rows there, `row_limit: 40` in the file
        "monitoring_data": ("ready", 2),  # no query: the tables that the database holds
        "human_signals_data": ("ready", 0),
    }
    assert tables["eval_data"]["truncated"] is True
    with duckdb.connect(str(custom_dir / "data" / "store.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT min(id), max(id), sum(score) FROM eval_data").fetchone() == (
            1,
            40,
            8.2,
        )


def test_a_second_sync_replaces_the_rows(application: Application) -> None:
    _sync(application, "/api/store/sync/eval")
    assert _sync(application, "/api/store/sync/eval")["eval_data"]["rows"] == 40


def test_a_sync_that_fails_keeps_the_rows_and_tells_the_kind_of_failure_alone(
    application: Application, world: World, custom_dir: Path
) -> None:
    _sync(application)
    world.postgres.stop()
    try:
        table = _sync(application, "/api/store/sync/eval")["eval_data"]
    finally:
        world.postgres.start()
    assert table["state"] == "error"
    assert table["error"] == "OperationalError"
    with duckdb.connect(str(custom_dir / "data" / "store.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM eval_data").fetchone() == (40,)


def test_one_sync_at_a_time_over_all_workers(application: Application, custom_dir: Path) -> None:
    _sync(application)
    with (custom_dir / "data" / "store.duckdb.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as a worker that is syncing
        for _ in range(4):
            assert application.client.post("/api/store/sync").status_code == 409
        states = application.get("/api/store/status").json()["datasets"]
        assert {table["state"] for table in states.values()} == {"syncing"}
    assert application.get("/api/store/status").json()["datasets"]["eval_data"]["state"] == "ready"


def test_an_unknown_dataset_is_refused_with_those_that_there_are(application: Application) -> None:
    answer = application.client.post("/api/store/sync/nonsense")
    assert answer.status_code == 404
    assert "eval, human_signals, monitoring" in answer.json()["detail"]


def test_a_sync_at_start_runs_once_and_a_long_query_does_not_delay_the_stop(
    world: World, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "duckdb.yaml").write_text(f"duckdb:\n  path: {tmp_path}/data/store.duckdb\n")
    variables = {
        "AXIS_CUSTOM_DIR": str(tmp_path),
        "DATABASE_URL": world.postgres.url("axis_monitoring"),
        "SLOW_DB_URL": world.postgres.url("axis_eval"),
        "SLOW_DB_QUERY": "SELECT pg_sleep(60)",
    }
    application = Application(variables, tmp_path / "log")
    wait_until(lambda: _has(application.output, "synced 2 rows into database_data"))
    began = time.monotonic()
    assert application.stop() == 0
    assert time.monotonic() - began < 5
    assert application.output.count("synced 2 rows") == 1


def _has(text: str, part: str) -> None:
    assert part in text


@pytest.mark.parametrize("table", ["eval_data"])
def test_a_status_is_the_same_from_every_worker(application: Application, table: str) -> None:
    _sync(application)
    answers = [application.get("/api/store/status").json()["datasets"][table] for _ in range(10)]
    assert all(answer == answers[0] for answer in answers)
