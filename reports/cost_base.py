"""What a stack cost before: the other side of a comparison.

Priced by the same table and the same use, so that nothing but the plan makes the difference.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from reports.planned import Planned

_FOLDER = Path(__file__).resolve().parent.parent


class BaseError(Exception):
    """There is nothing to compare with; the message says what is wrong and what to write."""


def plan_before(base: str, stack: str) -> Planned:
    """The stack's plan at `base`.

    Args:
        base: a file that `make preview FORMAT=json` wrote, or a commit, branch or tag of this repository.
        stack: the stack's name.

    Raises:
        BaseError: it is neither.
    """
    path = Path(base)
    text = path.read_text() if path.is_file() else _planned_at(base, stack)
    try:
        return Planned.read(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise BaseError(f"{base}: is no plan; write `make preview FORMAT=json` to it") from error


def _planned_at(commit: str, stack: str) -> str:
    """The plan of another commit, made in a copy of it that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="cost-base-") as folder:
        _git(f"{commit}: is neither a file nor a commit", "worktree", "add", "--detach", folder, commit)
        try:
            command = [sys.executable, "-m", "simulator.preview", stack, "--format", "json"]
            return _output(f"{commit}: has no plan of {stack}", command, Path(folder))
        finally:
            _git("git worktree", "worktree", "remove", "--force", folder)


def _git(what: str, *arguments: str) -> None:
    _output(what, ["git", *arguments], _FOLDER)


def _output(what: str, command: list[str], folder: Path) -> str:
    # The command is ours; a commit's name is one argument of it and no shell reads it.
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise BaseError(f"{what}: {reason}")
    return done.stdout
