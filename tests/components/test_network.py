from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.address_ranges import refuse_overlap
from components.apis import ProjectApis, ProjectApisArgs
from components.network import Network, NetworkArgs
from components.secret import Given, Secret, SecretArgs
from simulator.in_process import Plan, plan
from tests.components.environments import awaited, environment

SUBNET = "gcp:compute/subnetwork:Subnetwork"
NAT = "gcp:compute/routerNat:RouterNat"
CONNECTION = "gcp:servicenetworking/connection:Connection"
PORTS_OF_AN_ADDRESS = 64512


def made(*, protect: bool = True, **changed: Any) -> Plan:
    """A network, and something that uses it as managed services do."""

    def program() -> None:
        here = environment(protect=protect)
        network = Network("network", NetworkArgs(environment=here, **changed))
        Secret("service", SecretArgs(environment=here, source=Given(value=network.services_network)))

    return plan(program)


def test_no_subnet_is_made_that_nobody_asked_for() -> None:
    planned = made()

    assert planned.one("gcp:compute/network:Network").inputs["autoCreateSubnetworks"] is False
    assert {subnet.inputs["ipCidrRange"] for subnet in planned.of(SUBNET)} == {"10.10.0.0/26", "10.10.1.0/24"}


def test_what_has_no_public_address_still_reaches_googles_apis() -> None:
    assert all(subnet.inputs["privateIpGoogleAccess"] for subnet in made().of(SUBNET))


def test_flows_of_every_subnet_are_logged_at_the_share_that_was_asked_for() -> None:
    logs = [subnet.inputs["logConfig"] for subnet in made(flow_log_sampling=0.25).of(SUBNET)]

    assert [log["flowSampling"] for log in logs] == [0.25, 0.25]


def test_a_share_of_nothing_switches_flow_logs_off() -> None:
    assert not any("logConfig" in subnet.inputs for subnet in made(flow_log_sampling=0.0).of(SUBNET))


def test_virtual_machines_reach_the_internet_and_cloud_run_pays_for_no_translation() -> None:
    planned = made()
    nat = planned.one(NAT).inputs

    assert nat["sourceSubnetworkIpRangesToNat"] == "LIST_OF_SUBNETWORKS"
    assert [subnet["name"] for subnet in nat["subnetworks"]] == [planned.one(SUBNET, "network-vm").id]


def test_one_translated_address_has_ports_for_every_machine_of_the_subnet() -> None:
    planned = made()
    nat = planned.one(NAT).inputs
    machines = IPv4Network(planned.one(SUBNET, "network-vm").inputs["ipCidrRange"]).num_addresses - 4

    assert nat["enableDynamicPortAllocation"] is False
    assert PORTS_OF_AN_ADDRESS // nat["minPortsPerVm"] >= machines


def test_connections_that_find_no_port_are_logged() -> None:
    assert made().one(NAT).inputs["logConfig"] == {"enable": True, "filter": "ERRORS_ONLY"}


def test_whatever_no_other_rule_lets_in_is_refused_and_logged() -> None:
    [rule] = made().of("gcp:compute/firewall:Firewall")

    assert (rule.inputs["direction"], rule.inputs["sourceRanges"]) == ("INGRESS", ["0.0.0.0/0"])
    assert rule.inputs["denies"] == [{"protocol": "all"}]
    assert rule.inputs["logConfig"]
    assert 65534 <= rule.inputs["priority"] < 65535, (
        "below every rule of ours, above the silent one of Google"
    )


def test_a_managed_service_waits_for_the_connection() -> None:
    """Made beside it, Cloud SQL and Memorystore fail on most days: they have no address to take."""
    planned = made()

    version = planned.one("gcp:secretmanager/secretVersion:SecretVersion")
    assert planned.one(CONNECTION).name in awaited(planned, version)


def test_managed_services_take_their_addresses_from_the_range_set_aside() -> None:
    planned = made(services_cidr="10.64.0.0/20")
    [reserved] = planned.of("gcp:compute/globalAddress:GlobalAddress")

    assert (reserved.inputs["address"], reserved.inputs["prefixLength"]) == ("10.64.0.0", 20)
    assert (reserved.inputs["purpose"], reserved.inputs["addressType"]) == ("VPC_PEERING", "INTERNAL")
    assert planned.one(CONNECTION).inputs["reservedPeeringRanges"] == [reserved.inputs["name"]]


