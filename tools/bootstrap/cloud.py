"""Google's APIs, as the steps use them: read what is there, write what differs, wait until it has spread.

Owns the clients, the waiting and the wording of refusals. The clients are made from the descriptions that
Google's own library brings along, so that no request is written by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from google.api_core.exceptions import RetryError
from google.api_core.retry import Retry
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from httplib2.error import HttpLib2Error

from tools.bootstrap.errors import BootstrapError, disabled_service, refused

APIS = {
    "cloudkms": "v1",
    "cloudresourcemanager": "v3",
    "iam": "v1",
    "serviceusage": "v1",
    "storage": "v1",
}
"""The APIs that are called, each with its version."""

Answer = TypeVar("Answer")

_BUSY = (429, 500, 502, 503, 504)
_NOT_SPREAD_YET = "does not exist"
"""What IAM says, with status 400, of an account that was made a moment ago."""


class _UnfinishedError(Exception):
    """An operation that still runs."""


class Cloud:
    """Google Cloud, seen by one caller."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        endpoints: Mapping[str, str] | None = None,
        patience: float = 180,
        pause: float = 2,
    ) -> None:
        """Makes the clients on demand.

        Args:
            credentials: who calls.
            endpoints: the address of an API, where it isn't Google's own.
            patience: longest wait for a change to spread, in seconds.
            pause: first pause between two tries, in seconds.
        """
        self._credentials = credentials
        self._endpoints = endpoints or {}
        self._patience, self._pause = patience, pause
        self.api = cache(self._build)

    def read(self, what: str, request: Any) -> dict[str, Any] | None:
        """What is there; `None` if it isn't, or if its API is not enabled yet."""

        def look() -> dict[str, Any] | None:
            try:
                return request.execute(num_retries=3)
            except HttpError as error:
                if error.status_code == 404 or disabled_service(error):
                    return None
                raise

        return _answered(what, look)

    def write(self, what: str, request: Any) -> dict[str, Any]:
        """Makes a change, and tries again while an earlier one has not spread."""
        attempt = self._retrying(_is_passing)(request.execute)
        return _answered(what, attempt)

    def finish(self, what: str, operation: dict[str, Any], operations: Any) -> None:
        """Waits for a long-running operation."""

        def look() -> dict[str, Any]:
            current = operations.get(name=operation["name"]).execute(num_retries=3)
            if not current.get("done"):
                raise _UnfinishedError
            return current

        done = operation
        if not operation.get("done"):
            done = _answered(what, self._retrying(_is_unfinished)(look))
        if "error" in done:
            raise BootstrapError(f"{what}: {done['error'].get('message', 'failed')}; run this again")

    def _retrying(self, passes: Callable[[Exception], bool]) -> Retry:
        return Retry(predicate=passes, initial=self._pause, maximum=15.0, timeout=self._patience)

    def _build(self, name: str) -> Any:
        options = {"api_endpoint": self._endpoints[name]} if name in self._endpoints else None
        return discovery.build(
            name,
            APIS[name],
            credentials=self._credentials,
            client_options=options,
            static_discovery=True,
            cache_discovery=False,
        )


def _answered(what: str, call: Callable[[], Answer]) -> Answer:
    """The answer to a call; a refusal as one line."""
    try:
        return call()
    except HttpError as error:
        raise refused(what, error) from None
    except RetryError as error:
        # The time is up; the cause is what was said last.
        if isinstance(error.cause, HttpError):
            raise refused(what, error.cause) from None
        raise BootstrapError(f"{what}: is not done yet; run this again in a few minutes") from None
    except GoogleAuthError as error:
        advice = "run gcloud auth application-default login"
        raise BootstrapError(f"{what}: you are not signed in ({error}); {advice}") from None
    except (OSError, HttpLib2Error) as error:
        raise BootstrapError(f"{what}: Google can't be reached ({error}); run this again") from None


def _is_passing(error: Exception) -> bool:
    """Whether a refusal goes by itself: too many at once, or something minutes old."""
    if not isinstance(error, HttpError):
        return False
    young = error.status_code == 400 and _NOT_SPREAD_YET in str(error.reason)
    return error.status_code in (404, *_BUSY) or young or disabled_service(error) is not None


def _is_unfinished(error: Exception) -> bool:
    return isinstance(error, _UnfinishedError)
