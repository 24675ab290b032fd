"""The two processes that share a volume: the keeper, and one that uses DuckDB as AXIS' API does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO

_PACKAGE_FOLDER = Path(__file__).parents[2] / "services" / "axis"
_API = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("SET wal_autocheckpoint = '1GB'")
print("open", flush=True)
for statement in sys.stdin:
    connection.execute(statement)
    print("done", flush=True)
connection.close()
"""


class Api:
    """One process with one connection that it keeps for its whole life."""

    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _API, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._expect("open")

    def run(self, statement: str) -> None:
        stdin = self._process.stdin
        assert stdin
        stdin.write(statement + "\n")
        stdin.flush()
        self._expect("done")

    def stop(self) -> None:
        """A clean end: the connection is closed, which writes the log into the file."""
        self._process.communicate(timeout=10)
        assert self._process.returncode == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=10)

    def _expect(self, line: str) -> None:
        stdout = self._process.stdout
        assert stdout
        assert stdout.readline().strip() == line


class KeeperProcess:
    """The keeper as its container runs it."""

    def __init__(
        self,
        file: Path | None,
        snapshots: Path | None,
        log: Path,
        *,
        variables: Mapping[str, str] | None = None,
        python: str = sys.executable,
        **settings: str,
    ) -> None:
        self.port = free_port()
        self.log_path = log
        self._log: IO[str] = log.open("w")
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(_PACKAGE_FOLDER),
            "KEEPER_FILE": str(file or ""),
            "KEEPER_SNAPSHOTS": str(snapshots or ""),
            "KEEPER_PORT": str(self.port),
            **{f"KEEPER_{name.upper()}": value for name, value in settings.items()},
            **(variables or {}),
        }
        self.process = subprocess.Popen(
            [python, "-m", "keeper"], env=environment, stdout=self._log, stderr=subprocess.STDOUT
        )

    def wait_until_ready(self) -> None:
        """Until the startup probe is answered, which is what the API's container waits for."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=1) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                assert self.process.poll() is None, self.log
                time.sleep(0.05)
        raise AssertionError(f"the keeper did not answer: {self.log}")

    def wait_for(self, text: str, seconds: float = 10) -> None:
        until = time.monotonic() + seconds
        while text not in self.log:
            assert time.monotonic() < until, f"{text!r} not in {self.log}"
            time.sleep(0.05)

    def begin_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds: float = 10) -> str:
        """SIGTERM, as Cloud Run sends it; what the keeper logged."""
        if self.process.poll() is None:
            self.begin_stop()
        self.process.wait(timeout=seconds)
        self._log.close()
        return self.log

    @property
    def log(self) -> str:
        return self.log_path.read_text()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
