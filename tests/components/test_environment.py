from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.environment import fitted
from tests.components.environments import environment

LEGAL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")

names = st.text(st.characters(codec="ascii", categories=("Lu", "Ll", "Nd", "Pc", "Pd")), max_size=80)
any_text = st.text(max_size=40)
limits = st.integers(min_value=20, max_value=255)


@given(name=st.one_of(names, any_text), limit=limits)
def test_a_physical_name_is_legal_for_every_resource_and_no_longer_than_its_limit(
    name: str, limit: int
) -> None:
    physical = environment().physical_name(name, limit=limit)

    assert len(physical) <= limit
    assert LEGAL.fullmatch(physical)


@given(one=names, other=names, limit=limits)
def test_two_names_never_share_a_physical_name(one: str, other: str, limit: int) -> None:
    physical = environment().physical_name

    assert (physical(one, limit=limit) == physical(other, limit=limit)) == (one == other)


@given(start=st.text("abc-", min_size=60, max_size=60), limit=st.integers(min_value=20, max_value=63))
def test_names_that_differ_only_where_they_are_cut_off_stay_apart(start: str, limit: int) -> None:
    physical = environment().physical_name

    assert physical(start + "a", limit=limit) != physical(start + "b", limit=limit)


@given(name=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True))
def test_a_name_that_fits_is_left_as_people_know_it(name: str) -> None:
    assert environment().physical_name(name) == f"ai-prod-{name}"


def test_names_that_differ_in_what_is_illegal_stay_apart() -> None:
    physical = environment().physical_name

    assert len({physical(name) for name in ("human_signals", "human-signals", "Human-Signals")}) == 3


def test_the_longest_stack_still_leaves_room_for_a_service_account_of_its_own() -> None:
    there = environment(stack="s" * 20, prefix="p" * 10)

    assert len({there.physical_name(name, limit=30) for name in ("axis-api", "axis-scheduler")}) == 2


def test_a_short_name_is_not_touched_when_only_its_end_has_to_change() -> None:
    assert fitted("ai-prod-", 30).startswith("ai-prod-")


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"project": "Acme"}, "acme-prod"),
        ({"project_number": "acme-prod"}, "gcloud projects describe"),
        ({"region": "europe-west1-b"}, "europe-west1"),
        ({"zone": "us-central1-a"}, "europe-west1-b"),
        ({"zone": "europe-west1"}, "europe-west1-b"),
        ({"stack": "Prod_EU"}, "prod-eu"),
        ({"stack": "a-stack-with-a-very-long-name"}, "at most 20"),
        ({"prefix": "1st"}, "like ai"),
    ],
)
def test_a_place_that_would_make_illegal_names_is_refused_with_what_to_write(
    changed: Mapping[str, str], wanted: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(wanted)) as refusal:
        environment(**changed)

    assert repr(next(iter(changed.values()))) in str(refusal.value)


def test_a_resource_takes_the_project_from_its_own_api() -> None:
    there = environment(api_projects={"redis.googleapis.com": "acme-prod-once-redis-is-on"})

    assert there.project_using("redis.googleapis.com") == "acme-prod-once-redis-is-on"
    assert there.project_using("dns.googleapis.com") == "acme-prod"
