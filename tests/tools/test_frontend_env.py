"""`make frontend-env`: one dotenv file a target, from the deployed stack or from the plan."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from simulator.in_process import Plan, PlanRefused
from tests.program.variants import plan_of
from tools import frontend_env
from tools.frontend_env import main

VARIABLES = {
    "production": {"NEXT_PUBLIC_API_URL": "https://api.acme.com", "NEXT_PUBLIC_A": "1"},
    "preview": {"NEXT_PUBLIC_API_URL": "https://api.acme.com"},
}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put_pulumi_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int = 0) -> Path:
    """A stand-in for the `pulumi` program that writes down how it was called."""
    programs, calls = folder / "bin", folder / "calls"
    programs.mkdir()
    (folder / "answer").write_text(answer)
    program = programs / "pulumi"
    stream = "" if status == 0 else ">&2"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{calls}"\ncat "{folder}/answer" {stream}\nexit {status}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return calls


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line of a refusal."""
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    return line.removeprefix("frontend-env: ")


def test_the_deployed_stack_is_asked_for_its_output_and_a_file_is_written_for_each_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = put_pulumi_on_path(tmp_path, monkeypatch, json.dumps(VARIABLES))
    assert main(["prod"]) == 0
    assert calls.read_text() == "stack output --json --stack prod axis_frontend_env\n"
    assert capsys.readouterr().out == ".env.prod.preview\n.env.prod.production\n"
    text = (tmp_path / ".env.prod.production").read_text()
    assert text == "NEXT_PUBLIC_A=1\nNEXT_PUBLIC_API_URL=https://api.acme.com\n"


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_plan_gives_the_same_address_as_the_stack_will_have(
    stack: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address follows from the settings, so a build need not wait for a deployment."""
    plan: Plan = request.getfixturevalue(stack)
    monkeypatch.setattr("simulator.program.plan_stack", lambda _: plan)
    monkeypatch.setenv("PATH", "")
    assert main([stack, "--from", "plan"]) == 0
    for target in ("production", "preview", "development"):
        text = (tmp_path / f".env.{stack}.{target}").read_text()
        assert text == f"NEXT_PUBLIC_API_URL={plan.outputs['axis_api_url']}\n"


def test_a_file_that_is_right_already_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build tool that watches it would build again."""
    put_pulumi_on_path(tmp_path, monkeypatch, json.dumps(VARIABLES))
    assert main(["prod"]) == 0
    path = tmp_path / ".env.prod.preview"
    os.utime(path, (1, 1))
    assert main(["prod"]) == 0
    assert path.stat().st_mtime == 1
    path.write_text("NEXT_PUBLIC_API_URL=https://old\n")
    assert main(["prod"]) == 0
    assert path.read_text() == "NEXT_PUBLIC_API_URL=https://api.acme.com\n"


def test_without_the_pulumi_program_one_line_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert refusal(capsys, "prod") == "no `pulumi` program on PATH; install it, or write FROM=plan"


def test_a_stack_that_is_not_deployed_is_one_line_with_pulumis_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_pulumi_on_path(
        tmp_path, monkeypatch, "warning: old\nerror: no stack named 'prod' found\n", status=255
    )
    line = refusal(capsys, "prod")
    assert "error: no stack named 'prod' found" in line
    assert line.endswith("bring it up, or write FROM=plan")
    assert not list(tmp_path.glob(".env*"))


ANSWERS = [
    ("no JSON", "hello"),
    ("a text", '"https://api.acme.com"'),
    ("nothing", "null"),
    ("a hidden value", '"[secret]"'),
    ("targets without variables", '{"production": "x"}'),
]


@pytest.mark.parametrize("answer", [each[1] for each in ANSWERS], ids=[each[0] for each in ANSWERS])
def test_an_answer_of_another_form_is_one_line_and_writes_nothing(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_pulumi_on_path(tmp_path, monkeypatch, answer)
    assert "axis_frontend_env" in refusal(capsys, "prod")
    assert not list(tmp_path.glob(".env*"))


def test_a_plan_of_an_unknown_stack_is_one_line_that_names_the_stacks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = refusal(capsys, "nowhere", "--from", "plan")
    assert line == "Pulumi.nowhere.yaml: is missing; write STACK=dev or STACK=prod, or add the file"


def test_a_plan_that_is_refused_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: str) -> Plan:
        raise PlanRefused(["Pulumi.dev.yaml: ai-platform:project: is missing; write it"])

    monkeypatch.setattr("simulator.program.plan_stack", refuse)
    assert refusal(capsys, "dev", "--from", "plan").startswith("Pulumi.dev.yaml: ai-platform:project")


def test_a_stack_without_axis_has_nothing_for_a_frontend(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simulator.program.plan_stack", lambda _: plan_of("palma_ai alone"))
    assert "axis_frontend_env" in refusal(capsys, "dev", "--from", "plan")


def test_the_output_that_it_reads_is_one_of_the_program(dev: Plan) -> None:
    assert frontend_env.OUTPUT in dev.outputs
