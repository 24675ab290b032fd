"""Qdrant, the metadata server and Cloud Storage in one server, with what the snapshot program asks of them.

Answers have the shape of the real ones: Qdrant's REST API wraps them in `result`, Cloud Storage opens a
session first and makes an object only when all of the announced length came.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

KEY, TOKEN = "PLANTED-qdrant-key", "PLANTED-token"


class World:
    """What the servers hold, and how they misbehave.

    Attributes:
        collections: collection to its content, which a snapshot is made of.
        snapshots: collection to the snapshots on Qdrant's disk: name to time of creation.
        objects: the bucket's objects.
        described: their metadata.
        corrupt: collections whose bytes change on the way out of Qdrant.
        broken: collections whose bytes end too early.
        refused_tokens: how often the metadata server refuses first.
        storage_status: what Cloud Storage answers to bytes.
    """

    def __init__(self) -> None:
        self.collections: dict[str, bytes] = {}
        self.snapshots: dict[str, dict[str, str | None]] = {}
        self.objects: dict[str, bytes] = {}
        self.described: dict[str, dict[str, str]] = {}
        self.corrupt: set[str] = set()
        self.broken: set[str] = set()
        self.refused_tokens = 0
        self.storage_status = 200
        self.url = ""


@contextmanager
def serving(world: World) -> Generator[str]:
    """The address of all three."""
    handler = type("Handler", (_Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    world.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield world.url
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    world: World
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._route()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that the base class looks for

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _route(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/computeMetadata/"):
            self._token()
        elif path.startswith(("/upload/", "/session/")):
            self._storage(path)
        elif self.headers["api-key"] != KEY:
            self._answer(401, {"status": {"error": "Must provide an API key"}})
        else:
            self._qdrant([unquote(part) for part in path.strip("/").split("/")])

    def _token(self) -> None:
        if self.headers["Metadata-Flavor"] != "Google" or self.world.refused_tokens:
            self.world.refused_tokens -= 1
            self._answer(503, {})
        else:
            self._answer(200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    def _qdrant(self, parts: list[str]) -> None:
        world = self.world
        match self.command, parts:
            case "GET", ["collections"]:
                self._result({"collections": [{"name": name} for name in world.collections]})
            case "POST", ["collections", name, "snapshots"]:
                made = f"{name}-1-2026-11-21.snapshot"
                world.snapshots.setdefault(name, {})[made] = "2999-01-01T00:00:00"
                content = world.collections[name]
                sums = {"size": len(content), "checksum": hashlib.sha256(content).hexdigest()}
                self._result({"name": made, "creation_time": "2999-01-01T00:00:00", **sums})
            case "GET", ["collections", name, "snapshots"]:
                there = world.snapshots.get(name, {})
                self._result([{"name": each, "creation_time": time} for each, time in there.items()])
            case "GET", ["collections", name, "snapshots", _]:
                self._bytes(name)
            case "DELETE", ["collections", name, "snapshots", snapshot]:
                del world.snapshots[name][snapshot]
                self._result(True)
            case _:
                self._answer(404, {})

    def _bytes(self, name: str) -> None:
        content = self.world.collections[name]
        sent = content.swapcase() if name in self.world.corrupt else content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(sent[: len(sent) // 2] if name in self.world.broken else sent)
        self.close_connection = True

    def _storage(self, path: str) -> None:
        length = int(self.headers["Content-Length"])
        if path.startswith("/upload/"):
            name = parse_qs(urlsplit(self.path).query)["name"][0]
            self.world.described[name] = json.loads(self.rfile.read(length))["metadata"]
            right = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self._answer(200 if right else 401, {}, {"Location": f"{self.world.url}/session/{quote(name)}"})
            return
        content = self.rfile.read(length)
        if len(content) < length:
            self.close_connection = True
            return
        if self.world.storage_status == 200:
            self.world.objects[unquote(path.removeprefix("/session/"))] = content
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        self._answer(self.world.storage_status, {"md5Hash": md5})

    def _result(self, result: Any) -> None:
        self._answer(200, {"result": result, "status": "ok", "time": 0.1})

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
