"""Whether a stack is protected: its one switch, as its configuration says it."""

from __future__ import annotations

from collections.abc import Mapping

SETTING = "ai-platform:protect"


def protects(configuration: Mapping[str, str]) -> bool:
    """Whether a stack's configuration protects what holds data; so it is unless it says otherwise."""
    return configuration.get(SETTING, "true") != "false"
