"""The script that reads a secret, against a stand-in for the metadata server and Secret Manager."""

from __future__ import annotations

from subprocess import CompletedProcess

import pytest

from components.vm_files import secret_reader
from tests.machines.machines import FALKORDB, PASSWORD, TOKEN, Google, Host


def _fetch(google: Google, host: Host) -> CompletedProcess[str]:
    host.write(
        secret_reader(
            project=FALKORDB.project, metadata_url=google.url, secret_manager_url=google.url, retries=0
        )
    )
    return host.run("fetch-secret.sh", FALKORDB.secret, FALKORDB.version)


@pytest.mark.parametrize("value", [PASSWORD, 'with spaces, "quotes" and $signs', "ü" * 300])
def test_the_value_arrives_whole(google: Google, host: Host, value: str) -> None:
    google.give_token()
    google.give_secret(value)
    fetched = _fetch(google, host)
    assert (fetched.returncode, fetched.stdout, fetched.stderr) == (0, f"{value}\n", "")


def test_an_answer_on_one_line_is_read_too(google: Google, host: Host) -> None:
    google.give_token(f'{{"access_token":"{TOKEN}","expires_in":3599}}'.encode())
    google.give_secret(b'{"name":"x","payload":{"data":"c2VjcmV0","dataCrc32c":"1"}}')
    assert _fetch(google, host).stdout == "secret\n"


def test_it_asks_as_google_wants_to_be_asked(google: Google, host: Host) -> None:
    google.give_token()
    google.give_secret(PASSWORD)
    _fetch(google, host)
    [(_, to_metadata), (path, to_secret_manager)] = google.asked
    assert to_metadata["Metadata-Flavor"] == "Google"
    assert to_secret_manager["Authorization"] == f"Bearer {TOKEN}"
    assert path == "/projects/acme-prod/secrets/ai-prod-falkordb-password/versions/7:access"


def test_neither_token_nor_value_is_an_argument_of_a_process(google: Google, host: Host) -> None:
    google.give_token()
    google.give_secret(PASSWORD)
    _fetch(google, host)
    assert len(google.asked) == 2
    assert google.seen == set()


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_a_refused_secret_gives_nothing(google: Google, host: Host, status: int) -> None:
    google.give_token()
    google.give_secret(PASSWORD, status)
    fetched = _fetch(google, host)
    assert fetched.returncode != 0
    assert fetched.stdout == ""
    assert "ai-prod-falkordb-password version 7" in fetched.stderr


@pytest.mark.parametrize("status", [403, 404, 500])
def test_without_a_token_no_secret_is_asked_for(google: Google, host: Host, status: int) -> None:
    google.give_token(status=status)
    google.give_secret(PASSWORD)
    fetched = _fetch(google, host)
    assert fetched.returncode != 0
    assert fetched.stdout == ""
    assert len(google.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>captive portal</html>",
        {"payload": {}},
        {"payload": {"data": ""}},
        {"payload": {"data": "not base64!"}},
        {"payload": {"data": "c2VjcmV"}},
        {"error": {"code": 403, "status": "PERMISSION_DENIED"}},
    ],
    ids=["empty", "html", "no data", "empty data", "no base64", "cut off", "error with status 200"],
)
def test_an_answer_that_is_no_secret_gives_nothing(google: Google, host: Host, body: object) -> None:
    google.give_token()
    google.give_secret(body)
    fetched = _fetch(google, host)
    assert fetched.returncode != 0
    assert fetched.stdout == ""


@pytest.mark.parametrize("body", [b"", b"<html></html>", {"error": "no"}], ids=["empty", "html", "error"])
def test_an_answer_that_is_no_token_gives_nothing(google: Google, host: Host, body: object) -> None:
    google.give_token(body)
    google.give_secret(PASSWORD)
    fetched = _fetch(google, host)
    assert fetched.returncode != 0
    assert fetched.stdout == ""
