"""The workflow files, and the values that GitHub would give their expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from simulator.program import PROJECT_FOLDER

WORKFLOWS = PROJECT_FOLDER / ".github" / "workflows"
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_CHOICE = re.compile(r"(\S+) == '(\w+)' && (\S+) \|\| (\S+)")


def workflow(name: str) -> dict[str, Any]:
    """A workflow file; YAML reads its `on:` as true."""
    content = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())
    content["on"] = content.pop(True)
    return content


def holds(condition: str, known: Mapping[str, str]) -> bool:
    """Whether a step's condition holds: none, or one comparison; a variable that nobody set is empty."""
    if not condition:
        return True
    compared = re.fullmatch(r"(\S+) == '(\w+)'", condition)
    assert compared, condition
    return known.get(compared[1], "") == compared[2]


def evaluated(text: str, known: Mapping[str, str]) -> str:
    """A text with its expressions' values; an unknown one is an error."""

    def value(match: re.Match[str]) -> str:
        if choice := _CHOICE.fullmatch(match[1]):
            return known[choice[3]] if known[choice[1]] == choice[2] else known[choice[4]]
        return known[match[1]]

    return _EXPRESSION.sub(value, text)


def context_of(more: Mapping[str, str]) -> dict[str, str]:
    """What a job's expressions can name."""
    known = {
        f"vars.{prefix}_{name}": value
        for prefix in ("DEV", "PROD")
        for name, value in {
            "STATE": f"gs://{prefix.lower()}-state",
            "IDENTITY_PROVIDER": f"{prefix.lower()}-provider",
            "PREVIEW_ACCOUNT": f"{prefix.lower()}-preview",
            "BUILD_ACCOUNT": f"{prefix.lower()}-build",
            "DEPLOY_ACCOUNT": f"{prefix.lower()}-deploy",
        }.items()
    }
    return {
        **known,
        "github.token": "token-of-the-job",
        "github.event.pull_request.number": "7",
        "github.event.pull_request.base.sha": "base",
        "secrets.FRONTEND_DEPLOY_HOOK": "",
        **more,
    }
