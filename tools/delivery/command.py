"""The form that all steps share: a stack's name in, one line for what was done or why it wasn't."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from tools.delivery.files import DeliveryError


def run(
    name: str,
    description: str | None,
    arguments: Sequence[str],
    work: Callable[..., str],
    options: Sequence[str] = (),
) -> int:
    """Runs a step; the exit status is 1 when it can't be done.

    Args:
        name: the step's name.
        description: what it does, for its help.
        arguments: the command's words: the stack's name, and `--OPTION VALUE` for each option.
        work: does it, and says what was done; is given the stack and the options by their names.
        options: what else it takes; empty texts where they are not given.
    """
    parser = argparse.ArgumentParser(prog=name, description=description)
    parser.add_argument("stack")
    for option in options:
        parser.add_argument(f"--{option}", default="")
    try:
        sys.stdout.write(f"{work(**vars(parser.parse_args(arguments)))}\n")
    except DeliveryError as error:
        sys.stderr.writelines(f"{name}: {line}\n" for line in str(error).splitlines())
        return 1
    return 0
