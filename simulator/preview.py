"""`make preview`: the plan of a stack from the program itself and the simulated cloud, with no account."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pulumi

from simulator import display
from simulator.in_process import PlanRefused
from simulator.program import PROJECT_FOLDER, plan_stack
from simulator.stack_files import StackFileError


def main(arguments: Sequence[str], folder: Path = PROJECT_FOLDER) -> int:
    """Prints the plan; the exit status is 1 when it is refused and 2 when there is no such stack.

    Args:
        arguments: the stack's name and `--format`.
        folder: where the stack's file is.
    """
    parser = argparse.ArgumentParser(prog="preview", description=__doc__)
    parser.add_argument("stack", help="the stack whose file is Pulumi.STACK.yaml")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    chosen = parser.parse_args(arguments)
    try:
        plan = plan_stack(chosen.stack, folder)
    except StackFileError as error:
        return _refused(2, str(error))
    except PlanRefused as refusal:
        return _refused(1, *refusal.findings)
    except pulumi.RunError as error:
        return _refused(1, str(error))
    if chosen.format == "json":
        sys.stdout.write(json.dumps(display.as_json(chosen.stack, plan), indent=2) + "\n")
    else:
        sys.stdout.write(display.as_text(chosen.stack, plan) + "\n")
    return 0


def _refused(status: int, *reasons: str) -> int:
    for reason in reasons:
        for line in reason.splitlines():
            sys.stderr.write(f"refused: {line}\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
