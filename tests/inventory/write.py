"""`make inventory`: writes the inventory of each stack anew."""

from __future__ import annotations

import sys
from pathlib import Path

from simulator.program import plan_stack
from tests.inventory.inventory import STACKS, as_text, path_of


def main() -> int:
    """Writes the files and prints their names."""
    for stack in STACKS:
        path = path_of(stack)
        path.write_text(as_text(stack, plan_stack(stack)))
        sys.stdout.write(f"{path.relative_to(Path.cwd())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