@pytest.mark.parametrize(("protect", "policy"), [(False, "REMOVE_PEERING"), (True, "DELETE")])
def test_only_a_stack_that_may_lose_its_data_can_pull_the_peering_from_under_a_database(
    protect: bool, policy: str
) -> None:
    assert made(protect=protect).one(CONNECTION).inputs["deletionPolicy"] == policy


def test_a_peering_that_outlived_an_earlier_stack_is_taken_over() -> None:
    assert made().one(CONNECTION).inputs["updateOnCreationFail"] is True


def test_the_connection_waits_for_its_own_api() -> None:
    """It has no project of its own, which is what every other resource waits by."""

    def program() -> None:
        here = environment()
        apis = ["compute.googleapis.com", "servicenetworking.googleapis.com"]
        switched_on = ProjectApis("apis", ProjectApisArgs(environment=here, apis=apis, propagation_seconds=0))
        here = dataclasses.replace(here, api_projects=switched_on.projects)
        Network("network", NetworkArgs(environment=here))

    planned = plan(program)

    assert "apis-servicenetworking" in awaited(planned, planned.one(CONNECTION))


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"vm_cidr": "10.10.0.32/27"}, ["egress_cidr 10.10.0.0/26", "vm_cidr (10.10.0.32/27)"]),
        ({"services_cidr": "10.10.0.0/16"}, ["egress_cidr 10.10.0.0/26", "services_cidr (10.10.0.0/16)"]),
        ({"services_cidr": "10.0.0.0/8"}, ["egress_cidr", "services_cidr (10.0.0.0/8)"]),
        ({"vm_cidr": "172.17.3.0/24"}, ["vm_cidr 172.17.3.0/24", "Docker"]),
        ({"egress_cidr": "10.10.0.0/27"}, ["egress_cidr 10.10.0.0/27", "write 10.10.0.0/26 or larger"]),
        ({"services_cidr": "10.20.0.0/24"}, ["services_cidr 10.20.0.0/24", "write 10.20.0.0/23 or larger"]),
        ({"vm_cidr": "10.10.1.0/30"}, ["vm_cidr 10.10.1.0/30", "write 10.10.1.0/29 or larger"]),
        ({"vm_cidr": "10.10.1.7/24"}, ["vm_cidr", "write 10.10.1.0/24"]),
        ({"vm_cidr": "34.1.0.0/24"}, ["vm_cidr 34.1.0.0/24", "not private", "10.0.0.0/8"]),
        ({"vm_cidr": "fd00::/64"}, ["vm_cidr", "write one like 10.10.0.0/24"]),
        ({"flow_log_sampling": 50}, ["flow_log_sampling 50", "write 0 to 1"]),
    ],
)
def test_ranges_that_cannot_work_are_refused_with_what_to_write(
    changed: Mapping[str, Any], wanted: list[str]
) -> None:
    with pytest.raises(ValueError, match=re.escape(wanted[0])) as refusal:
        NetworkArgs(environment=environment(), **changed)

    assert [part for part in wanted if part not in str(refusal.value)] == []


private_ranges = st.builds(
    lambda second, third, prefix: IPv4Network((f"10.{second}.{third}.0", prefix), strict=False),
    st.integers(0, 3),
    st.integers(0, 255),
    st.integers(14, 24),
)


@given(one=private_ranges, other=private_ranges)
def test_two_ranges_are_refused_if_and_only_if_they_share_an_address(
    one: IPv4Network, other: IPv4Network
) -> None:
    ranges = {"one": one, "other": other}

    if max(one[0], other[0]) <= min(one[-1], other[-1]):
        with pytest.raises(ValueError, match="share no address") as refusal:
            refuse_overlap(ranges)
        assert [str(named) for named in (one, other) if str(named) not in str(refusal.value)] == []
    else:
        refuse_overlap(ranges)


@given(size=st.integers(16, 30))
def test_an_egress_range_is_accepted_from_a_26_upwards(size: int) -> None:
    cidr = f"172.18.0.0/{size}"

    if size <= 26:
        assert NetworkArgs(environment=environment(), egress_cidr=cidr).egress_cidr == cidr
    else:
        with pytest.raises(ValueError, match="too small"):
            NetworkArgs(environment=environment(), egress_cidr=cidr)
