"""A service's machine in a folder: its real scripts and processes; systemd alone is a stand-in."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from components.cloud_init import File
from components.vm_files import secret_reader
from components.vm_service_files import process_files, release_files
from components.vm_service_machine import Machine, Paths
from components.vm_service_process import PORTS
from components.vm_service_source import Deployment
from tests.machines.machines import SERVICE, Google, Host

# Starts and stops processes as the unit says, and notes what it is asked.
_SYSTEMCTL = r"""
echo "$@" >>{root}/asked
[[ $2 == --no-block ]] && set -- "$1" "$3"
[[ $2 =~ ^palma-ai@([0-9]+)\.service$ ]] || exit 0
port="${{BASH_REMATCH[1]}}"
stop() {{
  [[ -e {root}/$port.pid ]] || return 0
  kill "$(<{root}/$port.pid)" 2>/dev/null
  while kill -0 "$(<{root}/$port.pid)" 2>/dev/null; do sleep 0.1; done
  rm {root}/$port.pid
}}
case "$1" in
  stop) stop ;;
  restart | start)
    stop
    mkdir -p {root}/run/$port
    bash {root}/etc/fetch-environment.sh $port || exit 1
    HOME={root}/run/$port setsid bash {root}/etc/start-service.sh $port >>{root}/log 2>&1 </dev/null &
    echo $! >{root}/$port.pid
    ;;
esac
"""


@dataclass
class ServiceHost:
    """The folder."""

    host: Host
    machine: Machine

    @property
    def root(self) -> Path:
        return self.host.root

    @property
    def paths(self) -> Paths:
        root = self.root
        return Paths(
            state=f"{root}/state",
            runtime=f"{root}/run",
            proxy=f"{root}/proxy",
            logs=f"{root}/logs",
            uv=f"{root}/uv",
            configuration=f"{root}/etc",
        )

    def write(self, files: list[File]) -> None:
        for file in files:
            (self.root / "etc" / Path(file.path).name).write_text(file.content)

    def run(self, script: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", self.root / "etc" / f"{script}.sh", *arguments],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        """What is installed for the tests is there for every Python: a release then needs no network."""
        return {
            "PATH": f"{self.host.commands}:{os.environ['PATH']}",
            "HOME": str(self.root),
            "PYTHONPATH": os.pathsep.join(site.getsitepackages()),
            "UV_OFFLINE": "1",
            "UV_CACHE_DIR": str(self.root / "cache"),
        }

    def deploy(self, deployment: Deployment) -> subprocess.CompletedProcess[str]:
        wanted = self.root / "wanted"
        wanted.write_text(deployment.text() + "\n")
        return self.run("deploy-release", str(wanted))

    def stop(self) -> None:
        for port in PORTS:
            subprocess.run(
                [self.host.commands / "systemctl", "stop", f"palma-ai@{port}.service"],
                env=self.environment,
                check=False,
            )

    @property
    def log(self) -> str:
        log = self.root / "log"
        return log.read_text() if log.exists() else ""


def service_host(host: Host, google: Google, **changed: object) -> ServiceHost:
    """A machine whose Google is `google`, with nothing deployed."""
    machine = replace(
        SERVICE, metadata_url=google.url, secret_manager_url=google.url, storage_url=google.url, retries=0
    )
    here = ServiceHost(host=host, machine=replace(machine, **changed))
    for folder in ("etc", "run", "proxy", "logs", "uv/bin", "state/slots", "state/releases"):
        (host.root / folder).mkdir(parents=True)
    (host.root / "uv/bin/uv").symlink_to(Path(sys.executable).parent / "uv")
    here.write(
        [
            *process_files(here.machine, here.paths),
            *release_files(here.machine, here.paths, retry_seconds=1, wait_seconds=1),
            *secret_reader(
                project=machine.project,
                metadata_url=google.url,
                secret_manager_url=google.url,
                retries=0,
            ),
        ]
    )
    host.stand_in("systemctl", _SYSTEMCTL.format(root=host.root))
    host.stand_in("runuser", 'shift 3; exec "$@"')
    host.stand_in("pgrep", "exit 1")
    return here


def give_release(here: ServiceHost, port: int, project: Path, deployment: str) -> None:
    """Put `project` on `port` as a release that is installed."""
    (project / ".venv/bin").mkdir(parents=True)
    python = project / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    slots = here.root / "state/slots"
    (slots / str(port)).symlink_to(project)
    (slots / f"{port}.deployment").write_text(deployment)


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def process_environment(pid: int) -> Mapping[str, str]:
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)
