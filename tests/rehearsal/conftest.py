from __future__ import annotations

import pytest

from simulator.engine import NoEngineError, pulumi_program


@pytest.fixture(autouse=True, scope="session")
def _engine() -> None:
    """Every test here needs the `pulumi` program."""
    try:
        pulumi_program()
    except NoEngineError as reason:
        pytest.skip(str(reason))
