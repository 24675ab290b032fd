"""Asks the Content Engine to sync from Omeka: a program of its own, in Python's standard library alone.

Words on its command line are the engine's own command: it is started, waited for, asked, and ended again.
Without any, the engine runs elsewhere. What is asked is `POST /sync/omeka`, with INGEST_API_KEY as X-API-Key.

An engine that only says that it has begun (202) is no success where it was started here: it would be ended in
the middle of its work. Only what went wrong goes to the standard error, which is what the alert looks at.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

_log = logging.getLogger("sync")
_web = build_opener(ProxyHandler({}))
_STOP_SECONDS, _SHOWN, _ACCEPTED = 30.0, 300, 202


class SyncError(Exception):
    """The sync did not succeed; the message says why."""


def main(variables: Mapping[str, str], command: Sequence[str]) -> str | None:
    """Syncs once; what to exit with where that did not succeed."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # The command is the cron job's own.
    engine = subprocess.Popen(list(command), stderr=subprocess.STDOUT) if command else None  # noqa: S603
    try:
        url = variables["CONTENT_ENGINE_URL"].rstrip("/")
        _wait(url, engine, float(variables.get("START_SECONDS", "600")))
        status = _sync(url, variables["INGEST_API_KEY"], float(variables.get("SYNC_SECONDS", "3600")))
        if engine and status == _ACCEPTED:
            raise SyncError("the engine syncs in the background and would be ended: it needs mode deployment")
    except SyncError as error:
        return f"not synced: {error}"
    finally:
        if engine:
            _end(engine)
    return None


def _wait(url: str, engine: subprocess.Popen[bytes] | None, seconds: float) -> None:
    """Until the engine says that it is well."""
    until = time.monotonic() + seconds
    while True:
        if engine and engine.poll() is not None:
            raise SyncError(f"the engine ended by itself with {engine.returncode}")
        try:
            with _web.open(_request("GET", f"{url}/health"), timeout=5):
                return
        except OSError as error:
            if time.monotonic() > until:
                raise SyncError(f"the engine is not well after {seconds:.0f} s: {error}") from None
        time.sleep(1)


def _sync(url: str, key: str, seconds: float) -> int:
    """The status of the answer."""
    began = time.monotonic()
    try:
        with _web.open(_request("POST", f"{url}/sync/omeka", key), timeout=seconds) as answer:
            _log.info(
                "synced in %.0f s: %d %s", time.monotonic() - began, answer.status, _text(answer.read())
            )
            return answer.status
    except HTTPError as error:
        raise SyncError(f"the engine answered {error.code}: {_text(error.read())}") from None
    except (URLError, OSError) as error:
        raise SyncError(f"the engine gave no answer: {error}") from None


def _request(method: str, url: str, key: str | None = None) -> Request:
    headers = {"X-API-Key": key} if key else {}
    # The address is this program's own setting.
    return Request(url, data=b"" if key else None, headers=headers, method=method)  # noqa: S310


def _text(body: bytes) -> str:
    return body[:_SHOWN].decode(errors="replace")


def _end(engine: subprocess.Popen[bytes]) -> None:
    engine.terminate()
    try:
        engine.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        engine.kill()


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1:]))
