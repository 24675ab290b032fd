"""What the stand-ins for `pulumi` and `gh` answer."""

from __future__ import annotations

import json
from typing import Any

URN = "urn:pulumi:prod::ai-platform::ai-platform:components:Redis$gcp:redis/instance:Instance::axis-redis"


def step(op: str, urn: str = URN, *, size: int = 1, properties: tuple[str, ...] = ()) -> dict[str, Any]:
    """A step of a preview, in Pulumi's form."""
    return {
        "op": op,
        "urn": urn,
        "newState": {"urn": urn, "inputs": {"memorySizeGb": size, "authString": "[secret]"}},
        "detailedDiff": {name: {"kind": "update", "inputDiff": True} for name in properties} or None,
    }


def preview(*steps: dict[str, Any], command: str = "preview") -> dict[str, Any]:
    """Pulumi's answer to a preview."""
    digest = {"steps": [step("same", f"{URN}-same"), *steps], "changeSummary": {}}
    return {"words": [command, "--json"], "stdout": json.dumps(digest, indent=4)}


def refused(*messages: str, command: str = "preview") -> dict[str, Any]:
    """Pulumi's answer to a preview that fails."""
    said = [
        {"severity": "error", "message": f"error: {message}"} for message in (*messages, "preview failed")
    ]
    said.append({"severity": "warning", "message": "something else"})
    return {"words": [command, "--json"], "stdout": json.dumps({"diagnostics": said}), "status": 255}


def listed(path: str, *texts: dict[str, Any]) -> dict[str, Any]:
    """GitHub's answer to a list, in pages."""
    return {"words": ["api", path, "--paginate"], "stdout": json.dumps([list(texts), []])}


def by_bot(body: str, **more: Any) -> dict[str, Any]:
    """A text that a workflow wrote."""
    return {"body": body, "user": {"type": "Bot", "login": "github-actions[bot]"}, **more}


def by_person(body: str, **more: Any) -> dict[str, Any]:
    """A text that a person wrote."""
    return {"body": body, "user": {"type": "User", "login": "ann"}, **more}
