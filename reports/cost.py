"""`make cost`: what a stack costs a month, and what a change makes of it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pulumi

from reports.cost_base import BaseError, plan_before
from reports.cost_estimate import estimate
from reports.cost_text import Report, as_json, as_markdown, as_text
from reports.planned import Planned
from reports.prices import PriceTable
from reports.usage import Usage
from simulator.in_process import PlanRefused
from simulator.program import PROJECT_FOLDER, plan_stack
from simulator.stack_files import StackFileError


def main(arguments: Sequence[str], folder: Path = PROJECT_FOLDER) -> int:
    """Prints the estimate; the exit status is 1 when the plan is refused and 2 when the question is.

    Args:
        arguments: the stack's name, `--format`, `--base` and `--assume`.
        folder: where the stack's file is.
    """
    chosen = _parser().parse_args(arguments)
    prices = PriceTable.load()
    try:
        usage = Usage().changed(chosen.assume)
        now = estimate(Planned.of(chosen.stack, plan_stack(chosen.stack, folder)), usage, prices)
        before = estimate(plan_before(chosen.base, chosen.stack), usage, prices) if chosen.base else None
    except (StackFileError, ValueError, BaseError) as error:
        return _refused(2, str(error))
    except PlanRefused as refusal:
        return _refused(1, *refusal.findings)
    except pulumi.RunError as error:
        return _refused(1, str(error))
    report = Report(now=now, before=before, usage=usage, prices=prices)
    sys.stdout.write(_written(report, chosen.format) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cost", description=__doc__)
    parser.add_argument("stack", help="the stack whose file is Pulumi.STACK.yaml")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    parser.add_argument("--base", help="a plan as JSON, or a commit, to compare with")
    parser.add_argument("--assume", nargs="*", default=[], metavar="NAME=NUMBER", help="another use")
    return parser


def _written(report: Report, form: str) -> str:
    if form == "json":
        return json.dumps(as_json(report), indent=2)
    return as_markdown(report) if form == "markdown" else as_text(report)


def _refused(status: int, *reasons: str) -> int:
    sys.stderr.writelines(f"refused: {line}\n" for reason in reasons for line in reason.splitlines())
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
