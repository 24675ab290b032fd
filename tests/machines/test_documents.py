"""Every text that a machine is given, read by the program that will read it there."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from components.cloud_init import File
from tests.machines.machines import FILES, USER_DATA, Host

MACHINES = sorted(FILES)
# Top-level keys are not checked by cloud-init's own schema.
KEYS = {"bootcmd", "write_files", "runcmd"}
# What belongs to the operating systems; here only their names have to exist.
FOREIGN_UNITS = ("docker.service", "nfs-server.service", "nginx.service")


def _of_kind(ending: str) -> list[tuple[str, File]]:
    return [
        (machine, file) for machine, files in FILES.items() for file in files if file.path.endswith(ending)
    ]


def _named(cases: list[tuple[str, File]]) -> list[str]:
    return [f"{machine}-{Path(file.path).name}" for machine, file in cases]


@pytest.mark.parametrize("machine", MACHINES)
def test_cloud_init_accepts_the_document(machine: str, cloud_init: str, tmp_path: Path) -> None:
    document = tmp_path / "user-data"
    document.write_text(USER_DATA[machine])
    checked = subprocess.run(
        [cloud_init, "schema", "--config-file", document], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert set(yaml.safe_load(USER_DATA[machine])) == KEYS


@pytest.mark.parametrize("machine", MACHINES)
def test_every_file_arrives_as_it_was_rendered(machine: str) -> None:
    written = {file["path"]: file["content"] for file in yaml.safe_load(USER_DATA[machine])["write_files"]}
    assert written == {file.path: file.content for file in FILES[machine]}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_later_boot_applies_the_document_again(machine: str) -> None:
    """Cloud-init marks what it has done once; the marks of everything we use are removed before."""
    [forget] = yaml.safe_load(USER_DATA[machine])["bootcmd"]
    assert forget[:2] == ["rm", "-f"]
    assert {Path(mark).name for mark in forget[2:]} == {
        "config_write_files",
        "config_runcmd",
        "config_scripts_user",
    }


@pytest.mark.parametrize("machine", MACHINES)
def test_every_unit_started_is_one_that_exists(machine: str) -> None:
    units = {Path(file.path).name for file in FILES[machine]} | set(FOREIGN_UNITS)
    commands = yaml.safe_load(USER_DATA[machine])["runcmd"]
    asked = {
        command[-1] for command in commands if command[0] == "systemctl" and command[1] != "daemon-reload"
    }
    assert asked
    assert asked <= units


@pytest.mark.parametrize("machine", MACHINES)
def test_every_file_of_ours_that_is_named_is_one_that_is_written(machine: str) -> None:
    written = {file.path for file in FILES[machine]}
    named = set(re.findall(r"/etc/ai-platform/[\w./-]*\w", USER_DATA[machine]))
    assert {path for path in named if path not in written} <= {"/etc/ai-platform/docker"}


@pytest.mark.parametrize("machine", MACHINES)
def test_systemd_accepts_every_unit_without_a_word(
    machine: str, systemd_analyze: str, tmp_path: Path
) -> None:
    """It exits with 0 even where it ignores a line, so it must not say anything either."""
    for name in FOREIGN_UNITS:
        (tmp_path / name).write_text("[Service]\nExecStart=/bin/true\n")
    units = []
    for file in FILES[machine]:
        if file.path.startswith("/etc/systemd/system/"):
            path = tmp_path / Path(file.path).relative_to("/etc/systemd/system")
            path.parent.mkdir(exist_ok=True)
            # The command is the operating system's; what is checked is the unit.
            path.write_text(re.sub("/usr/bin/docker |/usr/sbin/nginx ", "/bin/true ", file.content))
            if path.parent == tmp_path:
                units.append(path)
    verified = subprocess.run(
        [systemd_analyze, "verify", "--man=no", *(tmp_path / name for name in FOREIGN_UNITS[1:]), *units],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(units) >= (4 if machine == "service" else 5)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


@pytest.mark.parametrize("script", _of_kind(".sh"), ids=_named(_of_kind(".sh")))
def test_shellcheck_has_no_finding(script: tuple[str, File], shellcheck: str) -> None:
    checked = subprocess.run(
        [shellcheck, "--shell=bash", "--enable=all", "--exclude=SC2250", "-"],
        input=script[1].content,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("script", _of_kind(".sh"), ids=_named(_of_kind(".sh")))
def test_a_script_stops_at_the_first_thing_that_fails(script: tuple[str, File]) -> None:
    assert "\nset -euo pipefail\n" in script[1].content


def test_the_database_waits_for_its_disk_and_its_password() -> None:
    [unit] = [file.content for file in FILES["falkordb"] if file.path.endswith("falkordb.service")]
    assert "Requires=docker.service data-disk.service" in unit
    assert "\nExecStartPre=/bin/bash /etc/ai-platform/falkordb-prepare.sh\n" in unit
    assert "target=/var/lib/falkordb/data " in unit


def test_docker_understands_every_command_of_the_database(docker: str, host: Host) -> None:
    """With no engine to reach, the first complaint about a command that can be read is that there is none."""
    [unit] = [file.content for file in FILES["falkordb"] if file.path.endswith("falkordb.service")]
    host.write(FILES["falkordb"])
    commands = re.findall(r"^Exec\w+=-?/usr/bin/docker (.*)$", unit.replace("\\\n", ""), re.MULTILINE)
    [check] = [file.content for file in FILES["falkordb"] if file.path.endswith("falkordb-check.sh")]
    commands += [f"{asked} PING" for asked in re.findall(r"ask=\(docker (.*)\)", check)]
    (host.root / "client.env").write_text("REDISCLI_AUTH=x\n")
    assert [command.split()[0] for command in commands] == ["stop", "rm", "run", "stop", "exec"]
    for command in commands:
        here = command.replace("/etc/ai-platform", str(host.root)).replace(
            "/run/falkordb/client", f"{host.root}/client"
        )
        ran = subprocess.run(
            [docker, "--host=tcp://127.0.0.1:1", *here.split()], capture_output=True, text=True, check=False
        )
        assert "Cannot connect to the Docker daemon" in ran.stderr, ran.stderr


def test_the_database_has_time_to_stop_before_it_is_killed() -> None:
    """Docker kills first, then systemd, then Google's 90 seconds for a machine that stops."""
    [unit] = [file.content for file in FILES["falkordb"] if file.path.endswith("falkordb.service")]
    [docker] = re.findall(r"ExecStop=.*-t (\d+)", unit)
    [systemd] = re.findall(r"TimeoutStopSec=(\d+)", unit)
    assert 60 <= int(docker) < int(systemd) < 90


def _scripts(machine: str) -> dict[str, str]:
    return {Path(file.path).name: file.content for file in FILES[machine]}


def test_a_secret_is_read_on_every_machine_by_the_same_script() -> None:
    assert _scripts("falkordb")["fetch-secret.sh"] == _scripts("service")["fetch-secret.sh"]


@pytest.mark.parametrize("name", ["install-packages.sh", "packages.service", "ops-agent.service"])
def test_ubuntu_machines_get_packages_and_googles_agent_in_one_way(name: str) -> None:
    """But for the names of the packages."""
    file_server, service = (
        re.sub(r"(?m)^.*(nfs-kernel-server|nginx-light).*$", "", _scripts(machine)[name])
        for machine in ("nfs", "service")
    )
    assert file_server == service
    assert "ops-agent" in _scripts("service")["install-ops-agent.sh"]


def test_equal_machines_never_reboot_together_for_an_update() -> None:
    [alone], [one_of_many] = (
        [file.content for file in FILES[machine] if file.path.startswith("/etc/apt/")]
        for machine in ("nfs", "service")
    )
    assert 'Automatic-Reboot "true"' in alone
    assert 'Automatic-Reboot "false"' in one_of_many
