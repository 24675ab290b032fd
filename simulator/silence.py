"""Keeps from the reader what the SDK says to those who look for errors in it.

A failed operation stops the program: the SDK then fails to reach the engine that has gone, and says so in a
log, and the program's coroutine complains when it is collected, after its event loop. The failure itself is
in the run's outcome. Everything else is passed on.
"""

from __future__ import annotations

import functools
import logging
import sys
from typing import Any

import grpc
import pulumi

_COROUTINES = ("run_in_stack", "run_pulumi_func")


@functools.cache
def silence_stopped_programs() -> None:
    """Do so from now on, in this process: the complaints come at any time after a run."""
    logging.getLogger("grpc._server").addFilter(_is_no_lost_engine)
    complain = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if getattr(unraisable.object, "__name__", "") not in _COROUTINES:
            complain(unraisable)

    sys.unraisablehook = hook


@functools.cache
def silence_debugging() -> None:
    """Sends the engine none of the SDK's messages for debugging, which it drops: several calls a resource."""

    def nothing(*_words: Any, **_options: Any) -> None:
        """Says nothing."""

    vars(pulumi.log)["debug"] = nothing


def _is_no_lost_engine(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], grpc.RpcError))
