"""A real Prometheus on the loopback, and a gateway's metrics endpoint that asks for a bearer token."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

_PATIENCE_SECONDS = 30


class Gateway:
    """A metrics endpoint.

    Attributes:
        token: the one token that it takes.
        refused: how many requests had another one, or none.
    """

    def __init__(self, path: str, token: str) -> None:
        self._path, self.token, self.refused = path, token, 0
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                endpoint.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path != self._path:
            return request.send_error(404)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            self.refused += 1
            return request.send_error(401)
        request.send_response(200)
        request.send_header("Content-Type", "text/plain; version=0.0.4")
        request.end_headers()
        request.wfile.write(b'llm_gateway_errors_total{error_type="provider_error"} 7\n')
        return None

    @contextmanager
    def serving(self) -> Generator[Gateway]:
        """Serves while the context lasts."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


class Prometheus:
    """A Prometheus that runs."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"

    def value(self, query: str) -> float | None:
        """The one value of a query; `None` where it has no result."""
        found = self._ask(f"/api/v1/query?query={quote(query)}")["data"]["result"]
        return float(found[0]["value"][1]) if found else None

    def rules(self) -> set[str]:
        """The names of the rules that it has loaded."""
        groups = self._ask("/api/v1/rules")["data"]["groups"]
        return {rule["name"] for group in groups for rule in group["rules"]}

    def _ask(self, path: str) -> Any:
        with urlopen(f"{self._address}{path}", timeout=5) as answer:
            return json.load(answer)


@contextmanager
def prometheus(configuration: Path) -> Generator[Prometheus]:
    """One with a configuration file, whose data is kept beside it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (configuration.parent / "prometheus.log").open("w")
    process = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={configuration}",
            f"--storage.tsdb.path={configuration.parent / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        stdout=log,
        stderr=log,
    )
    running = Prometheus(port)
    try:
        until(lambda: process.poll() is None and _answers(running))
        yield running
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_SECONDS)
        log.close()


def _answers(running: Prometheus) -> bool:
    try:
        return running.rules() is not None
    except (URLError, ConnectionError):
        return False


def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds.

    Raises:
        TimeoutError: it does not.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise TimeoutError
