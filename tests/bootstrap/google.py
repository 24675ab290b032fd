"""A stand-in for Google's APIs: an HTTP server that keeps what it is given and can be told to fail.

A request is held against Google's description of its API first; what that doesn't know is refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from google.auth.credentials import AnonymousCredentials

from tests.bootstrap.answers import ANSWERS
from tests.bootstrap.descriptions import description
from tests.bootstrap.replies import Refusal, Request
from tools.bootstrap.cloud import APIS, Cloud
from tools.bootstrap.permissions import NEEDED

PROJECT, NUMBER = "acme-ai-prod", "100000000002"
_PREFIXES = {"storage": "storage/v1/"}


class Google:
    """Google Cloud, with one project in it."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, dict[str, Any]] = {}
        self.enabled: set[str] = set()
        self.permissions = {each for permissions in NEEDED.values() for each in permissions}
        self.writes: list[str] = []
        self.calls: Counter[str] = Counter()
        self.fails: Callable[[str, int], Refusal | None] = lambda _method, _call: None
        self.port = 0

    def answer(self, api: str, verb: str, target: str, body: Any) -> tuple[int, dict[str, Any]]:
        """The answer to one request."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        known = description(f"{api}.{APIS[api]}")
        path = unquote(parts.path).lstrip("/").removeprefix(f"{api}/").removeprefix(_PREFIXES.get(api, ""))
        found = known.method(verb, path)
        if found is None:
            return _refused(404, f"no method {verb} {path}")
        method, names = found
        if problems := known.problems(method, query, body):
            return _refused(400, "; ".join(problems))
        self.calls[method.id] += 1
        try:
            if refusal := self.fails(method.id, self.calls[method.id]):
                raise refusal
            return 200, ANSWERS[method.id](
                self, Request(path=path, names=names, query=query, body=body or {})
            )
        except Refusal as refusal:
            return _refused(refusal.status, refusal.reason, refusal.details)

    def cloud(self, patience: float = 5) -> Cloud:
        """A caller of it."""
        endpoints = {api: f"http://127.0.0.1:{self.port}/{api}/{_PREFIXES.get(api, '')}" for api in APIS}
        return Cloud(AnonymousCredentials(), endpoints=endpoints, patience=patience, pause=0.01)


def _refused(
    status: int, reason: str, details: list[dict[str, Any]] | None = None
) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"code": status, "message": reason, "details": details or []}}


@contextmanager
def serving(google: Google) -> Generator[Google]:
    """Serves it on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            api = self.path.lstrip("/").split("/", 1)[0]
            status, answer = google.answer(
                api, self.command, self.path, json.loads(content) if content else None
            )
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    google.port = server.server_port
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield google
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
