"""The shared volume belongs to the API's user before the API starts, and the keeper is that user too."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.axis.keeper.settings import read_settings
from tests.keeper.processes import KeeperProcess

API_USER = 1000
# This environment's own Python may lie in a folder that only root reads.
PYTHON = Path("/usr/bin/python3")


@pytest.fixture
def volume() -> Iterator[Path]:
    """A folder as Cloud Run mounts it: root's own, and nobody else may write to it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away, as the container's user can")
@pytest.mark.skipif(not PYTHON.exists(), reason=f"{PYTHON} is missing: apt-get install python3")
def test_the_volume_is_handed_to_the_api_and_the_keeper_is_root_no_more(volume: Path, tmp_path: Path) -> None:
    data, snapshots = volume / "data", volume / "snapshots"
    data.mkdir(mode=0o755)
    snapshots.mkdir()
    os.chown(snapshots, API_USER, API_USER)
    keeper = KeeperProcess(
        data / "store.duckdb", snapshots, tmp_path / "keeper.log", python=str(PYTHON), owner=str(API_USER)
    )
    keeper.wait_until_ready()
    identity = Path(f"/proc/{keeper.process.pid}/status").read_text()
    keeper.stop()
    assert (data.stat().st_uid, data.stat().st_gid) == (API_USER, API_USER)
    assert f"Uid:\t{API_USER}\t{API_USER}\t{API_USER}\t{API_USER}" in identity
    assert "Groups:\t \n" in identity or "Groups:\t\n" in identity, "no group of root's is left"


def test_the_api_is_not_root() -> None:
    with pytest.raises(ValueError, match="KEEPER_OWNER must be above 0"):
        read_settings({"KEEPER_FILE": "/a/b", "KEEPER_SNAPSHOTS": "/c", "KEEPER_OWNER": "0"})
