"""The policy pack as Pulumi starts it: `pulumi preview --policy-pack policies`."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

# Pulumi runs this folder, not the project's: its modules would take the names of Python's own.
sys.path[0] = str(Path(__file__).resolve().parent.parent)
runpy.run_module("policies.pack", run_name="__main__")
