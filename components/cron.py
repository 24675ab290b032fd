"""Schedules as Cloud Scheduler takes them: cron expressions of five fields, and their time zones."""

from __future__ import annotations

import functools
import re
from zoneinfo import available_timezones

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?")


def check_cron(expression: str) -> None:
    """A ValueError that names the field and its range, where `expression` is none that would ever run."""
    values = expression.split()
    if len(values) != len(_FIELDS):
        raise ValueError(
            f"cron {expression!r} has {len(values)} fields; write minute, hour, day of the month, month and "
            "day of the week, for example '0 3 * * *'"
        )
    for value, (name, least, most, words) in zip(values, _FIELDS, strict=True):
        if not all(_is_legal(part, least, most, words) for part in value.split(",")):
            raise ValueError(
                f"cron {expression!r}: {value!r} is no {name}; write {least} to {most}, a range like "
                f"{least}-{most}, a list, or * with or without a step"
            )


def check_time_zone(time_zone: str) -> None:
    """A ValueError where `time_zone` is none of the tz database, where there is one."""
    known = time_zones()
    if known and time_zone not in known:
        raise ValueError(f"time zone {time_zone!r} is not in the tz database; write one like Europe/Berlin")


@functools.cache
def time_zones() -> frozenset[str]:
    """The names of the tz database; reading them means opening hundreds of files."""
    return frozenset(available_timezones())


def _is_legal(part: str, least: int, most: int, words: tuple[str, ...]) -> bool:
    matched = _PART.fullmatch(part)
    if matched is None or matched["step"] == "0":
        return False
    bounds = [_number(word, least, words) for word in (matched["first"], matched["last"]) if word]
    return all(least <= bound <= most for bound in bounds) and bounds == sorted(bounds)


def _number(word: str, least: int, words: tuple[str, ...]) -> int:
    if word.isdigit():
        return int(word)
    return words.index(word.upper()) + least if word.upper() in words else -1
