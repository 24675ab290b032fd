"""What may be restored: whole snapshots, and nothing else."""

from __future__ import annotations

import tarfile
from pathlib import Path

import duckdb
import pytest

from services.axis.keeper.archive import BrokenSnapshotError, extract
from services.axis.keeper.live_file import LiveFile
from services.axis.keeper.snapshots import ChangedMeanwhileError, Snapshots
from tests.keeper.processes import Api


@pytest.fixture
def live(tmp_path: Path) -> LiveFile:
    """A file with a log, as a killed API leaves them; its content means nothing here."""
    file = tmp_path / "store.duckdb"
    file.write_bytes(b"table" * 100_000)
    Path(f"{file}.wal").write_bytes(b"log" * 1_000)
    return LiveFile(file)


@pytest.fixture
def snapshot(live: LiveFile, bucket: Path) -> Path:
    return Snapshots(bucket, keep=3).save(live)


def test_a_snapshot_brings_back_the_file_and_its_log(live: LiveFile, snapshot: Path, tmp_path: Path) -> None:
    there = LiveFile(tmp_path / "elsewhere" / "other-name.duckdb")
    assert Snapshots(snapshot.parent, keep=3).restore(there) == snapshot
    assert {suffix: path.read_bytes() for suffix, path in there.parts().items()} == {
        suffix: path.read_bytes() for suffix, path in live.parts().items()
    }


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.001, 0.01, 0.2, 0.5, 0.9, 0.98, 0.985, 0.99])
def test_a_snapshot_that_was_cut_is_never_restored(snapshot: Path, tmp_path: Path, share: float) -> None:
    with tarfile.open(snapshot) as tar:
        end_of_manifest = tar.getmember("manifest.json").offset_data
    content = snapshot.read_bytes()
    snapshot.write_bytes(content[: int(end_of_manifest * share)])
    with pytest.raises(BrokenSnapshotError):
        extract(snapshot, tmp_path)


def test_a_snapshot_with_one_changed_byte_is_never_restored(snapshot: Path, tmp_path: Path) -> None:
    content = bytearray(snapshot.read_bytes())
    content[len(content) // 2] ^= 1
    snapshot.write_bytes(content)
    with pytest.raises(BrokenSnapshotError):
        extract(snapshot, tmp_path)


def test_a_snapshot_cannot_write_outside_the_volume(tmp_path: Path, bucket: Path) -> None:
    evil = bucket / "snapshot-9.tar"
    with tarfile.open(evil, "w") as tar:
        tar.add(__file__, arcname="store/../../../outside")
    with pytest.raises(BrokenSnapshotError, match="no snapshot has"):
        extract(evil, tmp_path)


def test_a_broken_newest_snapshot_is_skipped_for_the_one_before(
    live: LiveFile, bucket: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    snapshots = Snapshots(bucket, keep=3)
    older = snapshots.save(live)
    live.path.write_bytes(b"newer")
    newer = snapshots.save(live)
    newer.write_bytes(newer.read_bytes()[:1000])
    there = LiveFile(tmp_path / "next" / "store.duckdb")
    assert snapshots.restore(there) == older
    assert there.path.read_bytes().startswith(b"table")
    assert f"skipped {newer.name}" in caplog.text


def test_a_file_that_changes_while_it_is_copied_leaves_no_snapshot(
    live: LiveFile, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fingerprints = iter([(("", 1, 1),), (("", 1, 2),)])
    monkeypatch.setattr(live, "fingerprint", lambda: next(fingerprints))
    with pytest.raises(ChangedMeanwhileError):
        Snapshots(bucket, keep=3).save(live)
    assert not list(bucket.iterdir())


def test_the_last_ones_are_kept(live: LiveFile, bucket: Path) -> None:
    snapshots = Snapshots(bucket, keep=2)
    saved = [snapshots.save(live) for _ in range(4)]
    assert sorted(bucket.iterdir()) == saved[-2:]


def test_other_objects_in_the_bucket_are_neither_restored_nor_removed(live: LiveFile, bucket: Path) -> None:
    other = bucket / "zebra.txt"
    other.write_text("not ours")
    snapshots = Snapshots(bucket, keep=1)
    snapshots.save(live)
    snapshots.save(live)
    assert other.exists()


def test_a_file_is_held_as_long_as_duckdb_has_it_open_for_writing(tmp_path: Path) -> None:
    live = LiveFile(tmp_path / "held.duckdb")
    assert not live.held()
    api = Api(live.path)
    assert live.held()
    assert live.held()
    api.stop()
    assert not live.held()


def test_duckdb_lets_no_second_process_open_a_file_that_one_has_open_for_writing(tmp_path: Path) -> None:
    """Why the API runs one worker: a second one, even one that only reads, could not open the store."""
    file = tmp_path / "store.duckdb"
    api = Api(file)
    for read_only in (False, True):
        with pytest.raises(duckdb.IOException, match="lock"):
            duckdb.connect(str(file), read_only=read_only)
    api.stop()
