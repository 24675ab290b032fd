"""Which paths of the AI Engine the public reaches: a list, and nothing beside it. Pure functions."""

from __future__ import annotations

from components.kubernetes.route import Path
from services.memorise.settings import WEBHOOK, AiEngineSettings

_BELOW = "/*"


def public_paths(settings: AiEngineSettings) -> list[Path]:
    """The document's own two first: `/`, or wherever health is told, and RudderStack's webhook."""
    return [
        Path(settings.health_path, "Exact", "GET"),
        Path(WEBHOOK, "Exact", "POST"),
        *(_path(each) for each in settings.public_paths),
    ]


def covers_webhook(path: str) -> bool:
    """Whether a path would publish more of the webhook than its POST, and what lies beside it."""
    if path.endswith(_BELOW):
        return f"{WEBHOOK}/".startswith(f"{path.removesuffix(_BELOW)}/")
    return path == WEBHOOK


def _path(path: str) -> Path:
    if path.endswith(_BELOW):
        return Path(path.removesuffix(_BELOW), "PathPrefix")
    return Path(path, "Exact")
