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
    with TemporaryDirectory() as folder:
        before, than = Path(folder) / "before.json", "an empty project"
        if base:
            than = _plan_earlier(stack, base, before)
        # With it the policies refuse that data is lost, too.
        now = _planned(stack, Path.cwd(), *(("--base", str(before)) if before.exists() else ()))
        changed = steps(_resources(before.read_text()) if before.exists() else {}, _resources(now))
    text = (
        f"### Stack `{stack}`, by the source alone\n\nCompared with {than}.\n\n{steps_as_markdown(changed)}"
    )
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


def _plan_earlier(stack: str, base: str, path: Path) -> str:
    """Writes the plan of an earlier commit, if it had one; says what is compared with."""
    commit = answer("git", "rev-parse", "--verify", f"{base}^{{commit}}").strip()
    with TemporaryDirectory() as parent:
        folder = Path(parent) / "base"
        answer("git", "worktree", "add", "--detach", str(folder), commit)
        try:
            path.write_text(_planned(stack, folder))
        except DeliveryError:
            return f"an empty project, since commit `{commit}` has no such plan"
        finally:
            answer("git", "worktree", "remove", "--force", str(folder))
    return f"commit `{commit}`"


def _planned(stack: str, folder: Path, *more: str) -> str:
    """The plan of the source in a folder as JSON, made by that folder's own code."""
    command = (sys.executable, "-m", "simulator.preview", stack, "--format", "json", *more)
    done = attempt(*command, folder=folder)
    if done.returncode != 0:
        raise DeliveryError(done.stderr.strip() or f"the plan of {stack} can't be made")
    return done.stdout


def _resources(plan: str) -> Resources:
    return {each["urn"]: each["inputs"] for each in json.loads(plan)["resources"]}


def main(arguments: Sequence[str]) -> int:
    """Compares, and says where the difference is written down."""
    return run("plan-offline", __doc__, arguments, offline, ("base",))
