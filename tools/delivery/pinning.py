"""A stack's file with images in it that were built before: then the program builds none.

Which setting takes which image stands here, by the name that the program gives the image.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tools.delivery.files import FOLDER, DeliveryError

_NAMESPACE = "ai-platform"
"""The namespace of the settings. Not imported from their model, which takes seconds to read."""

SETTINGS = {
    "axis-api-image": "axis.api.image",
    "axis-api-keeper": "axis.duckdb.keeper_image",
    "axis-frontend-image": "axis.frontend.image",
    "memorise-ai-engine": "memorise.ai_engine.image",
    "memorise-content-engine": "memorise.content_engine.image",
}
"""The setting that takes an image instead of building it, by the image's name in the program."""


def setting_of(image: str) -> str:
    """The setting that takes an image."""
    if image not in SETTINGS:
        raise DeliveryError(f"no setting takes image {image}; name it in tools/delivery/pinning.py")
    return SETTINGS[image]


def pinned(stack: str, images: dict[str, str], folder: Path | None = None) -> Path:
    """Writes the stack's file with `images` in it, beside what a delivery hands on, and says where."""
    source = (folder or Path.cwd()) / f"Pulumi.{stack}.yaml"
    try:
        content = yaml.safe_load(source.read_text())
    except FileNotFoundError:
        raise DeliveryError(f"{source.name}: is missing; write STACK= and the name of a stack") from None
    for setting, image in sorted(images.items()):
        _set(content.setdefault("config", {}), setting, image)
    path = FOLDER / source.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    return path


def _set(config: dict[str, Any], setting: str, image: str) -> None:
    first, *rest = setting.split(".")
    section = config.setdefault(f"{_NAMESPACE}:{first}", {})
    for key in rest[:-1]:
        section = section.setdefault(key, {})
    # What it is built from has no meaning beside it.
    section.pop("source", None)
    section[rest[-1]] = image
