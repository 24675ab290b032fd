"""What one run of the engine did, read from the events it reports.

Owns the reduction of the engine's dozen step kinds to the five that a reader counts. Does not judge them.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace

from pulumi.automation.events import EngineEvent

OPERATIONS = ("create", "update", "replace", "delete", "same")
"""What can become of a resource, in the order in which counts are shown."""

_STEPS = {
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "discard-replaced": "replace",
    "remove-pending-replace": "replace",
    "refresh": "same",
    "read": "same",
}
_SUMMARY = "update failed"
_CRASH = "python inline source runtime error: "
_COLOURS = re.compile(r"<\{%.*?%\}>")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One run of the engine.

    Attributes:
        urns: operation to the URNs of the resources that it was done to; every operation is there.
        errors: what the engine reported as an error, one text each.
        succeeded: whether the run came to its end.
        seconds: wall time of the run.
        log: what the engine printed.
    """

    urns: dict[str, frozenset[str]]
    errors: tuple[str, ...]
    succeeded: bool
    seconds: float
    log: str

    @property
    def counts(self) -> dict[str, int]:
        """How many resources each operation was done to."""
        return {operation: len(self.urns[operation]) for operation in OPERATIONS}

    @property
    def touched(self) -> frozenset[str]:
        """The URNs of all resources that did not stay the same."""
        return frozenset().union(*(self.urns[operation] for operation in OPERATIONS if operation != "same"))

    def only_planned(self) -> Outcome:
        """The same run as one that did nothing, because the plan was refused."""
        return replace(self, urns=dict.fromkeys(OPERATIONS, frozenset[str]()))


@dataclass
class Recorder:
    """Collects one run; give `record` and `listen` to the engine and take the `outcome` afterwards."""

    _urns: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _errors: list[str] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _started: float = field(default_factory=time.monotonic)

    def record(self, event: EngineEvent) -> None:
        """Take one event of the engine."""
        if done := event.res_outputs_event:
            step = str(getattr(done.metadata.op, "value", done.metadata.op))
            self._urns[_STEPS.get(step, step)].add(done.metadata.urn)
        elif (said := event.diagnostic_event) and said.severity == "error":
            where = f"{label(said.urn)}: " if said.urn and not _is_stack(said.urn) else ""
            text = _COLOURS.sub("", said.message).strip().removeprefix(_CRASH)
            if text != _SUMMARY:
                self._errors.append(where + text)

    def listen(self, line: str) -> None:
        """Take one line that the engine prints."""
        self._lines.append(line)

    def outcome(self, *, succeeded: bool) -> Outcome:
        """What was recorded, once the run is over."""
        replaced = self._urns["replace"]
        urns = {name: frozenset(self._urns[name] - replaced) for name in OPERATIONS}
        urns["replace"] = frozenset(replaced)
        return Outcome(
            urns=urns,
            errors=tuple(error for error in self._errors if not self._is_repeated(error)),
            succeeded=succeeded,
            seconds=time.monotonic() - self._started,
            log="\n".join(self._lines),
        )

    def _is_repeated(self, error: str) -> bool:
        """Whether `error` only wraps another one: the engine reports a program's own refusal once more."""
        return any(other != error and other in error for other in self._errors)


def label(urn: str) -> str:
    """`TYPE::NAME` of a URN, without its parents' types."""
    *_, types, name = urn.split("::")
    return f"{types.split('$')[-1]}::{name}"


def _is_stack(urn: str) -> bool:
    return label(urn).startswith("pulumi:pulumi:Stack::")
