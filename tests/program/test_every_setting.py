"""Every setting, given what can't be meant: refused in lines of the stack's file, and never a traceback."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from settings import NAMESPACE
from simulator.in_process import PlanRefused
from simulator.program import plan_config
from simulator.stack_files import StackConfig
from tests.program.configs import SYSTEMS, config, merged
from tools.settings_reference import reference

KEYS = re.findall(r"^\| `([\w.]+)` \|", reference(), re.MULTILINE)
BASE = config(
    "dev",
    {"frontend": {"vercel": {"project_id": "prj_acme"}}, "domain": {"name": "api.acme.com"}},
    {"vercel:api_token": "a-token-of-vercel-0001"},
    **{system: {} for system in SYSTEMS if system != "axis"},
)
FREE_TEXT = ("query", "graph")
"""The last words of settings that may be any text."""


def given(key: str, value: Any) -> StackConfig:
    """A configuration with `value` at a key."""
    top, *below = key.split(".")
    for part in reversed(below):
        value = {part: value}
    old = json.loads(BASE.values[f"{NAMESPACE}:{top}"]) if top in SYSTEMS and below else {}
    whole = merged(old, value) if below else value
    text = whole if isinstance(whole, str) else json.dumps(whole)
    return replace(BASE, values={**BASE.values, f"{NAMESPACE}:{top}": text})


@pytest.mark.parametrize("key", KEYS)
def test_what_can_not_be_meant_is_refused_in_lines_that_name_the_file_and_the_setting(key: str) -> None:
    for value in (["x"], "ä b\n"):
        try:
            plan_config(given(key, value))
        except PlanRefused as refused:
            lines = [line for finding in refused.findings for line in finding.splitlines()]
            assert lines
            assert all(line.startswith(f"Pulumi.dev.yaml: {NAMESPACE}") for line in lines), lines
            assert any(key.rsplit(".", maxsplit=1)[-1] in line for line in lines), lines
        else:
            assert isinstance(value, str)
            assert key.endswith(FREE_TEXT), f"{key} took {value!r}"
