from __future__ import annotations

from typing import Any

import pytest
from pulumi_gcp import compute

from components.armor_rules import Waf, armor_rules
from tests.components.cloud_run import planned

POLICY = "gcp:compute/securityPolicy:SecurityPolicy"


def rules(*, requests_per_minute: int = 600, waf: Waf = "preview") -> list[dict[str, Any]]:
    """The rules in the order in which they are asked."""

    def program() -> None:
        told = armor_rules(requests_per_minute=requests_per_minute, waf=waf)
        compute.SecurityPolicy("policy", project="acme-prod", rules=told)

    return sorted(planned(program).one(POLICY).inputs["rules"], key=lambda rule: rule["priority"])


def test_a_client_that_asks_too_often_is_told_to_wait() -> None:
    [limit] = [rule for rule in rules(requests_per_minute=120) if rule["action"] == "throttle"]

    options = limit["rateLimitOptions"]
    assert options["rateLimitThreshold"] == {"count": 120, "intervalSec": 60}
    assert (options["enforceOnKey"], options["exceedAction"]) == ("IP", "deny(429)")
    assert not limit.get("preview")


@pytest.mark.parametrize(("waf", "preview"), [("preview", True), ("enforce", False)])
def test_attack_patterns_are_asked_before_the_rate_limit_lets_everything_pass(
    waf: Waf, preview: bool
) -> None:
    told = rules(waf=waf)

    actions = [rule["action"] for rule in told]
    patterns = [rule for rule in told if rule["action"] == "deny(403)"]
    assert patterns
    assert actions.index("throttle") == len(patterns)
    assert {rule["preview"] for rule in patterns} == {preview}


def test_attacks_that_have_a_number_are_among_the_patterns_whose_other_rule_sets_are_the_newest() -> None:
    asked = [rule["match"]["expr"]["expression"] for rule in rules() if "expr" in rule["match"]]

    sets = {expression.split("'")[1] for expression in asked}
    assert "cve-canary" in sets
    assert all(each.endswith("-v422-stable") for each in sets - {"cve-canary"})


def test_a_description_fits_into_the_sixty_four_characters_that_cloud_armor_takes() -> None:
    assert max(len(rule["description"]) for rule in rules()) <= 64


def test_without_attack_patterns_the_rate_limit_remains() -> None:
    assert [rule["action"] for rule in rules(waf="off")] == ["throttle", "allow"]


def test_what_no_rule_decides_is_let_through_by_the_rule_that_must_be_last() -> None:
    last = rules()[-1]

    assert (last["priority"], last["action"]) == (2147483647, "allow")
    assert last["match"]["config"]["srcIpRanges"] == ["*"]
