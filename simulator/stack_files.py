"""A stack's configuration as the engine would hand it over, read from `Pulumi.yaml` and `Pulumi.STACK.yaml`.

A secret's ciphertext can be opened by nobody but the owner of its key, so that each stands for itself as a
placeholder that is marked secret: the plan shows where it goes, not what it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PLACEHOLDER = "encrypted-in-the-stack-file"


class StackFileError(Exception):
    """A stack's file is missing or is no YAML mapping; the message says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """A stack's configuration.

    Attributes:
        project: the Pulumi project's name.
        stack: the stack's name.
        values: every key with its namespace, to its value as text; an object as JSON.
        secret_keys: the keys whose values are secret, wholly or in a part.
    """

    project: str
    stack: str
    values: dict[str, str]
    secret_keys: frozenset[str]

    @property
    def plain(self) -> dict[str, str]:
        """The values that anybody may read."""
        return {key: value for key, value in self.values.items() if key not in self.secret_keys}

    @property
    def secret(self) -> dict[str, str]:
        """The values that are secret, wholly or in a part."""
        return {key: value for key, value in self.values.items() if key in self.secret_keys}


def load(folder: Path, stack: str) -> StackConfig:
    """The configuration of `stack` from the files in `folder`.

    Raises:
        StackFileError: a file is missing or is not what it should be.
    """
    project = _mapping(folder / "Pulumi.yaml", f"run this in the project's folder, not in {folder}")
    if "name" not in project:
        raise StackFileError("Pulumi.yaml: has no name; write `name:` and the project's name")
    known = sorted(path.name.split(".")[1] for path in folder.glob("Pulumi.*.yaml"))
    stack_file = _mapping(
        folder / f"Pulumi.{stack}.yaml", f"write STACK={' or STACK='.join(known)}, or add the file"
    )
    name = str(project["name"])
    defaults = {key: _default(declared) for key, declared in (project.get("config") or {}).items()}
    given = {**defaults, **(stack_file.get("config") or {})}
    merged = {_with_namespace(name, str(key)): value for key, value in given.items() if value is not None}
    return StackConfig(
        project=name,
        stack=stack,
        values={key: _text(_opened(value)) for key, value in merged.items()},
        secret_keys=frozenset(key for key, value in merged.items() if _opened(value) != value),
    )


def _mapping(path: Path, advice: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise StackFileError(f"{path.name}: is missing; {advice}") from None
    except UnicodeDecodeError:
        raise StackFileError(f"{path.name}: is no YAML, since it is not UTF-8; save it as that") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise StackFileError(f"{path.name}: is no YAML{line}; mend its syntax") from None
    if not isinstance(content, dict) or not isinstance(content.get("config") or {}, dict):
        raise StackFileError(f"{path.name}: is no mapping; write `config:` and the settings below it")
    return content


def _default(declared: Any) -> Any:
    """The value of a key that `Pulumi.yaml` declares, either at once or as `value:` or `default:`."""
    if not isinstance(declared, dict):
        return declared
    return declared.get("value", declared.get("default"))


def _with_namespace(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _opened(value: Any) -> Any:
    """`value` with the placeholder for each `secure:` in it."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return PLACEHOLDER
        return {key: _opened(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_opened(each) for each in value]
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # A date is the one thing that YAML reads and JSON can't say.
    return json.dumps(value, default=str) if isinstance(value, dict | list) else str(value)
