"""The job that checks, and the rules that every workflow keeps."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator.program import PROJECT_FOLDER
from tests.workflows.files import WORKFLOWS, workflow
from tests.workflows.workshop import Workshop

NAMES = sorted(path.stem for path in WORKFLOWS.glob("*.yml"))
JOBS = [(name, job) for name in NAMES for job in workflow(name)["jobs"]]
STEPS = [(name, job, step) for name, job in JOBS for step in workflow(name)["jobs"][job]["steps"]]
MAKEFILE = (PROJECT_FOLDER / "Makefile").read_text()


def test_the_check_runs_the_formatter_the_linters_the_types_and_the_tests(workshop: Workshop) -> None:
    tools = workshop.project / ".venv" / "bin"
    tools.unlink()
    tools.mkdir()
    for name in ("ruff", "ty", "zizmor", "python"):
        shutil.copy(workshop.programs / "pulumi", workshop.programs / name)
        (tools / name).symlink_to(workshop.programs / name)
    assert workshop.run("pull-request", "check") == 0, workshop.printed
    names = [call.line.split(" -")[0] for call in workshop.calls("ruff", "ty", "zizmor", "python")]
    assert names == ["ruff format", "ruff check .", "ty check", "zizmor", "python"]


def findings(path: Path) -> str:
    """What the linters find in a folder of workflows."""
    done = subprocess.run(
        [PROJECT_FOLDER / "tools/lint-workflows"], cwd=path, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


UNSAFE = {
    "an action by its tag": (r"@[0-9a-f]{40} # (v\S+)", r"@\1", "unpinned-uses"),
    "a token that stays": ("persist-credentials: false", "fetch-tags: false", "artipacked"),
    "a shell that runs a title": (
        "run: make comment",
        "run: echo ${{ github.event.pull_request.title }}",
        "template-injection",
    ),
    "every permission": (r"permissions: \{\}", "permissions: write-all", "excessive-permissions"),
    "a trigger that trusts forks": (r"\n  pull_request:", "\n  pull_request_target:", "dangerous-triggers"),
}


@pytest.mark.parametrize("case", UNSAFE.values(), ids=UNSAFE)
def test_the_linter_finds_what_is_unsafe(case: tuple[str, str, str], tmp_path: Path) -> None:
    before, after, finding = case
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text = (WORKFLOWS / "pull-request.yml").read_text()
    changed = re.sub(before, after, text)
    assert changed != text
    (folder / "pull-request.yml").write_text(changed)
    (tmp_path / ".venv").symlink_to(PROJECT_FOLDER / ".venv")
    (tmp_path / ".cache").symlink_to(PROJECT_FOLDER / ".cache")
    assert finding in findings(tmp_path)


def test_the_linters_find_nothing() -> None:
    assert findings(PROJECT_FOLDER) == ""


@pytest.mark.parametrize(("name", "job"), JOBS, ids=[f"{name}-{job}" for name, job in JOBS])
def test_a_job_has_a_limit_and_names_its_permissions(name: str, job: str) -> None:
    description = workflow(name)["jobs"][job]
    assert description["timeout-minutes"] <= 120
    assert workflow(name)["permissions"] == {}
    assert description["permissions"]["contents"] == "read"
    writes = {key for key, value in description["permissions"].items() if value == "write"}
    assert writes <= {"id-token", "pull-requests", "issues"}
    assert not {"id-token", "pull-requests"} <= writes, "whoever writes to GitHub has no identity at Google"


def test_every_shell_step_is_a_target_or_a_tool_of_the_project() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE))
    lines = [line for _, _, step in STEPS for line in step.get("run", "").splitlines()]
    assert len(lines) > 15
    for line in lines:
        program, word, *_ = [*line.split(), ""]
        assert (program == "make" and word in targets) or (PROJECT_FOLDER / program).is_file(), line


def test_every_action_is_pinned_to_a_commit_with_its_version_told() -> None:
    text = "".join(path.read_text() for path in WORKFLOWS.glob("*.yml"))
    uses = re.findall(r"uses: (.*)", text)
    assert [each for each in uses if not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)] == []
    assert len({each for each in uses if each.startswith("actions/checkout")}) == 1


def test_no_deployment_is_ever_cut_and_no_two_of_a_stack_run_at_once() -> None:
    groups = {job: workflow("release")["jobs"][job]["concurrency"] for job in ("dev", "prod")}
    assert groups == {job: {"group": f"deploy-{job}", "cancel-in-progress": False} for job in ("dev", "prod")}


def test_only_the_approved_job_deploys_prod() -> None:
    using: dict[str, list[tuple[str, str, Any]]] = {}
    for name, job, step in STEPS:
        if account := step.get("with", {}).get("service_account"):
            using.setdefault(account, []).append((name, job, workflow(name)["jobs"][job].get("environment")))
    assert using["${{ vars.PROD_DEPLOY_ACCOUNT }}"] == [("release", "prod", "production")]
    assert using["${{ vars.DEV_DEPLOY_ACCOUNT }}"] == [("release", "dev", None)]
    pull_request = {account for account, jobs in using.items() for name, *_ in jobs if name == "pull-request"}
    assert pull_request == {"${{ vars.DEV_PREVIEW_ACCOUNT }}"}


def test_whoever_installs_has_no_identity_yet() -> None:
    for name, job in JOBS:
        steps = workflow(name)["jobs"][job]["steps"]
        signed_in = [
            number for number, step in enumerate(steps) if "google-github-actions" in step.get("uses", "")
        ]
        installing = [number for number, step in enumerate(steps) if "make setup" in step.get("run", "")]
        assert not signed_in or installing < signed_in, (name, job)


def test_no_secret_is_a_key_of_google() -> None:
    text = "".join(path.read_text() for path in WORKFLOWS.glob("*.yml"))
    assert set(re.findall(r"secrets\.(\w+)", text)) <= {"FRONTEND_DEPLOY_HOOK"}
    assert "credentials_json" not in text
