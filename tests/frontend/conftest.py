"""A real Next.js project, with its packages installed once."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from simulator.program import PROJECT_FOLDER

_SOURCE = Path(__file__).with_name("app")
_INSTALLED = PROJECT_FOLDER / ".cache" / "frontend-app"
_LOCK = "package-lock.json"


@pytest.fixture(scope="session")
def installed() -> Path:
    """The project with its packages: kept between runs, outside git, until its lock changes."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no `npm` program on PATH")
    lock = _INSTALLED / "node_modules" / _LOCK
    if not lock.exists() or lock.read_text() != (_SOURCE / _LOCK).read_text():
        shutil.rmtree(_INSTALLED, ignore_errors=True)
        shutil.copytree(_SOURCE, _INSTALLED)
        command = [npm, "ci", "--no-audit", "--no-fund", "--fetch-retries=2", "--fetch-timeout=60000"]
        done = subprocess.run(command, cwd=_INSTALLED, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reasons = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
            pytest.skip(f"npm can't install the project: {' '.join(reasons[:2])}")
        shutil.copy(_SOURCE / _LOCK, lock)
    return _INSTALLED


@pytest.fixture
def app(installed: Path) -> Path:
    """The project as it is checked out: its packages are there, and nothing is built."""
    shutil.rmtree(installed / ".next", ignore_errors=True)
    for path in installed.glob(".env*"):
        path.unlink()
    shutil.copytree(_SOURCE, installed, dirs_exist_ok=True)
    return installed
