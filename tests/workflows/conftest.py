"""A workshop for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A copy of the project with stand-ins for everything that needs an account."""
    return Workshop(tmp_path)
