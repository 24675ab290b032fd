"""A command's cost: wall time, CPU time and peak memory, as the operating system counts them."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
_LAUNCHER = Path(__file__).with_name("launching.py")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run of a command took.

    Attributes:
        wall: seconds from its start to its end.
        cpu: seconds of processor time, its children's included.
        peak_mb: most memory that it had at once, in MiB.
    """

    wall: float
    cpu: float
    peak_mb: float


class FailedError(Exception):
    """A measured command failed; the message ends with what it wrote."""


def cost(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """The cost of one run.

    Raises:
        FailedError: its exit status is not 0.
    """
    done = subprocess.run(  # noqa: S603 - commands of ours
        [sys.executable, "-S", str(_LAUNCHER), *command],
        cwd=PROJECT_FOLDER,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    status, complaints, found = json.loads(done.stdout)
    if status:
        raise FailedError(f"{' '.join(command)}: exit {status}: {complaints}")
    return Cost(**found)


def in_turns(
    commands: Mapping[str, Sequence[str]],
    runs: int,
    environment: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Cost]:
    """The median cost of each command, run in turns so that a machine's moods meet all of them alike.

    Args:
        commands: by name.
        runs: how often each is measured, after one run that fills the caches of files.
        environment: further variables of a command, by its name.
    """
    variables = {name: (environment or {}).get(name) for name in commands}
    for name, command in commands.items():
        cost(command, variables[name])
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            found[name].append(cost(command, variables[name]))
    return {name: _median(costs) for name, costs in found.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        wall=statistics.median(each.wall for each in costs),
        cpu=statistics.median(each.cpu for each in costs),
        peak_mb=statistics.median(each.peak_mb for each in costs),
    )
