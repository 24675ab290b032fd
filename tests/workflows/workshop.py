"""A workflow's jobs, run here: the real shell steps in a copy of the project, with stand-ins for the rest.

Owns what GitHub would do around the steps: the environment, the expressions in it, and the artefacts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.program import PROJECT_FOLDER
from tests.workflows.files import context_of, evaluated, holds, workflow

PROGRAMS = ("pulumi", "gcloud", "docker", "gh", "go")
_STAND_IN = Path(__file__).with_name("stand_in.py")


@dataclass(frozen=True, kw_only=True)
class Call:
    """How a program was called."""

    name: str
    words: list[str]
    stdin: str
    env: dict[str, str]
    config: str

    @property
    def line(self) -> str:
        """The call as one would type it."""
        return " ".join([self.name, *self.words])


class Workshop:
    """A copy of the project, a folder of stand-ins, and GitHub's artefacts."""

    def __init__(self, folder: Path) -> None:
        self.project, self.programs = folder / "project", folder / "programs"
        self._artefacts, self.summary = folder / "artefacts", folder / "summary.md"
        _copy_project(self.project)
        self.programs.mkdir()
        for name in PROGRAMS:
            _install(self.programs / name)
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.printed = ""

    def run(self, name: str, job: str, context: Mapping[str, str] | None = None) -> int:
        """Runs a job's steps; the status of the first that fails, or 0."""
        (self.programs / "answers.json").write_text(json.dumps(self.answers))
        shutil.rmtree(self.project / "delivery", ignore_errors=True)
        description = workflow(name)["jobs"][job]
        known = context_of(context or {})
        for step in description["steps"]:
            if not holds(step.get("if", ""), known):
                continue
            environment = {**description.get("env", {}), **step.get("env", {})}
            values = {key: evaluated(str(value), known) for key, value in environment.items()}
            if status := self._step(step, values, known):
                return status
        return 0

    def calls(self, *names: str) -> list[Call]:
        """How the stand-ins were called."""
        path = self.programs / "calls.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        calls = [Call(**json.loads(line)) for line in lines]
        return [call for call in calls if not names or call.name in names]

    def forget(self) -> None:
        """Forgets the calls so far."""
        (self.programs / "calls.jsonl").unlink(missing_ok=True)

    def git(self, *words: str) -> str:
        """Runs git in the project."""
        return _git(self.project, *words)

    def artefact(self, name: str) -> Path:
        """An artefact's folder."""
        return self._artefacts / name

    def _step(self, step: dict[str, Any], env: dict[str, str], known: Mapping[str, str]) -> int:
        if "run" in step:
            return self._shell(step["run"], env)
        words = {key: evaluated(str(value), known) for key, value in step.get("with", {}).items()}
        match step["uses"].split("@")[0]:
            case "actions/upload-artifact":
                self._upload(words)
            case "actions/download-artifact":
                self._download(words)
        return 0

    def _shell(self, script: str, env: dict[str, str]) -> int:
        own = {
            **{key: value for key, value in os.environ.items() if key in {"HOME", "LANG", "USER"}},
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_REPOSITORY": "acme/ai",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "CI": "true",
            **env,
        }
        # As GitHub runs it.
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        done = subprocess.run(command, cwd=self.project, env=own, capture_output=True, text=True, check=False)
        self.printed += done.stdout + done.stderr
        return done.returncode

    def _upload(self, words: dict[str, str]) -> None:
        found = sorted(self.project.glob(words["path"]))
        assert found, f"no file at {words['path']}"
        folder = self.artefact(words["name"])
        folder.mkdir(parents=True, exist_ok=True)
        for path in found:
            (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / path.name)

    def _download(self, words: dict[str, str]) -> None:
        target = self.project / words["path"]
        target.mkdir(parents=True, exist_ok=True)
        if "pattern" in words:
            for folder in sorted(self._artefacts.glob(words["pattern"])):
                shutil.copytree(folder, target / folder.name)
        else:
            shutil.copytree(self.artefact(words["name"]), target, dirs_exist_ok=True)


def _copy_project(folder: Path) -> None:
    """The project with a history of one commit, and the virtual environment that is there."""
    listed = _git(PROJECT_FOLDER, "ls-files", "-co", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        source = PROJECT_FOLDER / name
        if source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "config", "user.email", "ann@acme.com")
    _git(folder, "config", "user.name", "Ann")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "Start")
    # What is installed already is newer than what it was installed from.
    for mark in (".installed", ".installed-dev"):
        (folder / ".venv" / mark).touch()


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def _install(path: Path) -> None:
    path.write_text(f"#!{sys.executable}\n{_STAND_IN.read_text()}")
    path.chmod(0o755)
