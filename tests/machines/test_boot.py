"""A machine's document, applied by the real cloud-init over two boots of a machine that is thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from components import nfs_machine
from tests.machines.boots import booted
from tests.machines.machines import FILES, USER_DATA

OTHER_RANGES = ["10.99.0.0/26"]


@pytest.fixture(scope="module")
def boots(cloud_init: str, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The machine after its first boot, and after one with another document."""
    assert cloud_init
    other = nfs_machine.user_data(client_ranges=OTHER_RANGES, owner=1000)
    return booted(tmp_path_factory.mktemp("boots"), USER_DATA["nfs"], other)


def test_the_first_boot_writes_every_file_as_it_was_rendered(boots: list[Path]) -> None:
    for file in FILES["nfs"]:
        for directory in ("ai-platform", "exports.d", "system"):
            if f"/{directory}/" in file.path:
                written = boots[0] / directory / file.path.partition(f"/{directory}/")[2]
                assert written.read_text() == file.content
                assert written.stat().st_mode & 0o777 == int(file.mode, 8)


def test_every_boot_starts_every_unit_after_the_files_are_written(boots: list[Path]) -> None:
    first, second = ((boot / "asked").read_text().splitlines() for boot in boots)
    assert first == second
    assert first[0] == "systemctl daemon-reload"
    assert "systemctl restart nfs-server.service" in first


def test_a_later_boot_writes_the_changed_document(boots: list[Path]) -> None:
    before, after = ((boot / "exports.d" / "ai-platform.exports").read_text() for boot in boots)
    assert OTHER_RANGES[0] not in before
    assert OTHER_RANGES[0] in after
    assert "10.10.0.0/26" not in after
