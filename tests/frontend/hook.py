"""A builder of frontends: takes orders by HTTP and counts them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any


class Builder:
    """Takes orders.

    Attributes:
        orders: how many it was given.
        status: what it answers.
        address: where it takes them.
    """

    def __init__(self) -> None:
        self.orders, self.status, self.address = 0, 201, ""


@contextmanager
def building() -> Generator[Builder]:
    """A builder on a free port."""
    builder = Builder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            builder.orders += 1
            self.send_response(builder.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    builder.address = f"http://127.0.0.1:{server.server_port}/v1/integrations/deploy/prj_1/hook"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield builder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
