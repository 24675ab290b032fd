"""palma_ai's stack outputs, named for their readers. None is a secret, or tells one."""

from __future__ import annotations

from typing import Any

from services.palma_ai.palma_ai import PalmaAi


def palma_ai_outputs(palma: PalmaAi) -> dict[str, Any]:
    """Name to value; the names are an interface."""
    return {
        "palma_ai_url": palma.url,
        "palma_ai_address": palma.address,
        "palma_ai_revision": palma.revision,
    }
