"""`make drift`: what of a stack is no longer as Pulumi left it.

Changes nothing and writes no state. Left out are the things whose reading would give their contents away: the
values of secrets and the files in buckets. The identity that looks has no right to those.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.delivery.command import run
from tools.delivery.files import path_of, write
from tools.delivery.markdown import steps_as_markdown
from tools.delivery.previewing import changes

NOT_READ = (
    "gcp:secretmanager/secretVersion:SecretVersion",
    "gcp:storage/bucketObject:BucketObject",
    "kubernetes:core/v1:Secret",
)


def drift(stack: str) -> str:
    """What differs, as Markdown; empty when nothing does."""
    excluded = [word for kind in NOT_READ for word in ("--exclude", f"urn:pulumi:{stack}::**{kind}::**")]
    steps = changes("refresh", "--preview-only", "--stack", stack, *excluded)
    return steps_as_markdown(steps) if steps else ""


def main(arguments: Sequence[str]) -> int:
    """Looks, and says where it is written down."""

    def work(stack: str) -> str:
        found = drift(stack)
        write(stack, "drift.md", found)
        return f"{path_of(stack, 'drift.md')}: {'something differs' if found else 'nothing differs'}"

    return run("drift", __doc__, arguments, work)
