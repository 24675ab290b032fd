"""`make bench`: every measurement as one table; `python -m bench --runs 5` for steadier medians."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Iterator, Sequence

from bench.deployment import Deployment
from bench.previews import PreviewCost, preview_costs
from bench.programs import OURS, PULUMI, USUAL, program_costs
from bench.unavoidable import unavoidable_seconds
from simulator.engine import NoEngineError
from simulator.in_process import Plan
from simulator.program import plan_stack

_HEAD = "| What | Measured | Beside | Ratio | Goal |\n|---|--:|--:|--:|--:|"


def main(arguments: Sequence[str]) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each program is run")
    parser.add_argument("--stack", default="prod", help="the stack that is measured")
    given = parser.parse_args(arguments)
    plan = plan_stack(given.stack)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    machine = f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.system()}"
    _print(f"{today}, {machine}, stack {given.stack}: {len(plan.resources)} resources\n\n{_HEAD}")
    for row in (*_programs(plan, given.stack, given.runs), *_previews(), *_deployment(plan)):
        _print(row)
    return 0


def _programs(plan: Plan, stack: str, runs: int) -> Iterator[str]:
    for kept, said in ((True, "byte code kept"), (False, "no byte code")):
        costs = program_costs(plan, stack, runs, byte_code=kept)
        ours, usual, pulumi = costs[OURS], costs[USUAL], costs[PULUMI]
        yield _row(f"CPU time of a run, s, {said}, by the usual style's", ours.cpu, usual.cpu, "0.5")
        yield _row(f"Wall time of a run, s, {said}, likewise", ours.wall, usual.wall, "")
        yield _row(f"Peak memory, MiB, {said}, likewise", ours.peak_mb, usual.peak_mb, "0.5")
        yield _row(f"CPU time of a run, s, {said}, by that of `import pulumi`", ours.cpu, pulumi.cpu, "")
        yield _row(f"Peak memory, MiB, {said}, likewise", ours.peak_mb, pulumi.peak_mb, "")


def _previews() -> Iterator[str]:
    try:
        costs = preview_costs()
    except NoEngineError as reason:
        yield f"| Preview of the engine: {reason} | | | | |"
        return
    for cost in costs:
        yield _row(
            f"Preview of {_services(cost)}, CPU ms by resource, by empty ones",
            cost.by_resource,
            cost.by_empty_resource,
            "",
        )
    ten, hundred = costs[-2:]
    said = f"Preview, CPU ms by resource: {_services(hundred)} by {_services(ten)}"
    yield _row(said, hundred.by_resource, ten.by_resource, "1.2")


def _services(cost: PreviewCost) -> str:
    return f"{cost.services} service{'s' if cost.services > 1 else ''}"


def _deployment(plan: Plan) -> Iterator[str]:
    said = "First deployment, s: its critical path by the longest unavoidable chain"
    yield _row(said, Deployment(plan).seconds, unavoidable_seconds(plan), "1.0")


def _row(what: str, measured: float, beside: float, goal: str) -> str:
    return f"| {what} | {_figure(measured)} | {_figure(beside)} | {measured / beside:.2f} | {goal} |"


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
