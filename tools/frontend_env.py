"""`make frontend-env`: writes what a frontend's build needs, one dotenv file for each of its targets.

The values come from the stack's outputs, or from the plan where nothing is deployed yet or nobody is logged
in: the API's address is the same in both, since it follows from the settings alone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OUTPUT = "axis_frontend_env"
"""The stack output that holds, for each target, the variables of the build. None of them is a secret."""

FrontendEnv = Mapping[str, Mapping[str, str]]


class NoFrontendEnvError(Exception):
    """The values can't be had; the message says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Writes `.env.STACK.TARGET` in the current folder and prints each file's name."""
    parser = argparse.ArgumentParser(prog="frontend-env", description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("--from", dest="origin", choices=("stack", "plan"), default="stack")
    chosen = parser.parse_args(arguments)
    try:
        read = from_stack if chosen.origin == "stack" else from_plan
        for path in write(read(chosen.stack), chosen.stack, Path.cwd()):
            sys.stdout.write(f"{path.name}\n")
    except NoFrontendEnvError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"frontend-env: {line}\n")
        return 1
    return 0


def from_stack(stack: str) -> FrontendEnv:
    """The variables by target, from the outputs of the deployed stack."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise NoFrontendEnvError("no `pulumi` program on PATH; install it, or write FROM=plan")
    command = [pulumi, "stack", "output", "--json", "--stack", stack, OUTPUT]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if answer.returncode != 0:
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NoFrontendEnvError(
            f"stack {stack} has no output {OUTPUT} ({reason}); bring it up, or write FROM=plan"
        )
    try:
        return _checked(json.loads(answer.stdout))
    except json.JSONDecodeError:
        raise NoFrontendEnvError(
            f"output {OUTPUT} of stack {stack} is no JSON; bring the stack up anew"
        ) from None


def from_plan(stack: str) -> FrontendEnv:
    """The variables by target, from the plan."""
    # The provider SDKs take seconds to import.
    from simulator import program  # noqa: PLC0415
    from simulator.in_process import PlanRefused  # noqa: PLC0415
    from simulator.stack_files import StackFileError  # noqa: PLC0415

    try:
        return _checked(program.plan_stack(stack).outputs.get(OUTPUT))
    except (PlanRefused, StackFileError) as refusal:
        raise NoFrontendEnvError(str(refusal)) from None


def _checked(targets: Any) -> FrontendEnv:
    """The output, if it has the form that `write` relies on."""
    if not isinstance(targets, Mapping) or not all(isinstance(each, Mapping) for each in targets.values()):
        raise NoFrontendEnvError(f"{OUTPUT} holds no variables; run AXIS in this stack and bring it up")
    return targets


def write(targets: FrontendEnv, stack: str, folder: Path) -> list[Path]:
    """Writes a dotenv file for each target into `folder`; one that is right already is left alone."""
    paths = []
    for target, variables in sorted(targets.items()):
        path = folder / f".env.{stack}.{target}"
        text = "".join(f"{name}={value}\n" for name, value in sorted(variables.items()))
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        paths.append(path)
    return paths


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
