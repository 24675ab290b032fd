"""`make frontend-build`: asks for a new build of the frontend when what it was built with has changed.

A build copies the API's address into its JavaScript, so that a changed address reaches nobody until the next
build, and an unchanged one needs none. What the last build was asked for with is remembered beside the state,
and only once the builder took the order: an order that failed is given again by the next run.

The builder is whatever takes an empty POST: a deploy hook of Vercel, or of another. Its address lets anybody
build, so that it comes from the environment and is never printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Sequence

import httplib2
from httplib2.error import HttpLib2Error

from tools.frontend_env import FrontendEnv, NoFrontendEnvError, from_stack
from tools.memory import Memory, NoMemoryError, memory_at

HOOK = "FRONTEND_DEPLOY_HOOK"
BACKEND = "PULUMI_BACKEND_URL"
_TIMEOUT_SECONDS = 30


class NoBuildError(Exception):
    """The build can't be asked for; the message says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Asks for a build if one is due; the exit status is 1 when that can't be done."""
    parser = argparse.ArgumentParser(prog="frontend-build", description=__doc__)
    parser.add_argument("stack")
    stack = parser.parse_args(arguments).stack
    try:
        memory = memory_at(os.environ.get(BACKEND, ""), f"frontend-builds/{stack}.json")
        said = build(from_stack(stack), memory, os.environ.get(HOOK, ""))
    except (NoBuildError, NoFrontendEnvError, NoMemoryError) as error:
        sys.stderr.write(f"frontend-build: {error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def build(variables: FrontendEnv, memory: Memory, hook: str) -> str:
    """Asks for a build unless the last one was asked for with the same variables. Says what was done."""
    wanted = json.dumps(variables, sort_keys=True)
    digest = hashlib.sha256(wanted.encode()).hexdigest()
    if memory.read() == digest:
        return "unchanged: no build"
    if not hook:
        raise NoBuildError(f"the frontend needs a new build; write {HOOK}= and its deploy hook's address")
    _order(hook)
    memory.write(digest)
    return "changed: a build is ordered"


def _order(hook: str) -> None:
    try:
        answer, _ = httplib2.Http(timeout=_TIMEOUT_SECONDS).request(hook, "POST", body="")
    except (OSError, HttpLib2Error) as error:
        raise NoBuildError(
            f"the deploy hook can't be reached ({type(error).__name__}); run this again"
        ) from None
    if not 200 <= answer.status < 300:
        raise NoBuildError(f"the deploy hook answered {answer.status}; look at {HOOK}, then run this again")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
