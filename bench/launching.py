"""Runs a command, and prints what it took: status, wall and CPU time, peak memory, and what it complained of.

A program of its own, and a small one: Linux counts towards a process's peak what the process that started it
had, so that whoever measures must not be larger than what is measured.
"""

import json
import os
import sys
import time


def main(command: list[str]) -> None:
    """Runs the command and prints its cost as JSON."""
    complaints, writing = os.pipe()
    nothing = os.open(os.devnull, os.O_WRONLY)
    start = time.perf_counter()
    child = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, nothing, 1),
            (os.POSIX_SPAWN_DUP2, writing, 2),
            (os.POSIX_SPAWN_CLOSE, complaints),
        ],
    )
    os.close(writing)
    with os.fdopen(complaints, errors="replace") as stream:
        said = stream.read()
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - start
    # Linux counts the peak in KiB, macOS in bytes.
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    found = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_mb": peak}
    json.dump([os.waitstatus_to_exitcode(status), said[-2000:], found], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
