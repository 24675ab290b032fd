"""What a plan costs a month, resource by resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from reports.cost_cluster import CLUSTER
from reports.cost_free import FREE, UNPRICED
from reports.cost_google import GOOGLE
from reports.cost_parts import Part, Setting
from reports.planned import Item, Planned
from reports.prices import NotPricedError, PriceTable
from reports.usage import Usage

RULES = {**GOOGLE, **CLUSTER}
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One charge.

    Attributes:
        resource: the resource's name.
        type: its type token.
        system: the system that it belongs to.
        what: what is charged.
        monthly: US dollars a month.
        key: the price's name in the table.
        elsewhere: the region whose price stands for that of the resource's own; empty where it is its own.
    """

    resource: str
    type: str
    system: str
    what: str
    monthly: float
    key: str
    elsewhere: str


@dataclass(frozen=True, kw_only=True)
class Unpriced:
    """A resource without a price.

    Attributes:
        resource: its name.
        type: its type token.
        system: the system that it belongs to.
        why: why there is none.
    """

    resource: str
    type: str
    system: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a stack costs.

    Attributes:
        stack: the stack's name.
        lines: every charge.
        unpriced: every resource that is charged and has no price here.
        free: how many resources cost nothing.
    """

    stack: str
    lines: tuple[Line, ...]
    unpriced: tuple[Unpriced, ...]
    free: int

    @property
    def total(self) -> float:
        """US dollars a month."""
        return sum(line.monthly for line in self.lines)

    @property
    def by_system(self) -> dict[str, float]:
        """US dollars a month of each system, the dearest first."""
        return _sums((line.system, line.monthly) for line in self.lines)

    @property
    def by_resource(self) -> dict[tuple[str, str, str], float]:
        """US dollars a month by system, type and name of each resource."""
        return _sums(((line.system, line.type, line.resource), line.monthly) for line in self.lines)


def estimate(planned: Planned, usage: Usage, prices: PriceTable) -> Estimate:
    """What a plan costs a month at list prices."""
    lines, unpriced, free = [], [], 0
    setting = Setting(planned, usage)
    for item in planned.items:
        if not item.custom:
            continue
        if item.type in FREE:
            free += 1
            continue
        try:
            lines += _lines(item, setting, prices)
        except NotPricedError as missing:
            system = planned.system(item)
            unpriced.append(Unpriced(resource=item.name, type=item.type, system=system, why=str(missing)))
    return Estimate(stack=planned.stack, lines=tuple(lines), unpriced=tuple(unpriced), free=free)


def _lines(item: Item, setting: Setting, prices: PriceTable) -> list[Line]:
    if item.type not in RULES:
        raise NotPricedError(UNPRICED.get(item.type, "nothing is known of what this type costs"))
    return [_line(item, part, setting, prices) for part in RULES[item.type](item, setting)]


def _line(item: Item, part: Part, setting: Setting, prices: PriceTable) -> Line:
    price = prices.price(part.key, setting.planned.region_of(item))
    return Line(
        resource=item.name,
        type=item.type,
        system=setting.planned.system(item),
        what=part.what,
        monthly=round(part.quantity * price.value, 4),
        key=part.key,
        elsewhere=price.region if price.elsewhere else "",
    )


def _sums(amounts: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    found: dict[Key, float] = defaultdict(float)
    for key, amount in amounts:
        found[key] += amount
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], str(entry[0]))))
