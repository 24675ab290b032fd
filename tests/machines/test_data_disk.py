"""The script that mounts the data disk: a blank one is formatted, and no other ever is."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.vm_files import data_disk
from tests.machines.machines import Host

MIB = 1024 * 1024


def _prepare(host: Host, device: Path) -> None:
    host.write(
        data_disk(
            owner=os.getuid(),
            device=str(device),
            mount_point=str(host.root / "mounted"),
            device_wait_seconds=1,
        )
    )


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    with path.open("wb") as disk:
        disk.truncate(64 * MIB)
    return path


def _with_text(disk: Path) -> None:
    with disk.open("r+b") as file:
        file.write(b"somebody's own format")


def _with_broken_superblock(disk: Path) -> None:
    subprocess.run(["mkfs.ext4", "-q", "-F", disk], check=True)
    with disk.open("r+b") as file:
        file.seek(1024)
        file.write(b"\xff" * 1024)


def _with_other_file_system(disk: Path) -> None:
    subprocess.run(["mkswap", disk], check=True, capture_output=True)


def _with_late_content(disk: Path) -> None:
    with disk.open("r+b") as file:
        file.seek(MIB - 1)
        file.write(b"x")


@pytest.mark.parametrize(
    "spoil", [_with_text, _with_broken_superblock, _with_other_file_system, _with_late_content]
)
def test_a_disk_that_holds_anything_unknown_is_left_as_it_is(host: Host, blank: Path, spoil: object) -> None:
    assert callable(spoil)
    spoil(blank)
    before = blank.read_bytes()
    host.stand_in("mount", "echo mounted >> " + str(host.root / "mounts"))
    _prepare(host, blank)
    result = host.run("mount-data-disk.sh")
    assert result.returncode != 0
    assert f"data disk {blank}" in result.stderr
    assert blank.read_bytes() == before
    assert host.notes("mounts") == []


def test_a_disk_that_cannot_be_read_is_not_taken_for_blank(host: Host, blank: Path) -> None:
    """A probe that fails says the same as one that finds nothing; reading has to succeed as well."""
    host.stand_in("blkid", "exit 2")
    host.stand_in("head", "exit 1")
    host.stand_in("mkfs.ext4", "echo formatted >> " + str(host.root / "formats"))
    _prepare(host, blank)
    assert host.run("mount-data-disk.sh").returncode != 0
    assert host.notes("formats") == []


def test_a_disk_that_is_not_attached_stops_the_service(host: Host, tmp_path: Path) -> None:
    _prepare(host, tmp_path / "missing")
    result = host.run("mount-data-disk.sh")
    assert result.returncode != 0
    assert "not attached after 1 seconds" in result.stderr


@pytest.fixture
def attached(blank: Path) -> Iterator[Path]:
    """A real block device, as the machine sees its disk."""
    losetup = shutil.which("losetup", path=f"/usr/sbin:/sbin:{os.environ['PATH']}")
    if losetup is None or os.getuid() != 0:
        pytest.skip("a block device needs losetup (apt-get install mount) and root")
    made = subprocess.run([losetup, "--find", "--show", blank], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"this machine gives no block device: {made.stderr.strip()}")
    device = made.stdout.strip()
    try:
        yield Path(device)
    finally:
        subprocess.run([losetup, "--detach", device], check=True)


@pytest.fixture
def mounted(host: Host, attached: Path) -> Iterator[Path]:
    """The mount point of a disk that was blank."""
    _prepare(host, attached)
    point = host.root / "mounted"
    first = host.run("mount-data-disk.sh")
    try:
        assert first.returncode == 0, first.stderr
        yield point
    finally:
        subprocess.run(["umount", point], check=False, capture_output=True)


def test_a_blank_disk_is_formatted_and_mounted_for_its_owner_alone(mounted: Path) -> None:
    assert os.path.ismount(mounted)
    data = (mounted / "data").stat()
    assert (data.st_mode & 0o777, data.st_uid) == (0o700, os.getuid())


def test_what_is_on_the_disk_survives_every_boot(host: Host, mounted: Path) -> None:
    for boot in range(3):
        (mounted / "data" / str(boot)).write_text("kept")
        subprocess.run(["umount", mounted], check=True)
        again = host.run("mount-data-disk.sh")
        assert again.returncode == 0, again.stderr
        assert "formatting" not in again.stdout
    assert sorted(path.name for path in (mounted / "data").iterdir()) == ["0", "1", "2"]


def test_a_second_run_on_a_mounted_disk_changes_nothing(host: Host, mounted: Path) -> None:
    (mounted / "data" / "file").write_text("kept")
    assert host.run("mount-data-disk.sh").returncode == 0
    mounts = Path("/proc/self/mounts").read_text().count(f" {mounted} ")
    assert (mounts, (mounted / "data" / "file").read_text()) == (1, "kept")


def test_a_disk_that_was_made_larger_gets_its_space_at_the_next_boot(
    host: Host, mounted: Path, attached: Path, blank: Path
) -> None:
    before = shutil.disk_usage(mounted).total
    (mounted / "data" / "file").write_text("kept")
    subprocess.run(["umount", mounted], check=True)
    with blank.open("r+b") as disk:
        disk.truncate(128 * MIB)
    subprocess.run(["losetup", "--set-capacity", attached], check=True)
    assert host.run("mount-data-disk.sh").returncode == 0
    assert shutil.disk_usage(mounted).total > 1.8 * before
    assert (mounted / "data" / "file").read_text() == "kept"
