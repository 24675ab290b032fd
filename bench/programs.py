"""What a run of the program costs, beside the usual style of the same resources and `import pulumi` alone.

Each runs with byte code of its own: kept from a run before, or none, as in the first run of a new machine.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.measuring import PROJECT_FOLDER, Cost, in_turns
from bench.recording import record
from bench.usual_style import usual_program
from simulator.in_process import Plan
from simulator.stack_files import load

OURS, USUAL, PULUMI = "the program", "the usual style", "import pulumi"


def program_costs(plan: Plan, stack: str, runs: int, *, byte_code: bool) -> dict[str, Cost]:
    """The median costs of the three, each by its name."""
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        config = load(PROJECT_FOLDER, stack)
        recording, usual = folder / "recording.json", folder / "usual.py"
        recording.write_text(record(plan, config.plain, config.secret, stack))
        usual.write_text(usual_program(plan))
        recorded = [sys.executable, "-m", "bench.recording"]
        commands = {
            OURS: [*recorded, "__main__.py", str(recording)],
            USUAL: [*recorded, str(usual), str(recording)],
            PULUMI: [sys.executable, "-c", "import pulumi"],
        }
        return in_turns(
            commands, runs, {name: _byte_code(folder / name, kept=byte_code) for name in commands}
        )


def _byte_code(folder: Path, *, kept: bool) -> dict[str, str]:
    """Variables with which Python finds no byte code but what it has kept in that folder itself."""
    return {"PYTHONPYCACHEPREFIX": str(folder), "PYTHONDONTWRITEBYTECODE": "" if kept else "1"}
