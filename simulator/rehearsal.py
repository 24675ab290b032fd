"""`make rehearse`: a stack's life on the real Pulumi engine and the simulated cloud, step by step.

The exit status is 0 when all held, 1 when something did not, and 2 when it could not be rehearsed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from simulator.change import UNPROTECT
from simulator.changes import CHANGES
from simulator.engine import NoEngineError, pulumi_program
from simulator.outcome import OPERATIONS
from simulator.program import PROJECT_FOLDER, prerequisites, run_program
from simulator.rehearsal_steps import Script, Step, rehearse
from simulator.stack_files import PLACEHOLDER, StackFileError, load

_TITLE_WIDTH = 42


def main(arguments: Sequence[str]) -> int:
    """Rehearse the stack that is named, and print a line for each step as it ends."""
    parser = argparse.ArgumentParser(prog="rehearse", description=__doc__)
    parser.add_argument("stack", help="the stack whose file is Pulumi.STACK.yaml")
    chosen = parser.parse_args(arguments)
    try:
        script = script_of(chosen.stack)
        pulumi_program()
    except (NoEngineError, StackFileError) as error:
        sys.stderr.write(f"rehearse: {error}\n")
        return 2
    return 0 if show(script) else 1


def script_of(stack: str) -> Script:
    """What is rehearsed of a stack of this project."""
    loaded = load(PROJECT_FOLDER, stack)
    # A planted value for each secret: what is looked for afterwards where it must not be.
    planted = {key: value.replace(PLACEHOLDER, f"planted-{key}") for key, value in loaded.secret.items()}
    config = loaded.plain
    return Script(
        stack=stack,
        program=run_program,
        config=config,
        secret_config=planted,
        existing=prerequisites(loaded.values),
        changes=[change for change in CHANGES if change.concerns(config)],
        unprotect=UNPROTECT if config.get("ai-platform:protect") != "false" else None,
        project_file=PROJECT_FOLDER / "Pulumi.yaml",
    )


def show(script: Script) -> bool:
    """Print each step of `script` as it ends; whether all held."""
    started, held = time.monotonic(), 0
    counted = "".join(f"{operation:>9}" for operation in OPERATIONS)
    _print(f"Rehearsal of {script.stack} on the real engine and the simulated cloud")
    _print(f"\n{'step':<{_TITLE_WIDTH}}{counted}  seconds  verdict")
    steps = []
    for step in rehearse(script):
        steps.append(step)
        _print(_line(step))
        held += not step.problems
    verdict = "all held" if held == len(steps) else f"{len(steps) - held} of {len(steps)} steps did not hold"
    _print(f"\n{len(steps)} steps in {time.monotonic() - started:.0f} s: {verdict}")
    return held == len(steps)


def _line(step: Step) -> str:
    """A step's row in the table, and below it what does not hold."""
    counted = "".join(f"{step.outcome.counts[operation]:>9}" for operation in OPERATIONS)
    verdict = "FAILED" if step.problems else "held"
    row = f"{step.title:<{_TITLE_WIDTH}}{counted}{step.outcome.seconds:>9.1f}  {verdict}"
    return "\n".join([row, *(f"    {problem}" for problem in step.problems)])


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
