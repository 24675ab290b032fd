"""`make plan`: what a deployment would do, from the real state, for people and for the deployment itself.

Reads the state and changes nothing, so that an identity that may only read can run it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tools.delivery.command import run
from tools.delivery.files import POLICIES, DeliveryError, Plan, Release, path_of, read_release, write
from tools.delivery.markdown import plan_as_markdown
from tools.delivery.pinning import pinned
from tools.delivery.previewing import changes
from tools.delivery.programs import current_commit


def plan(release: Release) -> Plan:
    """What deploying a release would do."""
    words = ["preview", "--stack", release.stack, *POLICIES]
    if release.images:
        words += ["--config-file", str(pinned(release.stack, release.images))]
    return Plan(release=release, steps=changes(*words))


def release_of(stack: str, path: str) -> Release:
    """The release to plan: the one in `path`, or the source as it is checked out."""
    commit = current_commit()
    if not path:
        return Release(stack=stack, commit=commit, images={})
    release = read_release(Path(path))
    if (release.stack, release.commit) != (stack, commit):
        raise DeliveryError(
            f"{path}: is of stack {release.stack} at commit {release.commit}, and {stack} at {commit} is "
            "wanted; run make images anew"
        )
    return release


def main(arguments: Sequence[str]) -> int:
    """Plans, and says where the plan is written down."""

    def work(stack: str, release: str) -> str:
        planned = plan(release_of(stack, release))
        write(stack, "plan.md", plan_as_markdown(planned))
        return f"{write(stack, 'plan.json', planned)}\n{path_of(stack, 'plan.md')}"

    return run("plan", __doc__, arguments, work, ("release",))
