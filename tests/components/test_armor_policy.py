from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.armor_policy import ArmorPolicy, ArmorPolicyArgs
from simulator.in_process import Plan, plan
from tests.components.environments import environment

POLICY = "gcp:compute/securityPolicy:SecurityPolicy"


def args(**changed: Any) -> ArmorPolicyArgs:
    usual: dict[str, Any] = {"environment": environment()}
    return ArmorPolicyArgs(**usual | changed)


def made(**changed: Any) -> Plan:
    def program() -> None:
        pulumi.export("name", ArmorPolicy("armor", args(**changed)).policy_name)

    return plan(program)


def rules(**changed: Any) -> list[dict[str, Any]]:
    """In the order in which Cloud Armor asks."""
    return sorted(made(**changed).one(POLICY).inputs["rules"], key=lambda rule: rule["priority"])


def limits(**changed: Any) -> dict[str, int]:
    """What is matched to the requests it may make in a minute, in the order of asking."""
    found = {}
    for rule in rules(**changed):
        if rule["action"] == "throttle":
            expression = rule["match"].get("expr", {}).get("expression", "everything")
            assert rule["rateLimitOptions"]["enforceOnKey"] == "IP"
            assert rule["rateLimitOptions"]["exceedAction"] == "deny(429)"
            found[expression] = rule["rateLimitOptions"]["rateLimitThreshold"]["count"]
    return found


def test_a_path_of_its_own_limit_is_asked_for_before_the_limit_of_everything() -> None:
    found = limits(requests_per_minute=600, path_limits={"/api/ingest": 6000})

    assert [*found.items()] == [("request.path == '/api/ingest'", 6000), ("everything", 600)]


def test_an_attack_is_refused_whatever_its_path_may_send() -> None:
    """Within its limit a request is let in, and nothing is asked after that."""
    order = [rule["action"] for rule in rules(path_limits={"/api/ingest": 60}, waf="enforce")]

    last_attack = max(at for at, action in enumerate(order) if action == "deny(403)")
    assert last_attack < order.index("throttle")


def test_no_two_rules_stand_in_one_place() -> None:
    paths = {f"/hook/{number}": 60 for number in range(5)}
    places = [rule["priority"] for rule in rules(path_limits=paths, waf="enforce")]

    assert len(set(places)) == len(places)


def test_a_service_names_it() -> None:
    planned = made()

    assert planned.outputs["name"] == planned.one(POLICY).inputs["name"]


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"requests_per_minute": 0}, "requests_per_minute 0 is out of range; write 1 to 10000"),
        ({"path_limits": {"/api/ingest": 10001}}, "path_limits /api/ingest 10001 is out of range"),
        ({"path_limits": {"/api' || true": 60}}, "write one like /api/ingest"),
        ({"path_limits": {"api": 60}}, "write one like /api/ingest"),
    ],
)
def test_what_google_would_refuse_is_refused_with_what_to_write(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        made(**changed)
