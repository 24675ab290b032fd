"""Alert policies of Cloud Monitoring: their conditions, and what the API refuses in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from simulator.rules.model import Refusal, Request

_KINDS = (
    "conditionAbsent",
    "conditionMatchedLog",
    "conditionMonitoringQueryLanguage",
    "conditionPrometheusQueryLanguage",
    "conditionSql",
    "conditionThreshold",
)
_PROMQL = "conditionPrometheusQueryLanguage"
_MOST_CONDITIONS = 6
_AUTO_CLOSE = (1800, 604800)
_LONGEST_SUBJECT = 255
_LONGEST_TEXT = 8192
_LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def policy_wrong(asked: Request) -> Iterable[Refusal]:
    """What is wrong with a policy."""
    conditions = [condition for _, condition in asked.every("conditions[]")]
    if len(conditions) > _MOST_CONDITIONS:
        yield "conditions", f"has {len(conditions)}; a policy has at most {_MOST_CONDITIONS}"
    if len(conditions) > 1 and any(_PROMQL in one for one in conditions):
        yield "conditions", "holds one of PromQL, which must be a policy's only one; make a policy for each"
    for at, condition in asked.every("conditions[]"):
        if sum(kind in condition for kind in _KINDS) != 1:
            yield at, f"must be exactly one of {', '.join(_KINDS)}"
        if _PROMQL in condition:
            yield from _promql_wrong(f"{at}.{_PROMQL}", condition[_PROMQL])
    yield from _strategy_wrong(asked)
    yield from _documentation_wrong(asked)


def _promql_wrong(path: str, condition: Mapping[str, Any]) -> Iterable[Refusal]:
    query, interval = str(condition.get("query") or ""), condition.get("evaluationInterval")
    if not _is_balanced(query):
        yield f"{path}.query", "has a bracket or a quote that is not closed"
    if interval is not None and _seconds(interval) % 30:
        yield f"{path}.evaluationInterval", f"{interval} is no multiple of 30s"
    if "googleapis_com" not in query and not condition.get("disableMetricValidation"):
        reason = "must be true for a metric of one's own, which is not there before somebody writes it"
        yield f"{path}.disableMetricValidation", reason
    rule = condition.get("alertRule")
    if rule is not None and not re.fullmatch(_LABEL, rule):
        yield f"{path}.alertRule", f"{rule!r} is no name of a rule; use letters, digits and _"
    for name in condition.get("labels") or ():
        if not re.fullmatch(_LABEL, name):
            yield f"{path}.labels.{name}", "is no name of a label; use letters, digits and _"


def _is_balanced(query: str) -> bool:
    """Whether every bracket and every quote is closed; what stands in quotes is not looked at."""
    bare = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'', "", query)
    opened: list[str] = []
    for character in bare:
        if character in _PAIRS.values():
            opened.append(character)
        elif character in _PAIRS and (not opened or opened.pop() != _PAIRS[character]):
            return False
    return bool(query) and not opened and not re.search("[\"']", bare)


def _strategy_wrong(asked: Request) -> Iterable[Refusal]:
    closes = asked.get("alertStrategy.autoClose")
    if closes is not None and not _AUTO_CLOSE[0] <= _seconds(closes) <= _AUTO_CLOSE[1]:
        yield (
            "alertStrategy.autoClose",
            f"{closes} is out of range; use {_AUTO_CLOSE[0]}s to {_AUTO_CLOSE[1]}s",
        )
    logs = any("conditionMatchedLog" in condition for _, condition in asked.every("conditions[]"))
    if asked.get("alertStrategy.notificationRateLimit") and not logs:
        yield "alertStrategy.notificationRateLimit", "is only for conditions on logs; leave it out"


def _documentation_wrong(asked: Request) -> Iterable[Refusal]:
    if len(str(asked.get("documentation.subject") or "")) > _LONGEST_SUBJECT:
        yield "documentation.subject", f"is longer than {_LONGEST_SUBJECT} characters"
    if len(str(asked.get("documentation.content") or "").encode()) > _LONGEST_TEXT:
        yield "documentation.content", f"is longer than {_LONGEST_TEXT} bytes"
    for at, link in asked.every("documentation.links[]"):
        if not str(link.get("url") or "https://").startswith(("https://", "http://")):
            yield f"{at}.url", f"{link.get('url')!r} is no address; put it in the content instead"


def _seconds(text: object) -> float:
    return float(str(text).removesuffix("s") or 0)
