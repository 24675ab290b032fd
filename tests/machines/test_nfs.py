"""The export as the real `exportfs` understands it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from components import nfs_machine
from tests.machines.machines import CLIENT_RANGES, FILES, Host

# In a mount namespace of its own, so that nothing of this machine's exports is read or changed.
IN_PRIVATE = """
set -e
mount --make-rprivate /
mkdir -p /etc/exports.d /mnt/disks
mount -t tmpfs none /etc/exports.d
mount -t tmpfs none /var/lib/nfs
mount -t tmpfs none /mnt/disks
mkdir -p {path}
touch /var/lib/nfs/etab /var/lib/nfs/rmtab
cp {exports} /etc/exports.d/ai-platform.exports
exportfs -ra
cat /var/lib/nfs/etab
"""


@pytest.fixture
def table(exportfs: str, tmp_path: Path) -> dict[str, set[str]]:
    """Client range to the options in force."""
    if os.getuid() != 0:
        pytest.skip("a mount namespace needs root")
    written = tmp_path / "exports"
    written.write_text(nfs_machine.exports(client_ranges=CLIENT_RANGES, owner=1000).content)
    script = IN_PRIVATE.format(path=nfs_machine.EXPORT_PATH, exports=written)
    made = subprocess.run(
        ["unshare", "--mount", "/bin/bash", "-c", script],
        env={"PATH": f"{Path(exportfs).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in made.stderr or "permission denied" in made.stderr.lower():
        pytest.skip(f"this machine gives no mount namespace: {made.stderr.strip()}")
    assert made.returncode == 0, made.stderr
    found = {}
    for line in made.stdout.splitlines():
        path, client = line.split("\t")
        assert path == nfs_machine.EXPORT_PATH
        client_range, _, options = client.rstrip(")").partition("(")
        found[client_range] = set(options.split(","))
    return found


def test_it_is_exported_to_the_clients_ranges_and_nobody_else(table: dict[str, set[str]]) -> None:
    assert set(table) == set(CLIENT_RANGES)


@pytest.mark.parametrize("client_range", CLIENT_RANGES)
def test_every_user_is_the_owner_and_every_write_is_on_disk(
    table: dict[str, set[str]], client_range: str
) -> None:
    assert {
        "rw",
        "sync",
        "all_squash",
        "anonuid=1000",
        "anongid=1000",
        "no_subtree_check",
    } <= table[client_range]


@pytest.mark.parametrize("client_range", CLIENT_RANGES)
def test_nothing_is_exported_while_the_disk_is_not_mounted(
    table: dict[str, set[str]], client_range: str
) -> None:
    """Else clients would write into the empty directory under the mount point, on the boot disk."""
    assert "mountpoint=/mnt/disks/data" in table[client_range]
    assert nfs_machine.EXPORT_PATH.startswith("/mnt/disks/data/")


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [
        ("mountd", "port", "20048"),
        ("nfsd", "vers3", "y"),
        ("statd", "port", "20049"),
        ("lockd", "port", "20050"),
        ("lockd", "udp-port", "20050"),
    ],
)
def test_the_server_reads_its_fixed_ports(
    nfsconf: str, tmp_path: Path, service: str, key: str, value: str
) -> None:
    [settings] = [file.content for file in FILES["nfs"] if file.path.startswith("/etc/nfs.conf.d/")]
    (tmp_path / "nfs.conf").write_text(settings)
    read = subprocess.run(
        [nfsconf, "--file", tmp_path / "nfs.conf", "--get", service, key],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (read.returncode, read.stdout.strip()) == (0, value), read.stderr


def test_every_open_port_is_one_that_is_fixed() -> None:
    """111 and 2049 are the port mapper's and NFS' own; the mount service's is ours."""
    assert nfs_machine.PORTS == {"tcp": (111, 2049, 20048), "udp": (111, 20048)}


@pytest.fixture
def served(host: Host) -> Host:
    """A share that is mounted, exported and served."""
    [check] = [file.content for file in FILES["nfs"] if file.path.endswith("nfs-check.sh")]
    # The mount table is the machine's own; here it is a file.
    (host.root / "check.sh").write_text(check.replace("/proc/self/mounts", str(host.root / "mounts")))
    (host.root / "mounts").write_text("/dev/sdb /mnt/disks/data ext4 rw 0 0\n")
    host.stand_in("exportfs", "echo '/mnt/disks/data/data  10.10.0.0/26(sync)'")
    host.stand_in("rpcinfo", f'[[ ! -e "{host.root}/no-$3" ]] && echo ready')
    return host


def test_a_share_that_is_served_passes_its_check(served: Host) -> None:
    result = served.run("check.sh")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("service", ["nfs", "mountd"])
def test_a_service_that_does_not_answer_fails_the_check(served: Host, service: str) -> None:
    (served.root / f"no-{service}").touch()
    assert served.run("check.sh").returncode != 0


def test_a_disk_that_is_not_mounted_fails_the_check(served: Host) -> None:
    (served.root / "mounts").write_text("/dev/sda1 / ext4 rw 0 0\n")
    assert served.run("check.sh").returncode != 0


def test_a_directory_that_is_not_exported_fails_the_check(served: Host) -> None:
    served.stand_in("exportfs", "true")
    assert served.run("check.sh").returncode != 0
