"""Changed settings and what each may touch: the table that a rehearsal goes through.

Owns the form of such an expectation and its judgement. A change of a setting that replaces a database, or
that moves half of the stack, is found here and not on the day it is made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from settings import NAMESPACE
from simulator.outcome import OPERATIONS, Outcome, label


@dataclass(frozen=True, kw_only=True)
class Change:
    """Some settings changed at once.

    Attributes:
        title: what a reader is told.
        settings: each setting's path below the project's namespace to its new value,
            e.g. `axis.api.log_level` to `debug`.
        touches: what must change and nothing else: a pattern of `TYPE::NAME`, e.g.
            `gcp:cloudrunv2/service:Service::*`, to `create`, `update`, `replace` or `delete`.
        only_with: path of a setting that a stack must have for the change to say anything of it.
    """

    title: str
    settings: Mapping[str, Any]
    touches: Mapping[str, str]
    only_with: str | None = None

    def concerns(self, config: Mapping[str, str]) -> bool:
        """Whether a stack with these configuration values has what is changed."""
        if self.only_with is None:
            return True
        name, *inner = self.only_with.split(".")
        section = json.loads(config.get(f"{NAMESPACE}:{name}", "null"))
        for step in inner:
            section = section.get(step) if isinstance(section, dict) else None
        return section is not None

    def applied_to(self, config: Mapping[str, str]) -> dict[str, str]:
        """The configuration values that change; `config` has the values before, objects as JSON."""
        changed: dict[str, str] = {}
        for path, value in self.settings.items():
            name, *inner = path.split(".")
            key = f"{NAMESPACE}:{name}"
            changed[key] = _text(_with(changed.get(key, config.get(key)), inner, value))
        return changed

    def problems(self, outcome: Outcome) -> list[str]:
        """How `outcome` differs from what was to be touched, a line each."""
        if not outcome.succeeded:
            return [f"failed: {error.strip().splitlines()[0]}" for error in outcome.errors]
        done = {
            (operation, label(urn))
            for operation in OPERATIONS
            if operation != "same"
            for urn in outcome.urns[operation]
        }
        allowed = list(self.touches.items())
        unwanted = [
            f"{operation} of {what}, which was to stay the same"
            for operation, what in sorted(done)
            if not any(operation == wanted and fnmatchcase(what, pattern) for pattern, wanted in allowed)
        ]
        missing = [
            f"no {wanted} of {pattern}"
            for pattern, wanted in allowed
            if not any(operation == wanted and fnmatchcase(what, pattern) for operation, what in done)
        ]
        return unwanted + missing


UNPROTECT = Change(
    title="protect: false",
    settings={"protect": False},
    touches={"*": "update"},
)
"""Lifts a stack's protection."""


def _with(text: str | None, inner: list[str], value: Any) -> Any:
    """The value of a configuration key after the value at `inner` in it was changed."""
    if not inner:
        return value
    content = json.loads(text) if text else {}
    section = content
    for step in inner[:-1]:
        section = section.setdefault(step, {})
    section[inner[-1]] = value
    return content


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
