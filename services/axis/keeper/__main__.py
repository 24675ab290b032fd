"""The keeper's process: put everything in place, then answer the startup probe, then keep.

The API's container waits for that answer, so that it never reads a file which is still being written here.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .keeper import Keeper
from .ownership import hand_over
from .settings import Settings, read_settings
from .templates import fill_templates

_log = logging.getLogger("keeper")


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
    """Runs until SIGTERM; 2 if the settings or the templates can't be used."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        settings = read_settings(os.environ)
        if settings.owner is not None:
            hand_over(settings.shared, settings.owner)
        if settings.templates and settings.config:
            names = fill_templates(settings.templates, settings.config, os.environ)
            _log.info("filled in %s", ", ".join(names) or "no file")
    except (ValueError, OSError) as error:
        # An API with half its configuration would look healthy: it is not let start.
        _log.error("%s", error)
        return 2
    _keep(settings, stopping)
    return 0


def _keep(settings: Settings, stopping: threading.Event) -> None:
    keeper = None
    if settings.file and settings.snapshots:
        keeper = Keeper(settings, settings.file, settings.snapshots)
        keeper.restore()
    server = ThreadingHTTPServer(("0.0.0.0", settings.port), _Ready)  # noqa: S104 - the probe comes from outside
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if keeper:
        keeper.run(stopping)
    else:
        stopping.wait()
    server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
