"""`make bootstrap` that fails: half-way, slowly, for want of a right, or for a word that can't be meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.program import PROJECT_FOLDER
from tests.bootstrap.answers import ANSWERS
from tests.bootstrap.google import Google
from tests.bootstrap.replies import Refusal, off
from tests.bootstrap.running import BUCKET, KEY, bootstrap, refusal
from tools.bootstrap.command import main


def test_a_run_that_failed_half_way_is_continued_by_the_next(
    google: Google, capsys: pytest.CaptureFixture[str]
) -> None:
    """At each of its writes in turn."""
    step = 0
    while True:
        broken, step = len(google.writes), step + 1
        google.fails = lambda method, _, stop=broken: (
            Refusal(400, "out of order") if _is_write(method) and len(google.writes) > stop else None
        )
        if bootstrap(google, patience=0.2) == 0:
            break
        assert "out of order" in capsys.readouterr().err
        assert len(google.writes) == broken + 1
    assert step > 10
    writes = list(google.writes)
    bootstrap(google)
    assert google.writes == writes
    assert len(set(writes)) == len(writes), "nothing is made twice"


def _is_write(method: str) -> bool:
    return method.rsplit(".", 1)[-1] not in {"get", "batchGet", "getIamPolicy", "testIamPermissions"}


def test_what_has_not_spread_yet_is_waited_for(google: Google) -> None:
    def young(method: str, call: int) -> Refusal | None:
        if method == "cloudkms.projects.locations.keyRings.create" and call < 3:
            return off("cloudkms.googleapis.com")
        if method == "cloudresourcemanager.projects.setIamPolicy" and call < 3:
            return Refusal(400, "Service account pulumi-deploy@x does not exist.")
        return Refusal(404, "not found") if method.endswith("providers.create") and call < 2 else None

    google.fails = young
    assert bootstrap(google) == 0
    assert google.calls["cloudresourcemanager.projects.setIamPolicy"] == 3


def test_what_may_not_be_done_is_one_line_with_the_roles_to_ask_for(
    google: Google, capsys: pytest.CaptureFixture[str]
) -> None:
    google.permissions -= {"storage.buckets.create", "cloudkms.keyRings.create"}
    assert refusal(google, capsys) == (
        "bootstrap: you may not prepare project acme-ai-prod; let an owner run this, or grant you "
        "roles/cloudkms.admin, roles/storage.admin"
    )
    assert google.writes == []


def test_a_refused_write_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    google.fails = lambda method, _: (
        Refusal(403, "Forbidden by organization policy.") if method == "storage.buckets.insert" else None
    )
    line = refusal(google, capsys)
    assert "create gs://acme-ai-prod-pulumi-state" in line
    assert "Forbidden by organization policy (HTTP 403)" in line


OPERATIONS = [
    ({}, "is not done yet; run this again in a few minutes"),
    ({"done": True, "error": {"message": "quota exceeded"}}, "quota exceeded; run this again"),
]


@pytest.mark.parametrize(("operation", "said"), OPERATIONS, ids=["never done", "failed"])
def test_an_operation_that_does_not_end_well_is_one_line(
    operation: dict[str, Any],
    said: str,
    google: Google,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = {"name": "operations/1", **operation}
    monkeypatch.setitem(ANSWERS, "serviceusage.operations.get", lambda _google, _request: answer)
    line = refusal(google, capsys)
    assert line.startswith("bootstrap: enable ")
    assert line.endswith(said)


def test_google_out_of_reach_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    google.port = 1
    assert "Google can't be reached" in refusal(google, capsys)


def test_a_bucket_elsewhere_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    google.things[BUCKET] = {"location": "US-EAST1"}
    assert "lies in us-east1; write REGION=us-east1, or STATE_BUCKET=" in refusal(google, capsys)


def test_a_key_that_cannot_encrypt_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap(google)
    google.things[KEY]["primary"] = {"state": "DESTROYED"}
    capsys.readouterr()
    assert "can't encrypt (purpose ENCRYPT_DECRYPT, version DESTROYED)" in refusal(google, capsys)


def test_a_project_that_is_not_there_is_one_line(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    google.enabled.clear()
    assert "gcloud services enable serviceusage.googleapis.com" in refusal(google, capsys)


WORDS = [
    (["--repository", "acme"], "repository 'acme' can't be one; write REPOSITORY=acme/ai-platform"),
    (["--project", "Acme"], "project 'Acme' can't be one; write PROJECT=acme-ai-prod"),
    (["--people", "ann@acme.com"], "people 'ann@acme.com' is nobody; write PEOPLE=group:platform@acme.com"),
    (["--people", "allUsers"], "people 'allUsers' is nobody; write PEOPLE=group:platform@acme.com"),
    (["--region", "Belgium"], "region 'Belgium' can't be one; write REGION=europe-west1"),
    (["--repository-id", "x"], "repository_id 'x' can't be one; write REPOSITORY_ID=, the number"),
]


@pytest.mark.parametrize(("words", "line"), WORDS, ids=[" ".join(each[0]) for each in WORDS])
def test_a_word_that_cannot_be_meant_is_one_line(
    words: list[str], line: str, google: Google, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(google, capsys, *words).startswith(f"bootstrap: {line}")
    assert google.calls.total() == 0


def test_without_a_stack_file_it_is_one_line(
    google: Google, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prod", "--repository", "acme/ai"], tmp_path, google.cloud()) == 1
    assert "Pulumi.yaml: is missing" in capsys.readouterr().err


def test_nobody_signed_in_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    assert main(["prod", "--repository", "acme/ai"], PROJECT_FOLDER) == 1
    assert "gcloud auth application-default login" in capsys.readouterr().err
