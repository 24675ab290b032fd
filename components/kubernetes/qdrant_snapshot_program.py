"""Saves every collection of a Qdrant to a bucket: a program of its own, in Python's standard library alone.

Owns one run: a snapshot of each collection is made, read, sent on and deleted again, and lies
neither in this program's memory nor on its disk. An object has its collection's name; the bucket keeps the
versions before it.

A snapshot that does not have the checksum that Qdrant tells never becomes an object: its last piece is held
back until the sum is known, and an upload that ends before its announced length leaves nothing behind.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

_log = logging.getLogger("qdrant-snapshots")
_PIECE = 1 << 20
_LONG_SECONDS, _SHORT_SECONDS = 3600.0, 30.0
_FORGOTTEN = timedelta(days=1)
_web = build_opener(ProxyHandler({}))


class SnapshotError(Exception):
    """A collection could not be saved; the message says why."""


class Qdrant:
    """The database, by its REST API."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._headers = url.rstrip("/"), {"api-key": key}

    def collections(self) -> list[str]:
        """Their names."""
        return sorted(each["name"] for each in self._ask("GET", "/collections")["collections"])

    def create(self, collection: str) -> dict[str, Any]:
        """A new snapshot's `name`, `size` and, of newer versions, `checksum`."""
        return self._ask("POST", f"{_snapshots(collection)}?wait=true", seconds=_LONG_SECONDS)

    def open(self, collection: str, snapshot: str) -> IO[bytes]:
        """The snapshot's bytes."""
        return self._open("GET", f"{_snapshots(collection)}/{quote(snapshot, safe='')}", _LONG_SECONDS)

    def delete(self, collection: str, snapshot: str) -> None:
        """Removes a snapshot from Qdrant's own disk."""
        self._ask("DELETE", f"{_snapshots(collection)}/{quote(snapshot, safe='')}?wait=true")

    def forgotten(self, collection: str) -> Iterator[str]:
        """Snapshots that a run which was stopped left behind; today's may be somebody's who restores."""
        for each in self._ask("GET", _snapshots(collection)):
            # In UTC without saying so, and not always told.
            told = each.get("creation_time")
            if told and datetime.now(UTC) - datetime.fromisoformat(told).replace(tzinfo=UTC) > _FORGOTTEN:
                yield each["name"]

    def _ask(self, method: str, path: str, seconds: float = _SHORT_SECONDS) -> Any:
        with self._open(method, path, seconds) as answer:
            return json.load(answer)["result"]

    def _open(self, method: str, path: str, seconds: float) -> IO[bytes]:
        return _web.open(_request(method, self._url + path, self._headers), timeout=seconds)


class Bucket:
    """A bucket of Cloud Storage, as the pod's own identity may use it."""

    def __init__(self, name: str, storage_url: str, metadata_url: str, tries: int = 15) -> None:
        self._name, self._storage, self._metadata, self._tries = name, storage_url, metadata_url, tries

    def write(self, name: str, pieces: Iterable[bytes], size: int, described: Mapping[str, str]) -> str:
        """Writes an object of `size` bytes; the MD5 of what arrived, in hexadecimal."""
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        where = f"{self._storage}/upload/storage/v1/b/{self._name}/o?" + urlencode(
            {"uploadType": "resumable", "name": name}
        )
        about = json.dumps({"contentType": "application/x-tar", "metadata": described}).encode()
        begin = _request("POST", where, headers, about)
        with _web.open(begin, timeout=_SHORT_SECONDS) as begun:
            session = begun.headers["Location"]
        # Pieces without a length would be sent in chunks, which Cloud Storage takes at any length.
        put = _request("PUT", session, {"Content-Length": str(size)}, pieces)
        with _web.open(put, timeout=_LONG_SECONDS) as written:
            return base64.b64decode(json.load(written)["md5Hash"]).hex()

    def _token(self) -> str:
        """The identity's token; the metadata server refuses in the first seconds of a pod."""
        path = "/computeMetadata/v1/instance/service-accounts/default/token"
        asked = _request("GET", self._metadata + path, {"Metadata-Flavor": "Google"})
        for left in reversed(range(self._tries)):
            try:
                with _web.open(asked, timeout=_SHORT_SECONDS) as answer:
                    return json.load(answer)["access_token"]
            except OSError:
                if not left:
                    raise
                time.sleep(1)
        raise AssertionError("tries must be above 0")


class Checked:
    """Pieces on their way, counted and summed; the last one only once all of them are right."""

    def __init__(self, source: IO[bytes], size: int, checksum: str | None) -> None:
        self._source, self._size, self._checksum = source, size, checksum
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)

    def __iter__(self) -> Iterator[bytes]:
        held, count = b"", 0
        while piece := self._source.read(_PIECE):
            self._sha256.update(piece)
            self._md5.update(piece)
            count += len(piece)
            if held:
                yield held
            held = piece
        if count != self._size:
            raise SnapshotError(f"{count} bytes came of {self._size}")
        if self._checksum and self._sha256.hexdigest() != self._checksum:
            raise SnapshotError("what came does not have the checksum that Qdrant told")
        yield held

    def arrived_as(self, md5: str) -> bool:
        """Whether an object with this MD5 holds the same bytes."""
        return self._md5.hexdigest() == md5


def save(qdrant: Qdrant, bucket: Bucket, collection: str) -> int:
    """Saves one collection; the snapshot's size in bytes.

    Raises:
        SnapshotError: it did not arrive as it is.
        OSError: a server can't be reached, or refuses.
    """
    for left in list(qdrant.forgotten(collection)):
        qdrant.delete(collection, left)
    snapshot = qdrant.create(collection)
    try:
        with qdrant.open(collection, snapshot["name"]) as source:
            checked = Checked(source, snapshot["size"], snapshot.get("checksum"))
            described = {"snapshot": snapshot["name"], "sha256": snapshot.get("checksum") or ""}
            md5 = bucket.write(f"{collection}.snapshot", checked, snapshot["size"], described)
    finally:
        qdrant.delete(collection, snapshot["name"])
    if not checked.arrived_as(md5):
        raise SnapshotError("the bucket holds other bytes than were sent; use an older version")
    return snapshot["size"]


def main(variables: Mapping[str, str]) -> str | None:
    """Saves all; what to exit with where any could not be saved, which goes to the standard error alone."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    qdrant = Qdrant(variables["QDRANT_URL"], variables["QDRANT_API_KEY"])
    bucket = Bucket(
        variables["BUCKET"],
        variables.get("STORAGE_URL", "https://storage.googleapis.com"),
        variables.get("METADATA_URL", "http://metadata.google.internal"),
    )
    failed: list[str] = []
    for collection in qdrant.collections():
        began = time.monotonic()
        try:
            size = save(qdrant, bucket, collection)
        except (SnapshotError, HTTPException, OSError) as error:
            failed.append(collection)
            _log.warning("%s: not saved: %s", collection, error)
        else:
            _log.info("%s: saved %.1f MB in %.1f s", collection, size / 1e6, time.monotonic() - began)
    return f"not saved: {', '.join(failed)}" if failed else None


def _request(
    method: str, url: str, headers: Mapping[str, str], data: bytes | Iterable[bytes] | None = None
) -> Request:
    # The addresses are this program's own settings.
    return Request(url, data=data, headers=dict(headers), method=method)  # noqa: S310


def _snapshots(collection: str) -> str:
    return f"/collections/{quote(collection, safe='')}/snapshots"


if __name__ == "__main__":
    sys.exit(main(os.environ))
