from __future__ import annotations

import pytest

from components.cron import check_cron


@pytest.mark.parametrize(
    "expression",
    [
        "0 3 * * *",
        "*/15 * * * *",
        "0-30/5 8-18 1,15 * 1-5",
        "59 23 31 12 7",
        "0 0 1 JAN,jul MON-FRI",
        "  0   3  *  *  * ",
    ],
)
def test_what_cloud_scheduler_takes_is_taken(expression: str) -> None:
    check_cron(expression)


@pytest.mark.parametrize("expression", ["", "0 3 * *", "0 0 3 * * *", "@daily", "every 24 hours"])
def test_anything_but_five_fields_is_refused_with_an_example(expression: str) -> None:
    with pytest.raises(ValueError, match=r"for example '0 3 \* \* \*'"):
        check_cron(expression)


@pytest.mark.parametrize(
    ("expression", "field"),
    [
        ("60 3 * * *", "'60' is no minute; write 0 to 59"),
        ("0 24 * * *", "'24' is no hour; write 0 to 23"),
        ("0 3 0 * *", "'0' is no day of the month; write 1 to 31"),
        ("0 3 * 13 *", "'13' is no month; write 1 to 12"),
        ("0 3 * * 8", "'8' is no day of the week; write 0 to 7"),
        ("0 3 * MON *", "'MON' is no month"),
        ("30-10 3 * * *", "'30-10' is no minute"),
        ("*/0 3 * * *", r"'\*/0' is no minute"),
        ("0, 3 * * *", "'0,' is no minute"),
        ("-5 3 * * *", "'-5' is no minute"),
    ],
)
def test_a_field_out_of_its_range_is_named_with_the_range(expression: str, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        check_cron(expression)
