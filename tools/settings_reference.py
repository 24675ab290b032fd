"""`make docs`: writes `docs/settings.md`, every setting with its default and meaning, from the models."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from settings import NAMESPACE, Settings

REFERENCE = Path("docs/settings.md")

_HEAD = f"""# Settings

Every key of a stack's file `Pulumi.STACK.yaml`, below `config:`. Top-level keys are written
`{NAMESPACE}:KEY`; a dot stands for a key below a key. This page is made from the models by `make docs`.

Secret values are never among them: `pulumi config set --secret SYSTEM:NAME` for those whose source is
`config`, e.g. `axis:OPENAI_API_KEY`.

| Key | Default | Meaning |
|---|---|---|
"""


def reference() -> str:
    """The page as Markdown."""
    return _HEAD + "\n".join(_rows(Settings, "")) + "\n"


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        section = _section(field)
        if section is None or field.description:
            meaning = (field.description or "").replace("|", "\\|")
            yield f"| `{key}` | {_default(field)} | {meaning} |"
        if section is not None:
            yield from _rows(section, f"{key}.{'NAME.' if _is_map(field) else ''}")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if isinstance(value, BaseModel):
        return "the section's own"
    if isinstance(value, frozenset | tuple):
        value = ", ".join(sorted(map(str, value)))
    if isinstance(value, bool):
        value = str(value).lower()
    return "none" if value in (None, {}, "") else f"`{value}`"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    """The model below a key, whether it stands there alone, as an option, or as the values of a map."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _is_map(field: FieldInfo) -> bool:
    return getattr(field.annotation, "__origin__", None) is dict


def main() -> int:
    """Writes the page."""
    REFERENCE.write_text(reference())
    sys.stdout.write(f"{REFERENCE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
