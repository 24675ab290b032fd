from __future__ import annotations

import re

import pytest

from components.private_zone import PrivateZone, PrivateZoneArgs
from simulator.in_process import Plan, PlannedResource, plan
from tests.components.environments import environment

NETWORK = "projects/acme-prod/global/networks/there"


def planned(*, protect: bool = True, stack: str = "prod", domain: str = "ai.internal") -> Plan:
    def program() -> None:
        here = environment(protect=protect, stack=stack)
        PrivateZone("zone", PrivateZoneArgs(environment=here, network=NETWORK, domain=domain))

    return plan(program, existing=[NETWORK])


def made(*, protect: bool = True, stack: str = "prod", domain: str = "ai.internal") -> PlannedResource:
    return planned(protect=protect, stack=stack, domain=domain).one("gcp:dns/managedZone:ManagedZone")


def test_only_the_stacks_own_network_sees_its_names() -> None:
    zone = made().inputs

    assert zone["visibility"] == "private"
    assert zone["privateVisibilityConfig"] == {"networks": [{"networkUrl": NETWORK}]}


def test_two_stacks_that_share_a_domain_have_different_names() -> None:
    assert [made(stack=stack).inputs["dnsName"] for stack in ("dev", "prod")] == [
        "dev.ai.internal.",
        "prod.ai.internal.",
    ]


def test_a_name_that_somebody_added_by_hand_stops_the_deletion_of_a_protected_zone_alone() -> None:
    assert [made(protect=protect).inputs["forceDestroy"] for protect in (True, False)] == [False, True]


def test_what_asks_for_a_name_in_the_network_is_logged() -> None:
    policy = planned().one("gcp:dns/policy:Policy").inputs

    assert policy["enableLogging"] is True
    assert policy["networks"] == [{"networkUrl": NETWORK}]


@pytest.mark.parametrize(
    "domain",
    ["internal", "ai.internal.", "AI.internal", "-ai.internal", "google.internal", "googleapis.com", ""],
)
def test_a_domain_that_is_none_or_hides_googles_own_names_is_refused(domain: str) -> None:
    with pytest.raises(ValueError, match=re.escape("write ai.internal")) as refusal:
        PrivateZoneArgs(environment=environment(), network=NETWORK, domain=domain)

    assert domain in str(refusal.value)
