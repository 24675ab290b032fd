"""The service's secrets, read at its start from a stand-in for Secret Manager into memory."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from components.vm_service_source import Deployment
from tests.machines.machines import FILES, PASSWORD, USER_DATA, Google, Host
from tests.machines.service import ServiceHost, service_host

REVISION = "a" * 40
DEPLOYMENT = Deployment(
    revision=REVISION,
    env={"COLOUR": "blue"},
    secrets={"OPENAI_API_KEY": ("palma-openai", "3"), "PINECONE_API_KEY": ("palma-pinecone", "1")},
)


def _give(google: Google, secret: str, version: str, value: str, status: int = 200) -> None:
    data = base64.b64encode(value.encode()).decode()
    body = f'{{"payload": {{"data": "{data}"}}}}'.encode()
    google.answers[f"/projects/acme-prod/secrets/{secret}/versions/{version}:access"] = (status, body)


@pytest.fixture
def here(host: Host, google: Google) -> ServiceHost:
    service = service_host(host, google)
    google.give_token()
    _give(google, "palma-openai", "3", PASSWORD)
    _give(google, "palma-pinecone", "1", "two\nlines, 'quotes' and $signs")
    (host.root / "run/8000").mkdir()
    (host.root / "state/slots/8000.deployment").write_text(DEPLOYMENT.text() + "\n")
    return service


def _secrets(here: ServiceHost) -> Path:
    return here.root / "run/8000/secrets"


def test_each_is_a_file_that_the_service_alone_can_read(here: ServiceHost, google: Google) -> None:
    assert here.run("fetch-environment", "8000").returncode == 0
    found = {path.name: path.read_text() for path in _secrets(here).iterdir()}
    assert found == {
        "OPENAI_API_KEY": f"{PASSWORD}\n",
        "PINECONE_API_KEY": "two\nlines, 'quotes' and $signs\n",
    }
    assert {path.stat().st_mode & 0o777 for path in _secrets(here).iterdir()} == {0o400}
    assert _secrets(here).stat().st_mode & 0o777 == 0o700
    assert google.seen == set()


@pytest.mark.parametrize("status", [403, 404, 500])
def test_one_that_cannot_be_had_leaves_none_and_the_service_does_not_start(
    here: ServiceHost, google: Google, status: int
) -> None:
    assert here.run("fetch-environment", "8000").returncode == 0
    _give(google, "palma-pinecone", "1", "x", status)
    assert here.run("fetch-environment", "8000").returncode != 0
    assert not _secrets(here).exists()
    [unit] = [file.content for file in FILES["service"] if file.path.endswith("palma-ai@.service")]
    assert "\nExecStartPre=/bin/bash /etc/ai-platform/fetch-environment.sh %i\n" in unit


def test_a_service_without_one_of_its_secrets_does_not_start(here: ServiceHost) -> None:
    assert here.run("fetch-environment", "8000").returncode == 0
    _write_python(here, "env")
    (_secrets(here) / "OPENAI_API_KEY").unlink()
    assert here.run("start-service", "8000").returncode != 0


def test_the_service_gets_their_values_whole(here: ServiceHost) -> None:
    assert here.run("fetch-environment", "8000").returncode == 0
    _write_python(here, 'printf "%s|%s|%s" "$OPENAI_API_KEY" "$PINECONE_API_KEY" "$COLOUR"')
    started = here.run("start-service", "8000")
    assert started.stdout == f"{PASSWORD}|two\nlines, 'quotes' and $signs|blue"


def test_a_rotation_is_a_restart(here: ServiceHost, google: Google) -> None:
    assert here.run("fetch-environment", "8000").returncode == 0
    _give(google, "palma-openai", "4", "renewed")
    deployment = here.root / "state/slots/8000.deployment"
    deployment.write_text(deployment.read_text().replace("palma-openai 3", "palma-openai 4"))
    assert here.run("fetch-environment", "8000").returncode == 0
    assert (_secrets(here) / "OPENAI_API_KEY").read_text() == "renewed\n"


def test_they_are_in_memory_and_gone_when_the_service_is() -> None:
    [unit] = [file.content for file in FILES["service"] if file.path.endswith("palma-ai@.service")]
    assert "\nRuntimeDirectory=palma-ai/%i\nRuntimeDirectoryMode=0700\n" in unit
    [fetch] = [file.content for file in FILES["service"] if file.path.endswith("fetch-environment.sh")]
    assert 'secrets=/run/palma-ai/"$port"/secrets' in fetch


def test_a_deployment_names_them_and_tells_no_value() -> None:
    assert DEPLOYMENT.text().splitlines() == [
        f"revision {REVISION}",
        "env COLOUR blue",
        "secret OPENAI_API_KEY palma-openai 3",
        "secret PINECONE_API_KEY palma-pinecone 1",
    ]
    assert "OPENAI" not in USER_DATA["service"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"revision": "main"}, "git rev-parse HEAD"),
        ({"revision": REVISION[:12]}, "is not exact"),
        ({"env": {"A-B": "x"}}, "'A-B' can't be a variable"),
        ({"env": {"PATH": "/tmp"}}, "'PATH' can't be a variable"),
        ({"env": {"A": "x\nrevision y"}}, "env A: write one line"),
        ({"env": {"A": "x"}, "secrets": {"A": ("s", "1")}}, "A: plain and secret"),
    ],
)
def test_a_deployment_that_cannot_be_says_what_to_write(wrong: dict[str, object], message: str) -> None:
    given: dict[str, object] = {"revision": REVISION, **wrong}
    with pytest.raises(ValueError, match=message):
        Deployment(**given)  # ty: ignore[invalid-argument-type]


def _write_python(here: ServiceHost, body: str) -> None:
    python = here.root / "state/slots/8000/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/bash\n{body}\n")
    python.chmod(0o755)
