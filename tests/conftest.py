"""What tests of several folders look at: the plans of the two stacks, made once in a run."""

from __future__ import annotations

import pytest

from simulator.in_process import Plan
from tests.program.variants import plan_of


@pytest.fixture(scope="session")
def dev() -> Plan:
    """The plan of stack `dev`."""
    return plan_of("dev")


@pytest.fixture(scope="session")
def prod() -> Plan:
    """The plan of stack `prod`."""
    return plan_of("prod")
