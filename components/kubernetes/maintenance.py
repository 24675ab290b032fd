"""When Google may maintain a cluster: the days and hours of a week, as the API wants them said. Pure data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

_DAYS = get_args(Day)
_A_MONDAY = datetime(2024, 1, 1)
_LEAST_WINDOW, _LEAST_MONTH = 4, 48


@dataclass(frozen=True, kw_only=True)
class Maintenance:
    """Weekly windows.

    Attributes:
        days: the days a window begins on.
        hour: when it begins, UTC.
        hours: how long it is open. Google wants 48 hours in every 32 days, in windows of 4 or more.
    """

    days: Sequence[Day] = ("SA", "SU")
    hour: int = 3
    hours: int = 6

    def __post_init__(self) -> None:
        if not self.days or set(self.days) - set(_DAYS) or len(set(self.days)) < len(self.days):
            raise ValueError(
                f"maintenance days {list(self.days)}: write some of {', '.join(_DAYS)}, each once"
            )
        if not 0 <= self.hour <= 23:
            raise ValueError(f"maintenance hour {self.hour} is no hour; write 0 to 23")
        if not _LEAST_WINDOW <= self.hours <= 24:
            raise ValueError(f"maintenance hours {self.hours} is no window; write {_LEAST_WINDOW} to 24")
        weekly = _LEAST_MONTH // 4
        if len(self.days) * self.hours < weekly:
            raise ValueError(
                f"maintenance is open {len(self.days) * self.hours} hours a week, and Google wants {weekly}; "
                f"write hours: {-(-weekly // len(self.days))}, or more days"
            )

    @property
    def start(self) -> str:
        """When the first window began."""
        return _utc(self._first)

    @property
    def end(self) -> str:
        """When it ended."""
        return _utc(self._first + timedelta(hours=self.hours))

    @property
    def recurrence(self) -> str:
        """When it comes again."""
        return f"FREQ=WEEKLY;BYDAY={','.join(day for day in _DAYS if day in self.days)}"

    @property
    def _first(self) -> datetime:
        """Long ago, on one of the days: a date that moved would change the cluster every day."""
        return _A_MONDAY + timedelta(days=min(_DAYS.index(day) for day in self.days), hours=self.hour)


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
