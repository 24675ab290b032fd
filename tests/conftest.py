"""The plans of the two stacks, made once in a process, for several folders; and the order of all tests."""

from __future__ import annotations

import pytest

from simulator.in_process import Plan
from tests.program.variants import plan_of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts those that take minutes first: the other processes do the rest meanwhile, and none ends alone."""
    items.sort(key=lambda item: item.get_closest_marker("takes_minutes") is None)


@pytest.fixture(scope="session")
def dev() -> Plan:
    """The plan of stack `dev`."""
    return plan_of("dev")


@pytest.fixture(scope="session")
def prod() -> Plan:
    """The plan of stack `prod`."""
    return plan_of("prod")
