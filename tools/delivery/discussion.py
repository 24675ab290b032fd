"""`make comment` and `make report-drift`: tells people, once, what the steps before found.

A pull request has one comment, and a stack that drifted one issue: each is written anew, never repeated.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.delivery.files import FOLDER, DeliveryError, path_of
from tools.delivery.github import put_comment, put_issue

_NOTHING_THERE = "There is nothing to tell: no step before this one wrote anything.\n"


def comment(pull_request: str) -> str:
    """Writes everything that the steps before wrote into the pull request's one comment."""
    if not re.fullmatch(r"[1-9]\d*", pull_request):
        raise DeliveryError(f"pull request {pull_request!r} is none; write PULL_REQUEST= and its number")
    return put_comment(pull_request, "plan", gathered())


def gathered() -> str:
    """Every Markdown file of the delivery, in the order of their names."""
    texts = [path.read_text().strip() for path in sorted(FOLDER.rglob("*.md"))]
    return "\n\n".join(text for text in texts if text) + "\n" if any(texts) else _NOTHING_THERE


def summarise() -> str:
    """Adds the same to the job's summary, which needs no right to write."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        raise DeliveryError("GITHUB_STEP_SUMMARY names no file; this is for a workflow's job")
    with Path(path).open("a") as summary:
        summary.write(gathered())
    return "summary written"


def report_drift(stack: str) -> str:
    """Opens, updates or closes the stack's issue."""
    path = path_of(stack, "drift.md")
    if not path.exists():
        raise DeliveryError(f"{path}: is missing; run make drift STACK={stack} first")
    found = path.read_text()
    text = f"`make drift STACK={stack}` found what Pulumi did not do.\n\n{found}" if found else ""
    return put_issue(f"drift {stack}", f"Stack {stack} is not as Pulumi left it", text)


def main(arguments: Sequence[str]) -> int:
    """Tells; the exit status is 1 when that can't be done."""
    parser = argparse.ArgumentParser(prog="tell", description=__doc__)
    parser.add_argument("what", choices=("comment", "summary", "drift"))
    parser.add_argument("about", nargs="?", default="")
    chosen = parser.parse_args(arguments)
    try:
        match chosen.what:
            case "comment":
                said = comment(chosen.about)
            case "summary":
                said = summarise()
            case _:
                said = report_drift(chosen.about)
    except DeliveryError as error:
        sys.stderr.writelines(f"{chosen.what}: {line}\n" for line in str(error).splitlines())
        return 1
    sys.stdout.write(f"{said}\n")
    return 0
