"""The keeper's process: restore, then answer the startup probe, then keep.

The API's container waits for that answer, so that it never opens a file which is still being restored.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .keeper import Keeper
from .settings import read_settings


class _Ready(BaseHTTPRequestHandler):
    """Answers every GET: that anything answers is the message."""

    def do_GET(self) -> None:
        """200."""
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"ready\n")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a line for every probe would bury the rest."""


def main() -> int:
    """Runs until SIGTERM; 2 if the settings can't be used."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        settings = read_settings(os.environ)
    except ValueError as error:
        logging.getLogger("keeper").error("%s", error)
        return 2
    keeper = Keeper(settings)
    keeper.restore()
    server = ThreadingHTTPServer(("0.0.0.0", settings.port), _Ready)  # noqa: S104 - the probe comes from outside
    threading.Thread(target=server.serve_forever, daemon=True).start()
    keeper.run(stopping)
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
