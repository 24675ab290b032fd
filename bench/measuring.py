"""A command's cost: wall time, CPU time and peak memory, as the operating system counts them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT_FOLDER = Path(__file__).resolve().parent.parent


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
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - commands of ours
        command,
        cwd=PROJECT_FOLDER,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    written = process.stderr.read() if process.stderr else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FailedError(f"{' '.join(command)}: exit {process.returncode}: {written[-2000:]}")
    wall = time.perf_counter() - start
    # Linux counts the peak in KiB, macOS in bytes.
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(wall=wall, cpu=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / unit)


def in_turns(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, Cost]:
    """The median cost of each command, run in turns so that a machine's moods meet all of them alike."""
    for command in commands.values():
        cost(command)  # fills the caches of bytecode and files
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            found[name].append(cost(command))
    return {name: _median(costs) for name, costs in found.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        wall=statistics.median(each.wall for each in costs),
        cpu=statistics.median(each.cpu for each in costs),
        peak_mb=statistics.median(each.peak_mb for each in costs),
    )
