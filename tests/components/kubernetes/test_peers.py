from __future__ import annotations

from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.kubernetes.cluster import Cluster
from components.kubernetes.peers import (
    Addresses,
    Allow,
    Pods,
    balancer,
    collectors,
    dns,
    internet,
    metadata,
)
from simulator.in_process import plan
from tests.components.kubernetes.in_cluster import GOOGLE


def with_cluster(**facts: Any) -> dict[str, tuple[Allow, ...]]:
    """What each helper says of a cluster with these facts."""
    said: dict[str, tuple[Allow, ...]] = {}

    def program() -> None:
        provider = kubernetes.Provider("main", cluster_identifier="own")
        cluster = Cluster(name="main", region="europe-west1", provider=provider, **facts)
        said.update(dns=dns(cluster), metadata=metadata(cluster))
        said.update(balancer=balancer(cluster, 8000), collectors=collectors(cluster, 9090))

    plan(program)
    return said


def ends(allowed: tuple[Allow, ...]) -> set[tuple[object, int]]:
    """Each address range, or label of pods, with each port."""
    found: set[tuple[object, int]] = set()
    for allow in allowed:
        names = allow.peer.ranges if isinstance(allow.peer, Addresses) else allow.peer.labels.values()
        found |= {(name, port) for name in names for port in allow.ports}
    return found


@pytest.mark.parametrize("google", [GOOGLE, None])
def test_names_are_looked_up_with_the_dns_pods_or_with_the_cache_on_the_node(google: Any) -> None:
    """Dataplane V2 judges the cache's pod, other data planes its address: with one of them DNS is dropped."""
    found = with_cluster(google=google)["dns"]

    assert {("kube-dns", 53), ("node-local-dns", 53), ("169.254.20.10/32", 53)} <= ends(found)
    assert {allow.protocol for allow in found} == {"UDP", "TCP"}


def test_cloud_dns_answers_at_the_metadata_servers_address_on_gke_alone() -> None:
    assert ("169.254.169.254/32", 53) in ends(with_cluster(google=GOOGLE)["dns"])
    assert ("169.254.169.254/32", 53) not in ends(with_cluster()["dns"])


def test_the_metadata_servers_ports_go_with_the_address_that_each_data_plane_sees() -> None:
    assert ends(with_cluster(google=GOOGLE)["metadata"]) == {
        ("169.254.169.254/32", 80),
        ("169.254.169.254/32", 8080),
        ("169.254.169.252/32", 987),
        ("169.254.169.252/32", 988),
    }


def test_off_google_there_is_no_metadata_server_and_no_managed_collector() -> None:
    """On another cloud the same address hands out the node's own credentials."""
    found = with_cluster()

    assert found["metadata"] == found["collectors"] == ()


def test_collectors_are_let_in_from_where_autopilot_and_standard_have_them() -> None:
    found = with_cluster(google=GOOGLE)["collectors"]

    assert {allow.peer.namespace for allow in found if isinstance(allow.peer, Pods)} == {
        "gmp-system",
        "gke-gmp-system",
    }
    assert ends(found) == {("collector", 9090)}


def test_the_balancers_are_those_of_the_cluster() -> None:
    assert ends(with_cluster(google=GOOGLE)["balancer"]) == {
        ("130.211.0.0/22", 8000),
        ("35.191.0.0/16", 8000),
    }
    assert ends(with_cluster(balancer_ranges=("10.9.0.0/24",))["balancer"]) == {("10.9.0.0/24", 8000)}
    assert with_cluster(balancer_ranges=())["balancer"] == ()


def test_the_internet_is_neither_the_network_nor_the_metadata_server() -> None:
    [allow] = internet()
    assert isinstance(allow.peer, Addresses)

    assert allow.ports == (443,)
    assert allow.peer.ranges == ("0.0.0.0/0",)
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(allow.peer.excluded)


@pytest.mark.parametrize(
    ("peer", "ports", "advice"),
    [
        (lambda: Addresses(ranges=()), (80,), "write a range"),
        (lambda: Addresses(ranges=("10.0.0.1/24",)), (80,), "10.10.0.0/24"),
        (lambda: Addresses(ranges=("somewhere",)), (80,), "10.10.0.0/24"),
        (lambda: Pods(namespace="n"), (), "write the ports"),
        (lambda: Pods(namespace="n"), (70000,), "1 to 65535"),
    ],
)
def test_what_would_mean_everybody_or_nothing_is_refused(peer: Any, ports: Any, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        Allow(peer=peer(), ports=ports)
