"""What the file share's machine runs, as text: pure functions from the component's arguments to cloud-init.

Cloud Run mounts version 3 of NFS (its mounts are "no-lock", an option of that version alone), which asks the
port mapper for the port of the mount service: both are open to clients, the mount service on a fixed port.
"""

from __future__ import annotations

from collections.abc import Sequence

from components.cloud_init import File, cloud_config, rendered, script, script_path
from components.vm_files import (
    DATA_DIRECTORY,
    DATA_MOUNT_POINT,
    configuration_watch,
    data_disk,
    started,
    ubuntu_packages,
    watchdog,
)

EXPORT_PATH = DATA_DIRECTORY

_PORT_MAPPER, _NFS, _MOUNT = 111, 2049, 20048
PORTS = {"tcp": (_PORT_MAPPER, _NFS, _MOUNT), "udp": (_PORT_MAPPER, _MOUNT)}

# Locks are not used by the clients; their services get fixed ports too, none of them open.
_STATUS, _LOCK = 20049, 20050
_THREADS = 16


def files(*, client_ranges: Sequence[str], owner: int) -> list[File]:
    """Every file on the machine."""
    return [
        *data_disk(owner=owner),
        *ubuntu_packages(["nfs-kernel-server", "rpcbind"]),
        *watchdog(service="nfs-server.service", check=script_path("nfs-check")),
        *configuration_watch(),
        exports(client_ranges=client_ranges, owner=owner),
        _server_settings(),
        File(
            path="/etc/systemd/system/nfs-server.service.d/ai-platform.conf",
            content=rendered("nfs/nfs-server.conf"),
        ),
        script("nfs-check", "nfs/nfs-check.sh", mount_point=DATA_MOUNT_POINT, path=EXPORT_PATH),
    ]


def exports(*, client_ranges: Sequence[str], owner: int) -> File:
    """The export: to the clients' ranges alone, every user `owner`, every write on disk when it returns."""
    return File(
        path="/etc/exports.d/ai-platform.exports",
        content=rendered(
            "nfs/exports",
            client_ranges=client_ranges,
            owner=owner,
            path=EXPORT_PATH,
            mount_point=DATA_MOUNT_POINT,
        ),
    )


def user_data(*, client_ranges: Sequence[str], owner: int) -> str:
    """The machine's whole cloud-init document."""
    return cloud_config(
        files=files(client_ranges=client_ranges, owner=owner),
        commands=[
            ["systemctl", "start", "packages.service"],
            # At a later boot the server is up before this document was applied, with the exports of the last
            # one.
            ["systemctl", "restart", "nfs-server.service"],
            *started("watchdog.timer", "apply-config.service", "ops-agent.service"),
        ],
    )


def _server_settings() -> File:
    return File(
        path="/etc/nfs.conf.d/ai-platform.conf",
        content=rendered(
            "nfs/nfs.conf", threads=_THREADS, mountd_port=_MOUNT, statd_port=_STATUS, lockd_port=_LOCK
        ),
    )
