"""The keeper beside a real DuckDB, through everything that can happen to an instance."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from services.axis.keeper.live_file import LiveFile
from services.axis.keeper.snapshots import Snapshots
from tests.keeper.processes import Api, KeeperProcess

Start = Callable[..., KeeperProcess]
Rows = Callable[[], list[int] | None]

_PAIR = {"KEEPER_FILE": "/f", "KEEPER_SNAPSHOTS": "/s"}
_NUMBERS = "CREATE TABLE numbers AS SELECT range AS i FROM range(1000)"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "volume" / "store.duckdb"


def test_what_was_synced_is_there_after_the_instance_was_replaced(
    file: Path, start_keeper: Start, restored_rows: Rows
) -> None:
    keeper = start_keeper(file)
    api = Api(file)
    api.run(_NUMBERS)
    api.stop()
    assert "saved" in keeper.stop()
    assert restored_rows() == list(range(1000))


def test_a_stopping_keeper_waits_until_the_api_has_let_go_of_the_file(
    file: Path, start_keeper: Start, restored_rows: Rows
) -> None:
    keeper = start_keeper(file)
    api = Api(file)
    api.run(_NUMBERS)
    keeper.begin_stop()
    time.sleep(0.5)
    assert keeper.process.poll() is None
    api.run("INSERT INTO numbers VALUES (1000)")
    api.stop()
    keeper.stop()
    assert restored_rows() == list(range(1001))


def test_rows_that_are_only_in_the_log_of_a_killed_api_are_saved_along(
    file: Path, start_keeper: Start, restored_rows: Rows
) -> None:
    keeper = start_keeper(file)
    api = Api(file)
    api.run(_NUMBERS)
    api.kill()
    assert Path(f"{file}.wal").stat().st_size > 0
    keeper.stop()
    assert restored_rows() == list(range(1000))


def test_an_api_that_keeps_the_file_open_but_does_not_write_is_saved_at_the_interval(
    file: Path, start_keeper: Start, restored_rows: Rows
) -> None:
    keeper = start_keeper(file, interval_minutes="0.005", quiet_seconds="0.3")
    api = Api(file)
    api.run(_NUMBERS)
    keeper.wait_for("saved")
    keeper.process.kill()
    assert restored_rows() == list(range(1000))
    api.run("INSERT INTO numbers VALUES (1000)")  # the API never noticed
    api.stop()


def test_an_unchanged_file_is_saved_once(file: Path, bucket: Path, start_keeper: Start) -> None:
    keeper = start_keeper(file, interval_minutes="0.002", quiet_seconds="0.1")
    api = Api(file)
    api.run(_NUMBERS)
    api.stop()
    keeper.wait_for("saved")
    time.sleep(1)
    assert "nothing changed" in keeper.stop()
    assert len(list(bucket.iterdir())) == 1


def test_a_file_that_is_written_without_end_is_given_up_in_time(
    file: Path, bucket: Path, start_keeper: Start
) -> None:
    keeper = start_keeper(file, stop_seconds="1")
    api = Api(file)
    api.run(_NUMBERS)
    keeper.begin_stop()
    began = time.monotonic()
    while keeper.process.poll() is None and time.monotonic() - began < 8:
        api.run("INSERT INTO numbers VALUES (1)")
    assert "is lost" in keeper.stop()
    assert time.monotonic() - began < 4
    assert not list(bucket.iterdir())
    api.stop()


def test_every_snapshot_taken_beside_a_busy_api_is_whole_and_the_api_never_finds_the_file_taken(
    file: Path, tmp_path: Path, bucket: Path, start_keeper: Start
) -> None:
    file.parent.mkdir()
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE numbers (i BIGINT)")
    keeper = start_keeper(file, interval_minutes="0.0005", quiet_seconds="0.02", keep="1000")
    for batch in range(60):  # opening fails at once if the keeper holds any lock
        with duckdb.connect(str(file)) as connection:
            connection.execute(
                f"INSERT INTO numbers SELECT range FROM range({batch * 500}, {batch * 500 + 500})"
            )
            if batch % 7 == 0:
                connection.execute("CHECKPOINT")
        time.sleep(0.01 * (batch % 8))
    keeper.stop()
    snapshots = sorted(bucket.iterdir())
    assert len(snapshots) > 3
    counts = [_count(snapshot, tmp_path / snapshot.stem) for snapshot in snapshots]
    assert all(count % 500 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] == 30_000


def _count(snapshot: Path, folder: Path) -> int:
    alone = folder / "bucket"
    alone.mkdir(parents=True)
    (alone / snapshot.name).write_bytes(snapshot.read_bytes())
    file = folder / "store.duckdb"
    assert Snapshots(alone, keep=1).restore(LiveFile(file))
    with duckdb.connect(str(file)) as connection:
        found = connection.execute("SELECT count(*) FROM numbers").fetchone()
    assert found
    return found[0]


def test_a_restarted_keeper_leaves_the_file_that_the_api_is_using_alone(
    file: Path, start_keeper: Start
) -> None:
    first = start_keeper(file)
    api = Api(file)
    api.run(_NUMBERS)
    api.stop()
    first.stop()
    api = Api(file)
    api.run("INSERT INTO numbers VALUES (1000)")
    second = start_keeper(file)
    api.run("INSERT INTO numbers VALUES (1001)")
    api.stop()
    assert "nothing to restore" in second.stop()
    with duckdb.connect(str(file)) as connection:
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (1002,)


def test_without_a_snapshot_the_api_starts_with_no_file(file: Path, start_keeper: Start) -> None:
    assert "no snapshot to restore" in start_keeper(file).stop()
    assert not file.exists()


def test_a_bucket_that_cannot_be_written_costs_the_snapshot_and_nothing_else(
    file: Path, bucket: Path, start_keeper: Start
) -> None:
    keeper = start_keeper(file, stop_seconds="1")
    bucket.rmdir()
    api = Api(file)
    api.run(_NUMBERS)
    api.stop()
    log = keeper.stop()
    assert keeper.process.returncode == 0
    assert "could not save" in log


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "set KEEPER_FILE and KEEPER_SNAPSHOTS, or"),
        ({"KEEPER_FILE": "/f"}, "KEEPER_FILE and KEEPER_SNAPSHOTS go together"),
        ({"KEEPER_CONFIG": "/c"}, "KEEPER_TEMPLATES and KEEPER_CONFIG go together"),
        ({**_PAIR, "KEEPER_KEEP": "0"}, "KEEPER_KEEP must be at least 1"),
        ({**_PAIR, "KEEPER_QUIET_SECONDS": "0"}, "KEEPER_QUIET_SECONDS must be above 0"),
        ({**_PAIR, "KEEPER_PORT": "x"}, "a KEEPER_ variable is not usable"),
    ],
)
def test_bad_settings_end_the_keeper_with_one_line(variables: dict[str, str], says: str) -> None:
    package_folder = Path(__file__).parents[2] / "services" / "axis"
    ended = subprocess.run(
        [sys.executable, "-m", "keeper"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(package_folder), **variables},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert ended.returncode == 2
    assert says in ended.stdout
    assert len(ended.stdout.splitlines()) == 1
    assert not ended.stderr
