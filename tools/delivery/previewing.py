"""What Pulumi says it would do: asked of `pulumi`, and reduced to what people and later steps compare.

Owns the reading of its answer. A secret is not in it: Pulumi writes `[secret]` in its place.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from tools.delivery.files import DeliveryError, Step
from tools.delivery.programs import attempt, failure, show

_NOTHING = frozenset({"same", "read", "read-discard", "refresh"})
"""Words for a step that changes nothing."""

_SAYS_NOTHING = re.compile(r"(error: )?(preview|update|refresh) failed")
"""What Pulumi adds at the end of every failure."""

_DEFAULTS = "__defaults"
"""Where a provider names the properties that it added itself."""


def changes(*words: str) -> list[Step]:
    """The steps of a preview that change something.

    Args:
        *words: the command after `pulumi`, e.g. `preview --stack dev`.
    """
    command = ("pulumi", *words, "--json", "--non-interactive")
    done = attempt(*command)
    digest = _digest(done.stdout)
    if done.returncode != 0:
        said = _errors(digest)
        if digest is not None and not said:
            # A policy's refusal is in no JSON: Pulumi tells it to people alone.
            show("pulumi", *words, "--non-interactive")
        raise DeliveryError("\n".join(said)) if said else failure(command, done.stderr)
    if digest is None:
        raise DeliveryError(f"{' '.join(command[:2])} gave no JSON; use the Pulumi that pyproject.toml names")
    steps = [_step(each) for each in digest.get("steps", []) if each["op"] not in _NOTHING]
    # Pulumi works on several at once, and tells them as they come.
    return sorted(steps, key=lambda step: (step.urn, step.op))


def _step(step: dict[str, Any]) -> Step:
    inputs = json.dumps(_asked((step.get("newState") or {}).get("inputs", {})), sort_keys=True)
    return Step(
        op=step["op"],
        urn=step["urn"],
        properties=sorted(step.get("detailedDiff") or step.get("diffReasons") or []),
        inputs=hashlib.sha256(inputs.encode()).hexdigest(),
    )


def _asked(inputs: Any) -> Any:
    """What the program asks for, without what a provider added, such as a name made up at random."""
    if isinstance(inputs, list):
        return [_asked(each) for each in inputs]
    if not isinstance(inputs, dict):
        return inputs
    added = {_DEFAULTS, *inputs.get(_DEFAULTS, [])}
    return {key: _asked(value) for key, value in inputs.items() if key not in added}


def _digest(text: str) -> dict[str, Any] | None:
    """The JSON in what was printed, which a banner may stand before."""
    start = text.find("{")
    try:
        return json.loads(text[start:]) if start >= 0 else None
    except json.JSONDecodeError:
        return None


def _errors(digest: dict[str, Any] | None) -> list[str]:
    """What Pulumi says of why it can't."""
    return [
        line
        for each in (digest or {}).get("diagnostics", [])
        if each.get("severity") == "error"
        for line in each["message"].removeprefix("error: ").strip().splitlines()
        if line.strip() and not _SAYS_NOTHING.fullmatch(line)
    ]
