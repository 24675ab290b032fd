"""A plan as Markdown: what is replaced or deleted first, since that is what people look for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tools.delivery.files import Plan, Step

_SIGNS = {"create": "+", "update": "~", "delete": "-"}
_WORST_FIRST = ("delete", "replace", "delete-replaced", "create-replacement", "update", "create")
_DOUBLES = frozenset({"create-replacement", "delete-replaced"})
"""Pulumi tells a replacement in three steps; one is enough for people."""


def plan_as_markdown(plan: Plan) -> str:
    """A plan, for a pull request or a job's summary."""
    release = plan.release
    lines = [f"### Stack `{release.stack}`", "", f"Commit `{release.commit}`."]
    lines += [f"`{setting}`: `{image}`" for setting, image in sorted(release.images.items())]
    return "\n".join([*lines, "", steps_as_markdown(plan.steps)])


def steps_as_markdown(steps: Sequence[Step]) -> str:
    """The steps: a sentence that counts them, and each in one line."""
    told = sorted((each for each in steps if each.op not in _DOUBLES), key=_order)
    if not told:
        return "No change.\n"
    lines = [f"{_sign(each.op)} {_named(each)}" for each in told]
    return "\n".join([f"**{_counted(told)}**", "", "```diff", *lines, "```", ""])


def _counted(steps: Iterable[Step]) -> str:
    counts = Counter(each.op for each in steps)
    return ", ".join(f"{counts[op]} to {op}" for op in sorted(counts, key=_rank))


def _named(step: Step) -> str:
    *_, kind, name = step.urn.split("::")
    word = "" if step.op in _SIGNS else f"{step.op}: "
    differing = f" ({', '.join(step.properties)})" if step.properties else ""
    return f"{word}{kind.rsplit('$', 1)[-1]} {name}{differing}"


def _sign(op: str) -> str:
    return _SIGNS.get(op, "!")


def _order(step: Step) -> tuple[int, str]:
    return _rank(step.op), step.urn


def _rank(op: str) -> int:
    return _WORST_FIRST.index(op) if op in _WORST_FIRST else len(_WORST_FIRST)
