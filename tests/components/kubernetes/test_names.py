from __future__ import annotations

import pytest

from components.kubernetes.names import dns_label, labels


@pytest.mark.parametrize("name", ["a", "ai-engine-api", "v2", "a" * 63])
def test_a_name_that_a_cluster_takes_stays_as_it_is(name: str) -> None:
    assert dns_label("name", name) == name


@pytest.mark.parametrize("name", ["", "A", "2a", "-a", "a-", "a_b", "a.b", "ä", "a\n"])
def test_a_name_that_no_cluster_takes_is_refused_with_one_that_it_would(name: str) -> None:
    with pytest.raises(ValueError, match="like ai-engine-api"):
        dns_label("name", name)


def test_a_name_that_leaves_no_room_for_what_is_added_is_refused() -> None:
    assert dns_label("name", "a" * 52, limit=52)
    with pytest.raises(ValueError, match="at most 52"):
        dns_label("name", "a" * 53, limit=52)


def test_two_instances_of_a_part_differ_in_what_selects_them_and_agree_on_what_they_are() -> None:
    stable = labels("api", part_of="system", component="api", instance="stable")
    canary = labels("api-canary", part_of="system", component="api", instance="canary")
    same = {key for key in stable if stable[key] == canary[key]}

    assert "app" not in same
    assert {"app.kubernetes.io/part-of", "app.kubernetes.io/component"} <= same
