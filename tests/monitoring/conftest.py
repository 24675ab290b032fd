from __future__ import annotations

import shutil

import pytest


@pytest.fixture(autouse=True, scope="session")
def _prometheus() -> None:
    """Every test here runs the real programs."""
    for program in ("prometheus", "promtool"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed; `apt-get install prometheus` brings it")
