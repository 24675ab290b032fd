"""A machine's document, applied by the real cloud-init over two boots of a machine that is thrown away.

The operating systems have their own, newer versions of it; what makes a later boot apply a document again has
not changed between them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from components import nfs_machine
from tests.machines.machines import FILES, USER_DATA

HERE = Path(__file__).parent
OTHER_RANGES = ["10.99.0.0/26"]


@pytest.fixture(scope="module")
def boots(cloud_init: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What was on the machine after its first boot, and after one with another document."""
    if os.getuid() != 0:
        pytest.skip("a machine to throw away needs root")
    assert cloud_init
    out = tmp_path_factory.mktemp("boots")
    (out / "first.yaml").write_text(USER_DATA["nfs"])
    (out / "second.yaml").write_text(nfs_machine.user_data(client_ranges=OTHER_RANGES, owner=1000))
    ran = subprocess.run(
        [
            *("unshare", "--mount", "--uts", "--pid", "--fork", "--net"),
            *("/bin/bash", HERE / "boots.sh", sys.executable, HERE / "metadata_server.py", out),
            *(out / "first.yaml", out / "second.yaml"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare failed" in ran.stderr or "overlay" in ran.stderr:
        pytest.skip(f"this machine gives no namespaces with a layered file system: {ran.stderr.strip()}")
    log = (out / "log").read_text() if (out / "log").exists() else ""
    assert ran.returncode == 0, ran.stderr + log
    return out / "1", out / "2"


def test_the_first_boot_writes_every_file_as_it_was_rendered(boots: tuple[Path, Path]) -> None:
    for file in FILES["nfs"]:
        for directory in ("ai-platform", "exports.d", "system"):
            if f"/{directory}/" in file.path:
                written = boots[0] / directory / file.path.partition(f"/{directory}/")[2]
                assert written.read_text() == file.content
                assert written.stat().st_mode & 0o777 == int(file.mode, 8)


def test_every_boot_starts_every_unit_after_the_files_are_written(boots: tuple[Path, Path]) -> None:
    first, second = ((boot / "asked").read_text().splitlines() for boot in boots)
    assert first == second
    assert first[0] == "systemctl daemon-reload"
    assert "systemctl restart nfs-server.service" in first


def test_a_later_boot_writes_the_changed_document(boots: tuple[Path, Path]) -> None:
    before, after = ((boot / "exports.d" / "ai-platform.exports").read_text() for boot in boots)
    assert OTHER_RANGES[0] not in before
    assert OTHER_RANGES[0] in after
    assert "10.10.0.0/26" not in after
