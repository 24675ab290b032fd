"""`make plan-offline`: what a change of the source changes in a stack's plan, with no cloud, no credentials.

Compares the plan of the source as it is with that of an earlier commit: both are made in the process, so that
anybody's pull request can have one. What the cloud really holds is not asked; `make plan` asks that.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.delivery.command import run
from tools.delivery.files import DeliveryError, Step, write
from tools.delivery.markdown import steps_as_markdown
from tools.delivery.programs import answer, attempt

Resources = Mapping[str, Mapping[str, Any]]
"""The inputs of each resource, by its URN."""


def offline(stack: str, base: str) -> str:
    """The difference to the commit `base`, as Markdown; the whole plan where that has none."""
    now = _resources(stack, Path.cwd())
    try:
        before, than = _earlier(stack, base) if base else ({}, "an empty project")
    except DeliveryError:
        before, than = {}, "an empty project, since there was no plan before"
    title = f"### Stack `{stack}`, by the source alone"
    text = f"{title}\n\nCompared with {than}.\n\n{steps_as_markdown(steps(before, now))}"
    return str(write(stack, "offline.md", text))


def steps(before: Resources, now: Resources) -> list[Step]:
    """What would be done, as far as the source tells: whether an update replaces is the provider's to say."""
    found = [_step("create", urn, now[urn], []) for urn in now.keys() - before.keys()]
    found += [_step("delete", urn, before[urn], []) for urn in before.keys() - now.keys()]
    for urn in now.keys() & before.keys():
        old, new = before[urn], now[urn]
        if differing := sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key)):
            found.append(_step("update", urn, new, differing))
    return found


def _step(op: str, urn: str, inputs: Mapping[str, Any], properties: list[str]) -> Step:
    text = json.dumps(inputs, sort_keys=True)
    return Step(op=op, urn=urn, properties=properties, inputs=hashlib.sha256(text.encode()).hexdigest())


def _earlier(stack: str, base: str) -> tuple[Resources, str]:
    commit = answer("git", "rev-parse", "--verify", f"{base}^{{commit}}").strip()
    with TemporaryDirectory() as parent:
        folder = Path(parent) / "base"
        answer("git", "worktree", "add", "--detach", str(folder), commit)
        try:
            return _resources(stack, folder), f"commit `{commit}`"
        finally:
            answer("git", "worktree", "remove", "--force", str(folder))


def _resources(stack: str, folder: Path) -> Resources:
    """The plan of the source in a folder, made by that folder's own code."""
    command = (sys.executable, "-m", "simulator.preview", stack, "--format", "json")
    done = attempt(*command, folder=folder)
    if done.returncode != 0:
        raise DeliveryError(done.stderr.strip() or f"the plan of {stack} can't be made")
    return {each["urn"]: each["inputs"] for each in json.loads(done.stdout)["resources"]}


def main(arguments: Sequence[str]) -> int:
    """Compares, and says where the difference is written down."""
    return run("plan-offline", __doc__, arguments, offline, ("base",))
