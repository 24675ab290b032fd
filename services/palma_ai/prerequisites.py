"""What must be there before palma_ai is brought up."""

from __future__ import annotations

from collections.abc import Iterator

from services.palma_ai.settings import PalmaAiSettings
from services.prerequisites import secrets_kept_by_hand, zone_of


def palma_ai_prerequisites(settings: PalmaAiSettings, project: str) -> Iterator[str]:
    """Google Cloud resources by full name."""
    yield from secrets_kept_by_hand(settings.every_secret(), project)
    yield from zone_of(settings.domain, project)
    if settings.source.bucket:
        yield f"projects/{project}/buckets/{settings.source.bucket}"
