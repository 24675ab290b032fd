"""One small text that outlives a run, kept beside the state: in its bucket, or in its folder."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Protocol

import google.auth
from google.auth.exceptions import GoogleAuthError
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload

_BUCKET, _FOLDER = "gs://", "file://"
_NOT_FOUND = 404


class NoMemoryError(Exception):
    """The place can't be read or written; the message says why and what to do."""


class Memory(Protocol):
    """Where the text is kept."""

    def read(self) -> str:
        """The text; empty where there is none."""

    def write(self, text: str) -> None:
        """Keeps a text in the place of the one before."""


class InFolder:
    """A text in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        """The text; empty where there is none."""
        return self._path.read_text() if self._path.exists() else ""

    def write(self, text: str) -> None:
        """Keeps a text in the place of the one before."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(text)


class InBucket:
    """A text in an object of a bucket."""

    def __init__(self, objects: Any, bucket: str, name: str) -> None:
        self._objects, self._bucket, self._name = objects, bucket, name

    def read(self) -> str:
        """The text; empty where there is none."""
        try:
            request = self._objects.get_media(bucket=self._bucket, object=self._name)
            return request.execute(num_retries=3).decode()
        except HttpError as error:
            if error.status_code == _NOT_FOUND:
                return ""
            raise self._refused("read", error) from None

    def write(self, text: str) -> None:
        """Keeps a text in the place of the one before."""
        content = MediaIoBaseUpload(io.BytesIO(text.encode()), mimetype="text/plain")
        try:
            self._objects.insert(bucket=self._bucket, name=self._name, media_body=content).execute(
                num_retries=3
            )
        except HttpError as error:
            raise self._refused("write", error) from None

    def _refused(self, what: str, error: HttpError) -> NoMemoryError:
        return NoMemoryError(
            f"{what} {_BUCKET}{self._bucket}/{self._name}: {error.reason} (HTTP {error.status_code})"
        )


def memory_at(backend: str, name: str, storage: Any = None) -> Memory:
    """The place beside the state that `backend` names: `gs://BUCKET` or `file://FOLDER`.

    Args:
        backend: the state's address, as Pulumi is told it.
        name: the text's name.
        storage: Google's storage API; with the caller's own credentials without one.

    Raises:
        NoMemoryError: there is no such place.
    """
    if backend.startswith(_FOLDER):
        return InFolder(Path(backend.removeprefix(_FOLDER)) / name)
    bucket = backend.removeprefix(_BUCKET).split("/", 1)[0].split("?", 1)[0]
    if not backend.startswith(_BUCKET) or not bucket:
        raise NoMemoryError(
            f"PULUMI_BACKEND_URL {backend!r} is no state's address; write gs:// and its bucket"
        )
    return InBucket((storage or _storage()).objects(), bucket, name)


def _storage() -> Any:
    try:
        credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/devstorage.read_write"])
    except GoogleAuthError:
        raise NoMemoryError("nobody is signed in; run gcloud auth application-default login") from None
    return discovery.build("storage", "v1", credentials=credentials, cache_discovery=False)
