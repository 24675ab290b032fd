"""A Docker Engine of the tests' own: its own folder, its own socket, gone afterwards.

No bridge and no packet rules: builds and containers use this machine's network, so nothing of it is changed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

_SEARCH_PATH = "/usr/sbin:/usr/bin:/usr/local/bin:" + os.environ.get("PATH", "")


def why_no_engine() -> str | None:
    """What is missing to start an engine; `None` if nothing is."""
    if os.geteuid() != 0:
        return "a Docker Engine is started by root alone"
    if not shutil.which("dockerd", path=_SEARCH_PATH):
        return "there is no Docker Engine: apt-get install --no-install-recommends docker.io"
    return None


class Engine:
    """A running engine and the one command that talks to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            "PATH": _SEARCH_PATH,
            "HOME": str(folder),
            "DOCKER_HOST": f"unix://{folder}/socket",
            "DOCKER_BUILDKIT": "1",
        }
        program = shutil.which("dockerd", path=_SEARCH_PATH)
        assert program
        command = [
            program,
            "--iptables=false",
            "--ip6tables=false",
            "--bridge=none",
            "--pidfile",
            f"{folder}/pid",
        ]
        command += ["--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"]
        command += ["--host", self._environment["DOCKER_HOST"]]
        self._log = folder / "log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self._environment, cwd=folder
            )
        self._wait()

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`docker WORDS`, with Debian's client first: it brings its own BuildKit client."""
        done = subprocess.run(
            ["docker", *words],
            capture_output=True,
            text=True,
            env=self._environment | {"PATH": "/usr/bin:" + _SEARCH_PATH},
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def build(self, tag: str, dockerfile: Path, context: Path, **arguments: str) -> str:
        """Builds an image; what the builder printed."""
        words = ["build", "--network=host", "--progress=plain", "--tag", tag, "--file", str(dockerfile)]
        for name, value in arguments.items():
            words += ["--build-arg", f"{name}={value}"]
        return self.run(*words, str(context)).stderr

    def inspect(self, image: str) -> dict[str, Any]:
        return json.loads(self.run("image", "inspect", image).stdout)[0]

    def execute(self, image: str, script: str, *options: str) -> str:
        """What a shell script in a new container prints."""
        words = ["run", "--rm", "--network=host", *options, "--entrypoint", "sh", image, "-c", script]
        return self.run(*words).stdout.strip()

    def close(self) -> None:
        running = self.run("ps", "--quiet").stdout.split()
        if running:
            self.run("kill", *running)
        self._process.terminate()
        self._process.wait(timeout=30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while self.run("info", check=False).returncode != 0:
            assert self._process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() < until, self._log.read_text()[-2000:]
            time.sleep(0.2)
