"""The machines whose texts are tested, and what stands in for the cloud around them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from components import falkordb_machine, nfs_machine, vm_service_files
from components.cloud_init import File
from components.vm_service_machine import Machine
from components.vm_service_source import GitSource

PASSWORD = "PLANTEDgraphPassword0123456789ab"
TOKEN = "PLANTEDya29.token"

SETTINGS = falkordb_machine.Settings(
    maxmemory_mib=512,
    query_timeout_ms=30_000,
    query_timeout_max_ms=300_000,
    query_memory_mib=128,
    queued_queries=100,
    result_rows=10_000,
)
FALKORDB = falkordb_machine.Machine(
    project="acme-prod",
    registry="europe-west1-docker.pkg.dev/acme-prod/ai-prod-docker-hub",
    image="falkordb/falkordb-server:v1.2.3@sha256:" + "a" * 64,
    secret="ai-prod-falkordb-password",
    version="7",
    settings=SETTINGS,
)
SERVICE = Machine(
    name="palma-ai",
    project="acme-prod",
    host="palma.acme.com",
    source=GitSource(repository="https://github.com/acme/palma.git", token=("ai-prod-palma-token", "3")),
)
CLIENT_RANGES = ["10.10.0.0/26", "10.10.1.0/24"]

FILES: dict[str, list[File]] = {
    "falkordb": falkordb_machine.files(FALKORDB),
    "nfs": nfs_machine.files(client_ranges=CLIENT_RANGES, owner=1000),
    "service": vm_service_files.files(SERVICE),
}
USER_DATA = {
    "falkordb": falkordb_machine.user_data(FALKORDB),
    "nfs": nfs_machine.user_data(client_ranges=CLIENT_RANGES, owner=1000),
    "service": vm_service_files.user_data(SERVICE),
}


@dataclass
class Google:
    """The metadata server and Secret Manager.

    Attributes:
        answers: path to status and body; a body may be computed at the request.
        asked: what was asked for, with the headers.
        seen: secret texts that were on some process's command line during a request.
    """

    answers: dict[str, tuple[int, bytes | Callable[[], bytes]]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    url: str = ""

    def give_token(self, body: object = None, status: int = 200) -> None:
        answer = (
            body if body is not None else {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"}
        )
        self.answers["/instance/service-accounts/default/token"] = (status, _encoded(answer))

    def give_secret(self, value: object, status: int = 200) -> None:
        """Answer with this text as the secret's value, or with anything else as the whole body."""
        if isinstance(value, str):
            data = base64.b64encode(value.encode()).decode()
            value = {
                "name": "projects/1/secrets/x/versions/7",
                "payload": {"dataCrc32c": "123", "data": data},
            }
        path = f"/projects/acme-prod/secrets/{FALKORDB.secret}/versions/{FALKORDB.version}:access"
        self.answers[path] = (status, _encoded(value))


def _encoded(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body, indent=2).encode()


@contextmanager
def google() -> Generator[Google]:
    """Google on a local port, for as long as the context lasts."""
    world = Google()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            world.asked.append((self.path, dict(self.headers)))
            world.seen |= {text for text in (TOKEN, PASSWORD) if on_a_command_line(text)}
            status, body = world.answers.get(self.path, (404, b""))
            body = body if isinstance(body, bytes) else body()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    world.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()


def on_a_command_line(text: str) -> bool:
    """Whether a process can be seen that has `text` among its arguments, as `ps` would show it."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = process.read_bytes()
        except OSError:
            continue
        if text.encode() in arguments:
            return True
    return False


@dataclass
class Host:
    """A folder that stands for the machine: its scripts, and stand-ins for the commands they call."""

    root: Path

    @property
    def commands(self) -> Path:
        return self.root / "bin"

    def stand_in(self, command: str, body: str) -> None:
        """Put a shell script in the place of `command`."""
        self.commands.mkdir(exist_ok=True)
        path = self.commands / command
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def write(self, files: list[File]) -> None:
        """Write scripts by their file name alone."""
        for file in files:
            (self.root / Path(file.path).name).write_text(file.content)

    def run(self, script: str, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", self.root / script, *arguments],
            env={"PATH": f"{self.commands}:{os.environ['PATH']}", "HOME": str(self.root)},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def notes(self, name: str) -> list[str]:
        """The lines that stand-ins have written to a file of that name."""
        path = self.root / name
        return path.read_text().splitlines() if path.exists() else []
