"""What is wrong with a stack's configuration, in words: `KEY: what is wrong; what to write instead`.

Owns the words for what the models refuse.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_BELOW = "write its settings as keys below it"


class Explanations:
    """Explains what a model refuses."""

    def __init__(self, root: type[BaseModel], namespace: str) -> None:
        """Takes what all explanations share.

        Args:
            root: the model of all settings.
            namespace: what every key begins with.
        """
        self._root, self._namespace = root, namespace

    def of(self, details: ErrorDetails) -> str:
        """One finding of pydantic's as one line."""
        path = [str(part) for part in details["loc"] if part != "[key]"]
        key = f"{self._namespace}:{'.'.join(path)}" if path else self._namespace
        given = "" if isinstance(details["input"], dict | list) else f"{details['input']!r} "
        context = details.get("ctx", {})
        match details["type"]:
            case "missing":
                return f"{key}: is missing; {self._meaning(path)}"
            case "extra_forbidden":
                return f"{key}: is not a setting; {self._nearest(path)}"
            case "value_error":
                return f"{key}: {given if path else ''}{context['error']}"
            case "literal_error":
                return f"{key}: {given}is not allowed; write {context['expected']}"
            case "greater_than_equal":
                return f"{key}: {given}is too small; write {context['ge']} or more"
            case "less_than_equal":
                return f"{key}: {given}is too large; write {context['le']} or less"
            case "model_type":
                return f"{key}: {given}is no section; {_BELOW}"
            case _:
                reason = details["msg"][:1].lower() + details["msg"][1:]
                return f"{key}: {given}is refused ({reason}); {self._meaning(path)}"

    def _meaning(self, path: Sequence[str]) -> str:
        """What to write at `path`, or in the section it is in: an example, and what the setting means."""
        name, field = next(self._fields(path), ("", None))
        if field is None:
            return "see docs/settings.md"
        meaning = (field.description or "its settings").rstrip(".")
        if field.examples:
            return f"write `{name}: {field.examples[0]}` ({meaning})"
        if isinstance(field.default, str | int | float):
            return f"write `{name}: {_in_yaml(field.default)}` ({meaning})"
        return f"write a value for `{name}` ({meaning})"

    def _fields(self, path: Sequence[str]) -> Iterator[tuple[str, FieldInfo]]:
        """The field at `path` and those around it, the innermost first."""
        for end in range(len(path), 0, -1):
            model = self._section(path[: end - 1])
            field = model.model_fields.get(path[end - 1]) if model else None
            if field is not None:
                yield path[end - 1], field

    def _nearest(self, path: Sequence[str]) -> str:
        model = self._section(path[:-1])
        known = sorted(model.model_fields) if model else []
        near = difflib.get_close_matches(path[-1], known, n=1)
        return f"write `{near[0]}`" if near else f"take it out, or write one of {', '.join(known)}"

    def _section(self, path: Sequence[str]) -> type[BaseModel] | None:
        """The model that holds the settings below `path`, be it the value of a map."""
        model, in_map = self._root, False
        for part in path:
            if in_map:
                in_map = False
                continue
            field = model.model_fields.get(part)
            if field is None:
                return None
            candidates = (field.annotation, *get_args(field.annotation))
            inner = [each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)]
            if not inner:
                return None
            model, in_map = inner[0], getattr(field.annotation, "__origin__", None) is dict
        return None if in_map else model


def _in_yaml(value: str | float) -> str:
    return value if isinstance(value, str) else json.dumps(value)
