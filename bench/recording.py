"""A cloud that answers from a recording: what a measured program talks to, so that no simulation is measured.

Run as a program it makes a stack's resources, ours or the usual style's, and ends with the last of them:
`python -m bench.recording PROGRAM.py RECORDING.json`.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def record(plan: Any, config: Mapping[str, str], secret: Mapping[str, str], stack: str) -> str:
    """All that a program needs to be run again without a simulated cloud, as JSON."""
    from simulator.values import opened  # noqa: PLC0415 - what is measured must not import it

    made = {
        f"{each.type}::{each.name}": (each.id, opened(each.state)) for each in plan.resources if each.custom
    }
    return json.dumps({"stack": stack, "config": {**config}, "secret": {**secret}, "made": made})


def run(program: str, recording: str) -> None:
    """Runs a program against a recording."""
    if "usual" not in Path(program).name:
        import lazy_sdk  # noqa: F401, PLC0415 - before Pulumi, as `components` has it

    from pulumi.runtime import mocks, set_all_config  # noqa: PLC0415
    from pulumi.runtime.settings import ROOT  # noqa: PLC0415
    from pulumi.runtime.stack import run_in_stack  # noqa: PLC0415

    known = json.loads(Path(recording).read_text())

    class Recorded(mocks.Mocks):
        def call(self, args: mocks.MockCallArgs) -> tuple[dict, list[tuple[str, str]] | None]:
            return {"secretData": "value", "endpoint": "endpoint", **args.args}, []

        def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict]:
            return tuple(known["made"].get(f"{args.typ}::{args.name}", ("", args.inputs)))

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    set_all_config({**known["config"], **known["secret"]}, list(known["secret"]))
    mocks.set_mocks(Recorded(), project="ai-platform", stack=known["stack"], preview=False)
    ROOT.set(None)

    def run_program() -> None:
        runpy.run_path(program, run_name="__main__")

    loop.run_until_complete(run_in_stack(run_program))


if __name__ == "__main__":
    run(*sys.argv[1:])
