"""What must be there before AXIS is brought up."""

from __future__ import annotations

from collections.abc import Iterator

from services.axis.settings import AxisSettings
from services.prerequisites import secrets_kept_by_hand, zone_of


def axis_prerequisites(settings: AxisSettings, project: str) -> Iterator[str]:
    """Google Cloud resources by full name."""
    yield from secrets_kept_by_hand(settings.secrets.values(), project)
    yield from zone_of(settings.domain, project)
    if settings.api.canary:
        yield settings.api.canary.stable_revision
