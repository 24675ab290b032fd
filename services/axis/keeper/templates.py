"""The YAML files of the API, filled in: each `${VARIABLE}` replaced from the keeper's environment.

AXIS' document lets a database's URL hold `${DB_PASSWORD}`, and AXIS' code passes that text on as it is. So
the files that are mounted carry no password, and what the API reads is written here, before it starts, into a
volume that exists in this instance's memory alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# Inside a quoted YAML text these would end it, or mean something else.
_UNSAFE = re.compile(r"[\"'\\\x00-\x1f]")


def fill_templates(source: Path, target: Path, variables: Mapping[str, str]) -> list[str]:
    """Writes each `*.yaml` of `source`, filled in, into `target`; their names.

    Raises:
        ValueError: a variable is not set or can't stand in a YAML text; says which, never its value.
        OSError: a folder can't be read or written.
    """
    target.mkdir(parents=True, exist_ok=True)
    templates = sorted(source.glob("*.yaml"))
    for template in templates:
        path = target / template.name
        path.touch(mode=0o600)  # for this user, which is the API's too, before there is a password inside
        path.write_text(_filled(template, variables), encoding="utf-8")
    return [template.name for template in templates]


def _filled(template: Path, variables: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        return _value(found.group(1), template.name, variables)

    return _PLACEHOLDER.sub(value, template.read_text(encoding="utf-8"))


def _value(name: str, file: str, variables: Mapping[str, str]) -> str:
    if name not in variables:
        raise ValueError(f"{file} needs the variable {name}, which is not set")
    if _UNSAFE.search(variables[name]):
        raise ValueError(f"the value of {name} holds a quote, a backslash or a control character")
    return variables[name]
