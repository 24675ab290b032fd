"""`make frontend-build`: a changed address is a new build, an unchanged one is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.frontend.hook import Builder, building
from tools.frontend_build import main

FIRST, SECOND = "https://api.acme.com", "https://api2.acme.com"


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Builder]:
    """A builder whose address the environment names."""
    with building() as builder:
        monkeypatch.setenv("FRONTEND_DEPLOY_HOOK", builder.address)
        yield builder


@pytest.fixture(autouse=True)
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a stand-in for `pulumi` answers; the state is beside it."""
    programs, answer = tmp_path / "bin", tmp_path / "answer"
    programs.mkdir()
    (programs / "pulumi").write_text(f'#!/bin/sh\ncat "{answer}"\n')
    (programs / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/state")
    deployed(answer, FIRST)
    return answer


def deployed(answer: Path, address: str) -> None:
    """The stack is up, with the API at an address."""
    answer.write_text(json.dumps({"production": {"NEXT_PUBLIC_API_URL": address}}))


def test_the_first_address_is_a_build_and_the_same_again_is_none(
    builder: Builder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [main(["prod"]) for _ in range(3)] == [0, 0, 0]
    assert builder.orders == 1
    said = capsys.readouterr().out.splitlines()
    assert said == ["changed: a build is ordered", "unchanged: no build", "unchanged: no build"]


def test_a_changed_address_is_a_new_build(builder: Builder, pulumi: Path) -> None:
    main(["prod"])
    deployed(pulumi, SECOND)
    main(["prod"])
    main(["prod"])
    assert builder.orders == 2
    deployed(pulumi, FIRST)
    main(["prod"])
    assert builder.orders == 3, "an address that was there before is a change too"


def test_each_stack_has_a_build_of_its_own(builder: Builder) -> None:
    main(["prod"])
    main(["dev"])
    assert builder.orders == 2


def test_an_order_that_failed_is_given_again(builder: Builder, capsys: pytest.CaptureFixture[str]) -> None:
    builder.status = 503
    assert main(["prod"]) == 1
    line = capsys.readouterr().err
    assert line.startswith("frontend-build: the deploy hook answered 503;")
    assert builder.address not in line, "whoever knows it may build"
    builder.status = 201
    assert main(["prod"]) == 0
    assert builder.orders == 2
    main(["prod"])
    assert builder.orders == 2


def test_a_builder_that_is_gone_is_one_line_without_its_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FRONTEND_DEPLOY_HOOK", "http://127.0.0.1:1/secret-hook")
    assert main(["prod"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "can't be reached" in line
    assert "secret-hook" not in line


def test_without_a_hook_a_changed_address_is_told_and_an_unchanged_one_needs_none(
    builder: Builder, pulumi: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["prod"])
    assert builder.orders == 1
    monkeypatch.delenv("FRONTEND_DEPLOY_HOOK")
    assert main(["prod"]) == 0
    deployed(pulumi, SECOND)
    assert main(["prod"]) == 1
    assert "write FRONTEND_DEPLOY_HOOK= and its deploy hook's address" in capsys.readouterr().err


@pytest.mark.parametrize("backend", ["", "https://api.pulumi.com", "gs://"])
def test_a_state_that_is_nowhere_is_one_line(
    backend: str,
    builder: Builder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", backend)
    assert main(["prod"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"frontend-build: PULUMI_BACKEND_URL {backend!r} is no state's address; write gs:// and its bucket"
    )
    assert builder.orders == 0
