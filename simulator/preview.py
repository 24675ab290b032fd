"""`make preview`: the plan of a stack from the program itself and the simulated cloud, with no account."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pulumi

from policies.destruction import lost_data, steps_of_plan
from policies.judge import judge
from policies.model import Finding
from policies.planned import stack_of
from policies.protection import protects
from simulator import display
from simulator.in_process import Plan, PlanRefused
from simulator.program import PROJECT_FOLDER, plan_stack
from simulator.stack_files import StackFileError, load


def main(arguments: Sequence[str], folder: Path = PROJECT_FOLDER) -> int:
    """Prints the plan; the exit status is 1 when it is refused and 2 when there is no such stack.

    Args:
        arguments: the stack's name, `--format` and `--base`.
        folder: where the stack's file is.
    """
    parser = argparse.ArgumentParser(prog="preview", description=__doc__)
    parser.add_argument("stack", help="the stack whose file is Pulumi.STACK.yaml")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--base", type=Path, help="what is deployed: `pulumi stack export`, or a preview's JSON of it"
    )
    chosen = parser.parse_args(arguments)
    try:
        plan = plan_stack(chosen.stack, folder)
        protected = protects(load(folder, chosen.stack).values)
    except StackFileError as error:
        return _refused(2, str(error))
    except PlanRefused as refusal:
        return _refused(1, *refusal.findings)
    except pulumi.RunError as error:
        return _refused(1, str(error))
    try:
        findings = _unwanted(plan, chosen.base, protected=protected)
    except (OSError, ValueError) as error:
        return _refused(2, f"{chosen.base}: {error}; write `pulumi stack export` or a preview's JSON to it")
    if findings:
        return _refused(1, *map(str, findings))
    if chosen.format == "json":
        sys.stdout.write(json.dumps(display.as_json(chosen.stack, plan), indent=2) + "\n")
    else:
        sys.stdout.write(display.as_text(chosen.stack, plan) + "\n")
    return 0


def _unwanted(plan: Plan, base: Path | None, *, protected: bool) -> list[Finding]:
    """What the policies refuse: what the plan asks for, and what it makes of what is there."""
    found = judge(stack_of(plan, protected=protected))
    if base is not None and protected:
        found += lost_data(steps_of_plan(json.loads(base.read_text()), plan))
    return found


def _refused(status: int, *reasons: str) -> int:
    for reason in reasons:
        for line in reason.splitlines():
            sys.stderr.write(f"refused: {line}\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
