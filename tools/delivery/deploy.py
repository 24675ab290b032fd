"""`make deploy`: brings a stack up; with an approved plan exactly that one, and nothing that changed since.

What is approved is a commit, images by digest and a list of steps. Each is compared with what is there now:
another commit, or a cloud or a state that changed in between, stops the deployment before it begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simulator.stack_files import StackFileError, load
from tools.delivery.command import run
from tools.delivery.files import POLICIES, DeliveryError, Plan, Step, read_plan
from tools.delivery.pinning import pinned
from tools.delivery.plan import plan
from tools.delivery.programs import current_commit, show
from tools.delivery.registry import sign_in

_FEW = 5


def deploy(stack: str, approved: str) -> str:
    """Brings the stack up, and says what was deployed."""
    if not approved:
        sign_in({_registry(stack)})
        show("pulumi", "up", "--stack", stack, *POLICIES, "--yes", "--non-interactive")
        return f"{stack} is up, at commit {current_commit()}"

    wanted = read_plan(Path(approved))
    check(stack, wanted)
    words = ["--config-file", str(pinned(stack, wanted.release.images))] if wanted.release.images else []
    show("pulumi", "up", "--stack", stack, *POLICIES, *words, "--yes", "--skip-preview", "--non-interactive")
    return f"{stack} is up, at commit {wanted.release.commit}, as approved"


def check(stack: str, approved: Plan) -> None:
    """Refuses a deployment that would not be what was approved."""
    release, commit = approved.release, current_commit()
    if release.stack != stack:
        raise DeliveryError(f"the approved plan is of stack {release.stack}; write STACK={release.stack}")
    if release.commit != commit:
        raise DeliveryError(
            f"approved is commit {release.commit}, checked out is {commit}; check out what was approved"
        )
    different = _differences(approved.steps, plan(release).steps)
    if different:
        raise DeliveryError(
            f"stack {stack} changed since the plan was approved: {', '.join(different[:_FEW])}"
            f"{' and more' if len(different) > _FEW else ''}; plan and approve anew"
        )


def _differences(approved: Sequence[Step], now: Sequence[Step]) -> list[str]:
    """The names of the resources with which something else would be done."""
    before, after = ({(each.op, each.urn): each for each in steps} for steps in (approved, now))
    keys = sorted({key for key in before.keys() | after.keys() if before.get(key) != after.get(key)})
    return [f"{op} {urn.rsplit('::', 1)[-1]}" for op, urn in keys]


def _registry(stack: str) -> str:
    try:
        return f"{load(Path.cwd(), stack).values['ai-platform:region']}-docker.pkg.dev"
    except StackFileError as error:
        raise DeliveryError(str(error)) from None


def main(arguments: Sequence[str]) -> int:
    """Deploys, and says what."""
    return run("deploy", __doc__, arguments, deploy, ("approved",))
