from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.kubernetes.maintenance import Maintenance

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def moments(window: Maintenance) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(window.start), datetime.fromisoformat(window.end)


def test_usually_it_is_the_weekend_night() -> None:
    window = Maintenance()

    assert window.recurrence == "FREQ=WEEKLY;BYDAY=SA,SU"
    start, end = moments(window)
    assert (start.hour, end - start) == (3, timedelta(hours=6))


@given(st.lists(st.sampled_from(DAYS), min_size=1, unique=True), st.integers(0, 23), st.integers(4, 24))
def test_every_window_that_is_taken_is_one_that_google_takes(days: list[Any], hour: int, hours: int) -> None:
    # In any 32 days there are four whole weeks.
    if len(days) * 4 * hours < 48:
        with pytest.raises(ValueError, match="write hours: "):
            Maintenance(days=days, hour=hour, hours=hours)
        return
    start, end = moments(Maintenance(days=days, hour=hour, hours=hours))

    assert end - start == timedelta(hours=hours)
    assert end - start >= timedelta(hours=4)
    assert DAYS[start.weekday()] in days, "the first window is one of them"


def test_the_same_setting_is_the_same_window_on_every_day() -> None:
    """A date that followed today's would be a change of the cluster every day."""
    start, _ = moments(Maintenance())

    assert start < datetime(2024, 2, 1, tzinfo=UTC)
    assert Maintenance(days=("SU", "SA")).recurrence == Maintenance(days=("SA", "SU")).recurrence


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"days": ()}, "write some of MO"),
        ({"days": ("SA", "SA")}, "each once"),
        ({"days": ("SATURDAY",)}, "write some of MO"),
        ({"hour": 24}, "write 0 to 23"),
        ({"hours": 3}, "write 4 to 24"),
        ({"days": ("SU",), "hours": 6}, "write hours: 12, or more days"),
    ],
)
def test_a_window_that_google_refuses_is_refused_with_what_to_write(
    changed: dict[str, Any], advice: str
) -> None:
    with pytest.raises(ValueError, match=advice):
        Maintenance(**changed)
