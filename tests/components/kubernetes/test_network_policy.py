from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.network_policy import NetworkPolicy, NetworkPolicyArgs
from components.kubernetes.peers import Addresses, Allow, Pods, internet
from simulator.in_process import Plan
from simulator.values import opened
from tests.components.kubernetes.in_cluster import (
    NAMESPACE,
    POLICY,
    Team,
    manifests,
    planned,
    verdict,
)


def policy(team: Team, **changed: Any) -> NetworkPolicy:
    usual: dict[str, Any] = {"namespace": team.namespace, "name": "api", "selector": {"app": "api"}}
    return NetworkPolicy("api", NetworkPolicyArgs(**usual | changed), team.cluster.options(team))


def made(**changed: Any) -> Plan:
    return planned(lambda team: policy(team, **changed))


def spec(found: Plan) -> dict[str, Any]:
    return opened(found.one(POLICY, "api").inputs)["spec"]


def test_both_directions_are_closed_where_nothing_is_said() -> None:
    found = spec(made())

    assert found["policyTypes"] == ["Ingress", "Egress"]
    assert (found["ingress"], found["egress"]) == ([], [])


def test_pods_are_meant_in_their_namespace_alone() -> None:
    """As two peers the selectors would mean: all pods of that namespace, and these pods of this one."""
    peer = Pods(namespace="neighbours", labels={"app": "client"})
    [rule] = spec(made(ingress=[Allow(peer=peer, ports=(8000,))]))["ingress"]

    assert rule["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "neighbours"}},
            "podSelector": {"matchLabels": {"app": "client"}},
        }
    ]


def test_a_namespace_that_is_made_here_is_meant_by_its_name() -> None:
    found = planned(
        lambda team: policy(team, ingress=[Allow(peer=Pods(namespace=team.namespace), ports=(8000,))])
    )

    [rule] = spec(found)["ingress"]
    assert rule["from"][0]["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}}


def test_exceptions_stand_only_in_the_range_that_they_are_in() -> None:
    peer = Addresses(ranges=("10.0.0.0/8", "192.168.0.0/16"), excluded=("10.1.0.0/16",))
    [rule] = spec(made(egress=[Allow(peer=peer, ports=(443,))]))["egress"]

    assert rule["to"] == [
        {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
        {"ipBlock": {"cidr": "192.168.0.0/16"}},
    ]


def test_what_is_said_twice_is_allowed_once_and_peers_of_the_same_ports_share_a_rule() -> None:
    one, other = (
        Allow(peer=Addresses(ranges=(cidr,)), ports=(443,)) for cidr in ("10.1.0.0/16", "10.2.0.0/16")
    )
    found = planned(
        lambda team: policy(
            team,
            egress=[one, other, one],
            ingress=[Allow(peer=Pods(namespace=team.namespace), ports=(80,))] * 2,
        )
    )

    [rule] = spec(found)["egress"]
    assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert [len(rule["from"]) for rule in spec(found)["ingress"]] == [1]


def test_ports_are_those_of_their_own_protocol() -> None:
    peer = Addresses(ranges=("10.1.0.0/16",))
    found = spec(
        made(egress=[Allow(peer=peer, ports=(53,), protocol="UDP"), Allow(peer=peer, ports=(53, 853))])
    )

    assert [rule["ports"] for rule in found["egress"]] == [
        [{"port": 53, "protocol": "UDP"}],
        [{"port": 53, "protocol": "TCP"}, {"port": 853, "protocol": "TCP"}],
    ]


def test_kubernetes_itself_finds_nothing_wrong() -> None:
    peer = Pods(namespace="neighbours")

    assert (
        verdict(manifests(made(ingress=[Allow(peer=peer, ports=(1, 65535))], egress=internet(443, 80)))) == []
    )


def test_kubernetes_own_judgement_sees_a_range_that_is_none() -> None:
    [broken] = [one for one in manifests(made(egress=internet())) if one.get("spec", {}).get("egress")]
    broken["spec"]["egress"][0]["to"][0]["ipBlock"]["cidr"] = "10.0.0.0/33"

    assert "cidr" in "\n".join(verdict([broken]))


@pytest.mark.parametrize(
    ("changed", "advice"), [({"selector": {}}, "write a label"), ({"name": "The_API"}, "lower-case")]
)
def test_what_would_be_about_everybody_is_refused(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        made(**changed)
