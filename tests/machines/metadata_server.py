"""Google's metadata server with one file as the machine's user-data: metadata_server.py PORT FILE."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PORT, USER_DATA = int(sys.argv[1]), Path(sys.argv[2])
ANSWERS = {
    "/instance/id": "4711",
    "/instance/zone": "projects/1/zones/europe-west1-b",
    "/instance/hostname": "machine.internal",
    "/project/attributes/?recursive=True": "{}",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/instance/attributes/?recursive=True":
            answer: str | None = json.dumps({"user-data": USER_DATA.read_text()})
        else:
            answer = ANSWERS.get(self.path)
        self.send_response(404 if answer is None else 200)
        self.end_headers()
        self.wfile.write((answer or "").encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
