"""The programs that the steps call: found on PATH, their failure told in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.delivery.files import DeliveryError

_ADVICE = {
    "docker": "install Docker",
    "gcloud": "install the gcloud CLI",
    "gh": "install the GitHub CLI",
    "git": "install git",
    "npm": "install Node.js",
    "pulumi": "run tools/install-pulumi",
}


def answer(*command: str, stdin: str | None = None, folder: Path | None = None) -> str:
    """What a program prints."""
    done = _run(command, stdin=stdin, folder=folder, capture=True)
    if done.returncode != 0:
        raise failure(command, done.stderr)
    return done.stdout


def attempt(*command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a program prints and how it ends, for the caller to judge."""
    return _run(command, stdin=None, folder=folder, capture=True)


def show(*command: str, folder: Path | None = None) -> None:
    """Runs a program whose output people follow."""
    done = _run(command, stdin=None, folder=folder, capture=False)
    if done.returncode != 0:
        raise DeliveryError(f"{' '.join(command[:2])} failed with status {done.returncode}; see above")


def current_commit() -> str:
    """The commit that is checked out."""
    return answer("git", "rev-parse", "HEAD").strip()


def failure(command: Sequence[str], text: str) -> DeliveryError:
    """A program's failure, with the last thing it said."""
    reason = (text.strip().splitlines() or ["no reason given"])[-1]
    return DeliveryError(f"{' '.join(command[:2])} failed: {reason}")


def _run(
    command: Sequence[str], *, stdin: str | None, folder: Path | None, capture: bool
) -> subprocess.CompletedProcess[str]:
    name = command[0]
    program = shutil.which(name)
    if program is None:
        raise DeliveryError(f"no `{name}` program on PATH; {_ADVICE.get(name, 'install it')}")
    return subprocess.run(  # noqa: S603 - words of this project, no shell
        [program, *command[1:]],
        input=stdin,
        cwd=folder,
        capture_output=capture,
        text=True,
        check=False,
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
    )
