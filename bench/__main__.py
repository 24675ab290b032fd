"""`make bench`: every measurement as one table; `python -m bench --runs 5` for steadier medians."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from itertools import chain

from bench.deployment import Deployment
from bench.images import NoBuildKitError, image_costs
from bench.previews import PreviewCost, preview_costs
from bench.programs import OURS, PULUMI, USUAL, program_costs
from bench.suite import suite_costs
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
    programs = _programs(plan, given.stack, given.runs)
    for row in chain(programs, _previews(), _deployment(plan), _images(), _suite()):
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


def _images() -> Iterator[str]:
    try:
        costs = image_costs()
    except NoBuildKitError as reason:
        yield f"| Images: {reason} | | | | |"
        return
    again = {
        "nothing changed": costs.unchanged,
        "a line of the source changed": costs.source_line,
        "a package more required": costs.dependency,
    }
    for change, seconds in again.items():
        yield _row(f"Build of the API's image, {change}, s, by a clean one", seconds, costs.clean, "")
    yield _row("The API's image, MiB to pull, by its base", costs.size_mb, costs.base_mb, "")
    digests = "one digest" if costs.same_digest else "two digests"
    said = f"Layers that differ in two clean builds, which have {digests}, by all"
    yield _row(said, costs.layers_that_differ, costs.layers, "0")


def _suite() -> Iterator[str]:
    ours, ordinary = suite_costs()
    said = "Tests of the plans and policies, {}, by the ordinary import's"
    yield _row(said.format("CPU s"), ours.cpu, ordinary.cpu, "0.5")
    yield _row(said.format("MiB at most"), ours.peak_mb, ordinary.peak_mb, "")


def _row(what: str, measured: float, beside: float, goal: str) -> str:
    return f"| {what} | {_figure(measured)} | {_figure(beside)} | {measured / beside:.2f} | {goal} |"


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
