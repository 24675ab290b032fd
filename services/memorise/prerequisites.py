"""What must be there before memorise is brought up."""

from __future__ import annotations

from collections.abc import Iterator

from services.memorise.settings import MemoriseSettings
from services.prerequisites import secrets_kept_by_hand, zone_of


def memorise_prerequisites(settings: MemoriseSettings, project: str) -> Iterator[str]:
    """Google Cloud resources by full name."""
    yield from secrets_kept_by_hand(settings.every_secret(), project)
    yield from zone_of(settings.domain, project)
