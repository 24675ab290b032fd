"""The program that asks for a sync, run as the cron job's pod runs it, against a stand-in of the engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.machines.database import free_port

PROGRAM = Path(__file__).parents[3] / "services" / "memorise" / "sync_program.py"
_KEY = "PLANTED-ingest-key"

# Says that it is well, and takes POST /sync/omeka with the key; how it answers is its first word.
_ENGINE = """
import http.server, pathlib, signal, sys
status, port, note = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.answer(200 if self.path == "/health" else 404)
    def do_POST(self):
        right = self.path == "/sync/omeka" and self.headers["X-API-Key"] == "PLANTED-ingest-key"
        self.answer(status if right else 401)
    def answer(self, code):
        self.send_response(code); self.end_headers(); self.wfile.write(b"12 items")
    def log_message(self, *words): pass
def ended(*_):
    note.write_text("ended"); sys.exit(0)
signal.signal(signal.SIGTERM, ended)
print("the engine's own words", file=sys.stderr)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def run(
    folder: Path, status: int = 200, *, started_here: bool = True, key: str = _KEY
) -> subprocess.CompletedProcess[str]:
    port, note = free_port(), folder / "note"
    engine = [sys.executable, "-c", _ENGINE, str(status), str(port), str(note)]
    variables = {
        "CONTENT_ENGINE_URL": f"http://127.0.0.1:{port}",
        "INGEST_API_KEY": key,
        "START_SECONDS": "20",
        "SYNC_SECONDS": "20",
    }
    elsewhere = None if started_here else subprocess.Popen(engine)
    try:
        return subprocess.run(
            [sys.executable, "-I", PROGRAM, *(engine if started_here else [])],
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        if elsewhere:
            elsewhere.kill()
            elsewhere.wait()


def test_the_engine_is_started_asked_with_the_key_and_ended(tmp_path: Path) -> None:
    done = run(tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "synced in" in done.stdout
    assert "the engine's own words" in done.stdout
    assert done.stderr == "", "the alert looks at it"
    assert (tmp_path / "note").read_text() == "ended"


def test_an_engine_that_runs_elsewhere_is_asked_and_left_alone(tmp_path: Path) -> None:
    done = run(tmp_path, started_here=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "note").exists()


@pytest.mark.parametrize(("status", "told"), [(500, "answered 500"), (202, "needs mode deployment")])
def test_a_sync_that_fails_or_goes_on_in_the_background_fails_the_run(
    tmp_path: Path, status: int, told: str
) -> None:
    done = run(tmp_path, status)

    assert done.returncode == 1
    assert told in done.stderr
    assert (tmp_path / "note").exists()


def test_an_engine_elsewhere_may_sync_in_the_background(tmp_path: Path) -> None:
    assert run(tmp_path, 202, started_here=False).returncode == 0


def test_a_wrong_key_fails_the_run_and_is_not_printed(tmp_path: Path) -> None:
    done = run(tmp_path, key="PLANTED-wrong")

    assert done.returncode == 1
    assert "answered 401" in done.stderr
    assert "PLANTED" not in done.stdout + done.stderr


def test_an_engine_that_does_not_start_fails_the_run_at_once() -> None:
    variables = {"CONTENT_ENGINE_URL": f"http://127.0.0.1:{free_port()}", "INGEST_API_KEY": _KEY}
    done = subprocess.run(
        [sys.executable, "-I", PROGRAM, sys.executable, "-c", "raise SystemExit(3)"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert done.returncode == 1
    assert "ended by itself with 3" in done.stderr
