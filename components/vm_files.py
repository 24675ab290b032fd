"""The files that our virtual machines share: what mounts the disk, watches the service, and applies changes.

Pure functions that return `File`s; each machine adds its own and binds all into one cloud-init document.
"""

from __future__ import annotations

from collections.abc import Sequence

from components.cloud_init import (
    METADATA_URL,
    SECRET_MANAGER_URL,
    File,
    rendered,
    script,
    script_path,
    unit,
)

DATA_DEVICE = "data"
DATA_MOUNT_POINT = "/mnt/disks/data"
DATA_DIRECTORY = f"{DATA_MOUNT_POINT}/data"

_OPS_AGENT_INSTALLER_URL = "https://dl.google.com/cloudagents/add-google-cloud-ops-agent-repo.sh"


def data_disk(
    *,
    owner: int,
    device: str = f"/dev/disk/by-id/google-{DATA_DEVICE}",
    mount_point: str = DATA_MOUNT_POINT,
    device_wait_seconds: int = 120,
) -> list[File]:
    """Mounts the data disk and makes `mount_point`/data, which user ID `owner` alone may enter."""
    return [
        unit("data-disk.service", "vm/data-disk.service"),
        script(
            "mount-data-disk",
            "vm/mount-data-disk.sh",
            owner=owner,
            device=device,
            mount_point=mount_point,
            device_wait_seconds=device_wait_seconds,
        ),
    ]


def secret_reader(
    *,
    project: str,
    metadata_url: str = METADATA_URL,
    secret_manager_url: str = SECRET_MANAGER_URL,
    retries: int = 5,
) -> list[File]:
    """Reads secrets of `project` as the machine's own service account."""
    return [
        script(
            "fetch-secret",
            "vm/fetch-secret.sh",
            project=project,
            metadata_url=metadata_url,
            secret_manager_url=secret_manager_url,
            retries=retries,
        )
    ]


def watchdog(
    *,
    service: str,
    check: str,
    seconds: int = 30,
    failures_allowed: int = 3,
    check_timeout_seconds: int = 20,
    state_directory: str = "/run",
) -> list[File]:
    """Restarts the unit `service` after `failures_allowed` failed runs in a row of the script `check`."""
    return [
        unit("watchdog.service", "vm/watchdog.service", unit=service),
        unit("watchdog.timer", "vm/watchdog.timer", unit=service, seconds=seconds),
        script(
            "watchdog",
            "vm/watchdog.sh",
            unit=service,
            check=check,
            failures_allowed=failures_allowed,
            check_timeout_seconds=check_timeout_seconds,
            state_directory=state_directory,
        ),
    ]


def configuration_watch(*, metadata_url: str = METADATA_URL, wait_seconds: int = 300) -> list[File]:
    """Reboots the machine, services stopped in order, when its user-data has changed."""
    return [
        unit("apply-config.service", "vm/apply-config.service"),
        script("apply-config", "vm/apply-config.sh", metadata_url=metadata_url, wait_seconds=wait_seconds),
    ]


def ubuntu_packages(packages: Sequence[str], *, reboot_time: str | None = "03:30") -> list[File]:
    """Installs `packages` and Google's agent for logs and metrics; security updates install themselves.

    One that needs a reboot is taken at `reboot_time`; without one it waits for a restart.

    Units with retries instead of cloud-init's own `packages`, which is not tried again when the way to the
    internet is not yet there.
    """
    return [
        unit("packages.service", "vm/packages.service"),
        script("install-packages", "vm/install-packages.sh", packages=[*packages, "unattended-upgrades"]),
        unit("ops-agent.service", "vm/ops-agent.service"),
        script("install-ops-agent", "vm/install-ops-agent.sh", installer_url=_OPS_AGENT_INSTALLER_URL),
        File(
            path="/etc/apt/apt.conf.d/60-ai-platform",
            content=rendered("vm/unattended-upgrades.conf", reboot_time=reboot_time),
        ),
    ]


def started(*units: str) -> list[list[str]]:
    """The commands that start `units`, none waiting for another."""
    return [["systemctl", "start", "--no-block", name] for name in units]


def secret_script() -> str:
    """Where `secret_reader` puts its script."""
    return script_path("fetch-secret")
