"""`make bootstrap`: prepares a Google Cloud project, or says what it would do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import google.auth
from google.auth.exceptions import GoogleAuthError

from simulator.stack_files import StackFileError, load
from tools.bootstrap.access import key_access, project_access, state_access
from tools.bootstrap.accounts import accounts, project_number
from tools.bootstrap.advice import advice
from tools.bootstrap.apis import apis
from tools.bootstrap.change import Changes
from tools.bootstrap.cloud import Cloud
from tools.bootstrap.errors import CLOUD_PLATFORM_SCOPE, BootstrapError
from tools.bootstrap.federation import federation
from tools.bootstrap.permissions import check_permissions
from tools.bootstrap.state_bucket import state_bucket
from tools.bootstrap.state_key import state_key
from tools.bootstrap.wanted import Wanted

STEPS: tuple[Callable[[Cloud, Wanted], Changes], ...] = (
    apis,
    state_bucket,
    state_key,
    federation,
    accounts,
    project_access,
    state_access,
    key_access,
)
"""In the order in which each finds what it refers to."""


def main(arguments: Sequence[str], folder: Path | None = None, cloud: Cloud | None = None) -> int:
    """Prepares the project; the exit status is 1 when that is refused.

    Args:
        arguments: the command's words.
        folder: where the stack's file is; the current folder without one.
        cloud: Google's APIs; with the caller's own credentials without one.
    """
    chosen = _parser().parse_args(arguments)
    try:
        wanted = _wanted(chosen, folder or Path.cwd())
        prepare(cloud or _signed_in(wanted.project), wanted, dry_run=chosen.dry_run)
    except (BootstrapError, StackFileError) as error:
        sys.stderr.write(f"bootstrap: {error}\n")
        return 1
    return 0


def prepare(cloud: Cloud, wanted: Wanted, *, dry_run: bool) -> None:
    """Makes every change that is due, one after the other, each told before it is made."""
    number = project_number(cloud, wanted)
    check_permissions(cloud, wanted)
    made = 0
    for step in STEPS:
        for change in step(cloud, wanted):
            sys.stdout.write(f"{'would ' if dry_run else ''}{change.what}\n")
            sys.stdout.writelines(f"  {detail}\n" for detail in change.details)
            sys.stdout.flush()
            made += 1
            if not dry_run:
                change.make()
    if not made:
        sys.stdout.write(f"{wanted.project} is as it should be: no change\n")
    if not dry_run:
        sys.stdout.write(f"\n{advice(wanted, number)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bootstrap", description=__doc__)
    parser.add_argument("stack")
    for name in ("project", "repository", "repository-id", "region", "environment", "bucket", "people"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--dry-run", action="store_true")
    return parser


def _wanted(chosen: argparse.Namespace, folder: Path) -> Wanted:
    """What is asked for; the stack's file says what the command does not."""
    values = load(folder, chosen.stack).values
    project = chosen.project or values.get("ai-platform:project", "")
    protected = values.get("ai-platform:protect", "true") == "true"
    return Wanted(
        project=project,
        repository=chosen.repository,
        repository_id=chosen.repository_id,
        stack=chosen.stack,
        region=chosen.region or values.get("ai-platform:region", ""),
        # A stack that is protected is deployed by an approved job alone.
        environment=chosen.environment or ("production" if protected else ""),
        bucket=chosen.bucket or f"{project}-pulumi-state",
        people=tuple(chosen.people.replace(",", " ").split()),
    )


def _signed_in(project: str) -> Cloud:
    try:
        # Some of these APIs want to know which project a person's calls are counted in.
        credentials, _ = google.auth.default(scopes=[CLOUD_PLATFORM_SCOPE], quota_project_id=project)
    except GoogleAuthError:
        raise BootstrapError("nobody is signed in; run gcloud auth application-default login") from None
    return Cloud(credentials)
