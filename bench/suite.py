"""What the tests of the plans cost, which are most of the suite, beside the ordinary import of the SDKs."""

from __future__ import annotations

import sys

from bench.measuring import Cost, cost
from lazy_sdk import SWITCH

_TESTS = ("tests/program", "tests/policies")


def suite_costs() -> tuple[Cost, Cost]:
    """As it is, and with the ordinary import; one run each, in one process each."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *_TESTS]
    return cost(command), cost(command, {SWITCH: "off"})
