"""`make frontend-bundle`: Next.js itself, building a real project against a stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.in_process import Plan
from tools.frontend_bundle import main


@pytest.fixture(autouse=True)
def _as_in_a_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXT_TELEMETRY_DISABLED", "1")
    monkeypatch.setenv("CI", "true")


def planned(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> str:
    """Makes it the plan that is asked for; its API's address."""
    monkeypatch.setattr("simulator.program.plan_stack", lambda _: plan)
    return plan.outputs["axis_api_url"]


def test_the_built_javascript_holds_the_apis_address(
    app: Path, prod: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = planned(prod, monkeypatch)
    assert main(["prod", str(app), "--from", "plan"]) == 0, capsys.readouterr().err
    scripts = "".join(path.read_text() for path in (app / ".next/static").rglob("*.js"))
    assert address in scripts
    assert "process.env.NEXT_PUBLIC_API_URL" not in scripts
    assert "holds NEXT_PUBLIC_API_URL" in capsys.readouterr().out


def test_a_frontend_that_never_reads_the_address_is_refused(
    app: Path, prod: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its build is green, and it would ask nobody."""
    planned(prod, monkeypatch)
    page = app / "app/page.js"
    page.write_text(page.read_text().replace("NEXT_PUBLIC_API_URL", "API_URL"))
    assert main(["prod", str(app), "--from", "plan"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"frontend-bundle: {app}: the built JavaScript holds no NEXT_PUBLIC_API_URL; "
        "read process.env.NEXT_PUBLIC_API_URL in a page"
    )


def test_a_build_that_fails_is_one_line(
    tmp_path: Path, prod: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(prod, monkeypatch)
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "npm").write_text('#!/bin/sh\necho "$@" >>calls\n[ "$1" = ci ]\n')
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert main(["prod", str(tmp_path), "--from", "plan"]) == 1
    assert capsys.readouterr().err == "frontend-bundle: npm run failed with status 1; see above\n"
    assert (tmp_path / "calls").read_text() == "ci --no-audit --no-fund\nrun build\n"


def test_a_folder_without_a_frontend_is_one_line(
    tmp_path: Path, prod: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(prod, monkeypatch)
    assert main(["prod", str(tmp_path), "--from", "plan"]) == 1
    assert capsys.readouterr().err == (
        f"frontend-bundle: {tmp_path}: has no package.json; write FOLDER= and the frontend's folder\n"
    )


def test_a_target_that_is_none_is_one_line(
    tmp_path: Path, prod: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(prod, monkeypatch)
    assert main(["prod", str(tmp_path), "--from", "plan", "--target", "staging"]) == 1
    assert "target 'staging' is none; write TARGET= and one of" in capsys.readouterr().err
