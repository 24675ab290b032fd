"""The starter as its container runs it: uvicorn, two workers, the flags of the document."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import httpx

from tests.starter.servers import free_port, wait_until

STARTER = Path(__file__).parents[2] / "services" / "starter"


class Application:
    """A running starter; everything it ever printed is in `output`."""

    def __init__(self, variables: dict[str, str], log: Path, *, workers: int = 2) -> None:
        self.port = free_port()
        self._path = log
        self._file: IO[str] = log.open("w")
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "app.main:app",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        command += ["--workers", str(workers), "--log-level", "info", "--access-log", "--proxy-headers"]
        command += ["--forwarded-allow-ips", "*", "--timeout-graceful-shutdown", "5"]
        self.process = subprocess.Popen(
            command,
            cwd=STARTER,
            env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **variables},
            stdout=self._file,
            stderr=subprocess.STDOUT,
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20, trust_env=False)
        wait_until(self._started)

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def health(self) -> tuple[int, dict[str, str]]:
        answer = self.get("/health")
        return answer.status_code, answer.json()["components"]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        finally:
            self.client.close()
            self._file.close()

    @property
    def output(self) -> str:
        return self._path.read_text()

    def _started(self) -> None:
        assert self.process.poll() is None, self.output
        assert self.output.count("Application startup complete") >= 1
        self.get("/").raise_for_status()
