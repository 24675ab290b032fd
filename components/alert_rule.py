"""An alert as data: a question in PromQL, how long it must hold, and where to read on.

Owns the form, and its rendering as a file of rules for Prometheus. `MetricAlerts` renders the same data as
alert policies of Cloud Monitoring, so that what was tried on the one is what runs on the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")

Severity = Literal["CRITICAL", "ERROR", "WARNING"]


@dataclass(frozen=True, kw_only=True)
class AlertRule:
    """One alert.

    Attributes:
        name: in words written together, like `TargetMissing`.
        query: PromQL that has a result while something is wrong.
        minutes: how long it must have one.
        severity: how bad it is.
        summary: what is wrong, in a sentence.
        runbook: what to read then: a path in the repository, with the section after `#`.
    """

    name: str
    query: str
    minutes: int
    severity: Severity
    summary: str
    runbook: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"alert {self.name!r}: write its name like TargetMissing")
        if not self.query.strip():
            raise ValueError(f"alert {self.name}: its query is empty; write PromQL")
        if self.minutes < 0:
            raise ValueError(f"alert {self.name}: {self.minutes} minutes; write 0 or more")


def rules_file(group: str, rules: Sequence[AlertRule]) -> str:
    """The rules as a file for Prometheus, in one group."""
    rendered = [_rendered(rule) for rule in rules]
    return yaml.safe_dump({"groups": [{"name": group, "rules": rendered}]}, sort_keys=False, width=10**6)


def _rendered(rule: AlertRule) -> dict[str, Any]:
    return {
        "alert": rule.name,
        "expr": rule.query,
        "for": f"{rule.minutes}m",
        "labels": {"severity": rule.severity.lower()},
        "annotations": {"summary": rule.summary, "runbook": rule.runbook},
    }
