"""The script that restarts a service after several failed checks in a row."""

from __future__ import annotations

import pytest

from components.cloud_init import METADATA_URL
from components.vm_files import configuration_watch, watchdog
from tests.machines.machines import Google, Host

USER_DATA = "/instance/attributes/user-data"


@pytest.fixture
def service(host: Host) -> Host:
    """A service that runs; its check succeeds unless the file `ill` is there."""
    host.write(
        watchdog(
            service="database.service",
            check=str(host.root / "check.sh"),
            failures_allowed=3,
            check_timeout_seconds=1,
            state_directory=str(host.root),
        )
    )
    (host.root / "check.sh").write_text(f"[[ ! -e {host.root}/ill ]]")
    (host.root / "state").write_text("active")
    host.stand_in(
        "systemctl",
        f"if [[ $1 == is-active ]]; then cat {host.root}/state; [[ $(<{host.root}/state) == active ]]; "
        f'else echo "$@" >> {host.root}/asked; fi',
    )
    return host


def _rounds(host: Host, count: int) -> list[str]:
    for _ in range(count):
        assert host.run("watchdog.sh").returncode == 0
    return host.notes("asked")


def test_a_healthy_service_is_left_alone(service: Host) -> None:
    assert _rounds(service, 5) == []


def test_the_third_failure_in_a_row_restarts_it(service: Host) -> None:
    (service.root / "ill").touch()
    assert _rounds(service, 2) == []
    assert _rounds(service, 1) == ["restart --no-block database.service"]


def test_after_a_restart_it_has_all_its_chances_again(service: Host) -> None:
    (service.root / "ill").touch()
    assert len(_rounds(service, 5)) == 1
    assert len(_rounds(service, 1)) == 2


def test_a_success_in_between_begins_the_count_anew(service: Host) -> None:
    for _ in range(4):
        (service.root / "ill").touch()
        _rounds(service, 2)
        (service.root / "ill").unlink()
        assert _rounds(service, 1) == []


def test_a_check_that_hangs_has_failed(service: Host) -> None:
    (service.root / "check.sh").write_text("sleep 30")
    assert _rounds(service, 3) == ["restart --no-block database.service"]


@pytest.mark.parametrize("state", ["activating", "deactivating"])
def test_a_service_on_its_way_is_not_disturbed(service: Host, state: str) -> None:
    (service.root / "ill").touch()
    (service.root / "state").write_text(state)
    assert _rounds(service, 5) == []


@pytest.mark.parametrize("state", ["inactive", "failed"])
def test_a_service_that_is_not_there_is_started(service: Host, state: str) -> None:
    (service.root / "state").write_text(state)
    assert _rounds(service, 1) == ["start --no-block database.service"]


@pytest.fixture
def watching(host: Host, google: Google) -> Host:
    host.write(configuration_watch(metadata_url=google.url, wait_seconds=1))
    host.stand_in("systemctl", f'echo "$@" >> {host.root}/asked')
    host.stand_in("sleep", "true")
    return host


def _then(google: Google, *documents: str) -> None:
    """The user-data at each question, the last one for good."""
    waiting = f"{USER_DATA}?wait_for_change=true&timeout_sec=1"
    remaining = [document.encode() for document in documents]
    google.answers[USER_DATA] = (200, remaining.pop(0))
    google.answers[waiting] = (200, lambda: remaining.pop(0) if len(remaining) > 1 else remaining[0])


def test_a_changed_configuration_reboots_the_machine_once(watching: Host, google: Google) -> None:
    _then(
        google,
        "#cloud-config\na: 1\n",
        "#cloud-config\na: 1\n",
        "#cloud-config\na: 1\n",
        "#cloud-config\na: 2\n",
    )
    assert watching.run("apply-config.sh").returncode == 0
    assert watching.notes("asked") == ["reboot"]
    assert len(google.asked) == 4


def test_a_metadata_server_that_fails_is_no_change(watching: Host, google: Google) -> None:
    waiting = f"{USER_DATA}?wait_for_change=true&timeout_sec=1"
    google.answers[USER_DATA] = (200, b"a")
    google.answers[waiting] = (503, lambda: google.answers.update({waiting: (200, b"b")}) or b"")
    assert watching.run("apply-config.sh").returncode == 0
    assert [path for path, _ in google.asked] == [USER_DATA, waiting, waiting]
    assert watching.notes("asked") == ["reboot"]


def test_on_a_machine_the_metadata_server_is_googles() -> None:
    [script] = [file for file in configuration_watch() if file.path.endswith(".sh")]
    assert f"url={METADATA_URL}{USER_DATA}\n" in script.content
