"""An estimate for people, for a pull request's comment, and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from reports.cost_estimate import Estimate, Line
from reports.prices import PriceTable
from reports.usage import Usage

_CENT = 0.005


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is told.

    Attributes:
        now: the estimate.
        before: what it is compared with, if anything.
        usage: what was assumed.
        prices: the table.
    """

    now: Estimate
    before: Estimate | None
    usage: Usage
    prices: PriceTable

    @property
    def changes(self) -> list[tuple[tuple[str, str, str], float, float]]:
        """System, type and name of each resource whose cost changes, with the cost before and now."""
        if self.before is None:
            return []
        old, new = self.before.by_resource, self.now.by_resource
        pairs = [(key, old.get(key, 0.0), new.get(key, 0.0)) for key in sorted(old.keys() | new.keys())]
        changed = [pair for pair in pairs if abs(pair[2] - pair[1]) >= _CENT]
        return sorted(changed, key=lambda pair: -abs(pair[2] - pair[1]))


def as_text(report: Report) -> str:
    """The estimate by system and resource."""
    now = report.now
    return "\n".join(
        [
            f"Monthly list cost of stack {now.stack}: {now.total:.2f} USD",
            *_compared(report),
            "",
            *_systems(now),
            "Not priced",
            *(f"  {one.resource} ({one.type}): {one.why}" for one in now.unpriced),
            f"\n{now.free} resources cost nothing by themselves.",
            "",
            *_grounds(report),
        ]
    )


def as_markdown(report: Report) -> str:
    """The estimate as a pull request's comment shows it."""
    now, before = report.now, report.before
    headline = f"**{now.total:.2f} USD a month** for `{now.stack}` at list prices"
    if before is not None:
        headline += f", {_signed(now.total - before.total)} by this change"
    rows = [f"| {name} | {_columns(name, report)} |" for name in _names(report)]
    head = "| System | Before | Now | Change |" if before is not None else "| System | USD a month |"
    rule = "|---|--:|--:|--:|" if before is not None else "|---|--:|"
    return "\n".join([headline, "", head, rule, *rows, "", *_changed_rows(report), *_footnotes(report), ""])


def as_json(report: Report) -> dict[str, Any]:
    """Everything, for a program."""
    now, before = report.now, report.before
    return {
        "stack": now.stack,
        "currency": report.prices.content["currency"],
        "prices_read": report.prices.read,
        "total": round(now.total, 2),
        "before": None if before is None else round(before.total, 2),
        "systems": {name: round(amount, 2) for name, amount in now.by_system.items()},
        "lines": [asdict(line) for line in now.lines],
        "unpriced": [asdict(one) for one in now.unpriced],
        "free": now.free,
        "usage": asdict(report.usage),
        "changes": [
            {"system": system, "type": type_, "resource": name, "before": round(old, 2), "now": round(new, 2)}
            for (system, type_, name), old, new in report.changes
        ],
    }


def _compared(report: Report) -> Iterator[str]:
    if report.before is None:
        return
    difference = report.now.total - report.before.total
    yield f"Before: {report.before.total:.2f} USD; the change makes {_signed(difference)} USD"
    for (system, _, name), old, new in report.changes:
        yield f"  {_signed(new - old):>10}  {system}: {name}"


def _systems(estimate: Estimate) -> Iterator[str]:
    for system, amount in estimate.by_system.items():
        yield f"{system}: {amount:.2f} USD"
        resources = [(key, cost) for key, cost in estimate.by_resource.items() if key[0] == system]
        for (_, type_, name), cost in resources:
            yield f"  {cost:>9.2f}  {name}  ({type_})"
            lines = [line for line in estimate.lines if _is_of(line, system, type_, name)]
            if len(lines) > 1 or lines[0].elsewhere:
                yield from (f"{line.monthly:>20.2f}  {line.what}{_elsewhere(line)}" for line in lines)
        yield ""


def _is_of(line: Line, system: str, type_: str, name: str) -> bool:
    return (line.system, line.type, line.resource) == (system, type_, name)


def _elsewhere(line: Line) -> str:
    return f" (at {line.elsewhere}'s price)" if line.elsewhere else ""


def _grounds(report: Report) -> Iterator[str]:
    yield f"List prices read on {report.prices.read}, with their sources in docs/prices.yaml; no discount,"
    yield "commitment or free quota. Assumed, and changed with ASSUME='egress_gb=100 awake_hours=300':"
    yield from (f"  {name} = {value:g}" for name, value in asdict(report.usage).items())


def _names(report: Report) -> list[str]:
    before = report.before.by_system if report.before is not None else {}
    return [
        *report.now.by_system,
        *(name for name in before if name not in report.now.by_system),
        "**Together**",
    ]


def _columns(name: str, report: Report) -> str:
    now = report.now.by_system.get(name, report.now.total if name.startswith("**") else 0.0)
    if report.before is None:
        return f"{now:.2f}"
    before = report.before.by_system.get(name, report.before.total if name.startswith("**") else 0.0)
    return f"{before:.2f} | {now:.2f} | {_signed(now - before)}"


def _changed_rows(report: Report) -> Iterator[str]:
    if not report.changes:
        return
    yield from ("| Resource | Before | Now | Change |", "|---|--:|--:|--:|")
    for (system, _, name), old, new in report.changes:
        yield f"| {system}: `{name}` | {old:.2f} | {new:.2f} | {_signed(new - old)} |"
    yield ""


def _footnotes(report: Report) -> Iterator[str]:
    assumed = ", ".join(f"{name} {value:g}" for name, value in asdict(report.usage).items())
    unpriced = sorted({one.type.rsplit(":", 1)[-1] for one in report.now.unpriced})
    yield f"<sub>Prices read on {report.prices.read}. Assumed: {assumed}."
    yield f"Not priced: {', '.join(unpriced) or 'nothing'}.</sub>"


def _signed(amount: float) -> str:
    return f"{amount:+.2f}" if abs(amount) >= _CENT else "0.00"
