"""What a resource is charged for: parts with a quantity, and the sizes that they are read from."""

from __future__ import annotations

from dataclasses import dataclass

from reports.planned import Planned
from reports.usage import Usage

_UNITS = {
    "Ki": 2**-20,
    "Mi": 2**-10,
    "Gi": 1.0,
    "Ti": 2.0**10,
    "K": 1e3 / 2**30,
    "M": 1e6 / 2**30,
    "G": 1e9 / 2**30,
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing that is charged.

    Attributes:
        what: what it is.
        quantity: how many units a month.
        key: the price's name in the table.
    """

    what: str
    quantity: float
    key: str


@dataclass(frozen=True)
class Setting:
    """What a rule may look at beside the resource.

    Attributes:
        planned: the whole plan.
        usage: how much it is used.
    """

    planned: Planned
    usage: Usage


def cpus(quantity: object) -> float:
    """CPUs of a Kubernetes quantity: `2`, `500m`."""
    text = str(quantity)
    return float(text.removesuffix("m")) / 1000 if text.endswith("m") else float(text)


def gibibytes(quantity: object) -> float:
    """Gibibytes of a Kubernetes quantity: `512Mi`, `4Gi`, `1G`."""
    text = str(quantity)
    for unit, factor in _UNITS.items():
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return float(text) / 2**30
