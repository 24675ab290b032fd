"""The evaluator of NetworkPolicies against truth tables that were worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from reports.network_policies import Address, End, Pod, allowed, connects

API = Pod(name="api", namespace="app", labels={"app": "api"}, ports={"http": 8000})
ENGINE = Pod(name="engine", namespace="app", labels={"app": "engine"}, ports={"http": 8001})
STRAY = Pod(name="stray", namespace="app")
OTHER = Pod(name="other", namespace="other", labels={"app": "api"}, namespace_labels={"team": "b"})
SCRAPER = Pod(name="scraper", namespace="metrics", labels={"app": "scraper"})
BALANCER = Address(name="balancer", address="35.191.0.9")
DATABASE = Address(name="database", address="10.20.0.5")
CACHE = Address(name="cache", address="10.20.9.5")
ANYBODY = Address(name="anybody", address="203.0.113.9")

Rule = dict[str, Any]


def policy(namespace: str, selector: dict[str, str], **spec: Any) -> dict[str, Any]:
    pods = {"matchLabels": selector} if selector else {}
    return {"metadata": {"name": "it", "namespace": namespace}, "spec": {"podSelector": pods, **spec}}


def in_(*peers: Rule, ports: list[Rule] | None = None) -> Rule:
    return {"from": list(peers), **({"ports": ports} if ports else {})}


def out(*peers: Rule, ports: list[Rule] | None = None) -> Rule:
    return {"to": list(peers), **({"ports": ports} if ports else {})}


def pods(**labels: str) -> Rule:
    return {"podSelector": {"matchLabels": labels}}


def namespace(name: str) -> Rule:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def block(cidr: str, *but: str) -> Rule:
    return {"ipBlock": {"cidr": cidr, **({"except": list(but)} if but else {})}}


CLOSED = policy("app", {}, policyTypes=["Ingress", "Egress"])

INGRESS: list[tuple[str, list[Rule], End, int, bool]] = [
    ("no policy at all", [], OTHER, 8000, True),
    ("a policy for other pods", [policy("app", {"app": "engine"}, ingress=[])], OTHER, 8000, True),
    ("a policy of another namespace", [policy("other", {}, ingress=[])], OTHER, 8000, True),
    ("everything closed", [CLOSED], ENGINE, 8000, False),
    ("no rule", [policy("app", {"app": "api"}, policyTypes=["Ingress"])], ENGINE, 8000, False),
    ("an empty rule", [policy("app", {"app": "api"}, ingress=[{}])], ANYBODY, 8000, True),
    ("its own namespace", [policy("app", {}, ingress=[in_({"podSelector": {}})])], STRAY, 8000, True),
    ("not another namespace", [policy("app", {}, ingress=[in_({"podSelector": {}})])], OTHER, 8000, False),
    ("pods by label", [policy("app", {}, ingress=[in_(pods(app="engine"))])], ENGINE, 8000, True),
    ("the same label elsewhere", [policy("app", {}, ingress=[in_(pods(app="api"))])], OTHER, 8000, False),
    ("a namespace by name", [policy("app", {}, ingress=[in_(namespace("metrics"))])], SCRAPER, 8000, True),
    (
        "both selectors in one peer mean both",
        [policy("app", {}, ingress=[in_({**namespace("metrics"), **pods(app="other")})])],
        SCRAPER,
        8000,
        False,
    ),
    (
        "two peers mean either",
        [policy("app", {}, ingress=[in_(namespace("metrics"), pods(app="other"))])],
        SCRAPER,
        8000,
        True,
    ),
    (
        "a namespace by a label of its own",
        [policy("app", {}, ingress=[in_({"namespaceSelector": {"matchLabels": {"team": "b"}}})])],
        OTHER,
        8000,
        True,
    ),
    ("a range", [policy("app", {}, ingress=[in_(block("35.191.0.0/16"))])], BALANCER, 8000, True),
    ("outside a range", [policy("app", {}, ingress=[in_(block("35.191.0.0/16"))])], ANYBODY, 8000, False),
    ("a range is no pod", [policy("app", {}, ingress=[in_(block("0.0.0.0/0"))])], OTHER, 8000, False),
    (
        "its port",
        [policy("app", {}, ingress=[in_(pods(app="engine"), ports=[{"port": 8000}])])],
        ENGINE,
        8000,
        True,
    ),
    (
        "another port",
        [policy("app", {}, ingress=[in_(pods(app="engine"), ports=[{"port": 9000}])])],
        ENGINE,
        8000,
        False,
    ),
    (
        "a port by its name",
        [policy("app", {}, ingress=[in_(pods(app="engine"), ports=[{"port": "http"}])])],
        ENGINE,
        8000,
        True,
    ),
    (
        "a range of ports",
        [policy("app", {}, ingress=[in_(ports=[{"port": 7000, "endPort": 8000}])])],
        ENGINE,
        8000,
        True,
    ),
    (
        "another protocol",
        [policy("app", {}, ingress=[in_(ports=[{"port": 8000, "protocol": "UDP"}])])],
        ENGINE,
        8000,
        False,
    ),
    ("policies add up", [CLOSED, policy("app", {"app": "api"}, ingress=[{}])], ENGINE, 8000, True),
    (
        "egress alone closes no ingress",
        [policy("app", {}, policyTypes=["Egress"], egress=[])],
        ENGINE,
        8000,
        True,
    ),
]

EGRESS: list[tuple[str, list[Rule], End, int, bool]] = [
    ("a policy without egress", [policy("app", {}, ingress=[])], DATABASE, 5432, True),
    ("everything closed", [CLOSED], DATABASE, 5432, False),
    ("a range", [policy("app", {}, egress=[out(block("10.20.0.0/16"))])], DATABASE, 5432, True),
    (
        "but a part of it",
        [policy("app", {}, egress=[out(block("10.20.0.0/16", "10.20.9.0/24"))])],
        CACHE,
        6379,
        False,
    ),
    (
        "a named port of the pod asked",
        [policy("app", {}, egress=[out(ports=[{"port": "http"}])])],
        ENGINE,
        8001,
        True,
    ),
    ("not the own one's", [policy("app", {}, egress=[out(ports=[{"port": "http"}])])], ENGINE, 8000, False),
    (
        "a range has no named ports",
        [policy("app", {}, egress=[out(ports=[{"port": "http"}])])],
        DATABASE,
        80,
        False,
    ),
]


@pytest.mark.parametrize(("why", "policies", "source", "port", "verdict"), INGRESS)
def test_who_may_ask_a_pod(why: str, policies: list[Rule], source: End, port: int, verdict: bool) -> None:
    assert allowed(policies, "ingress", API, source, port, "TCP") is verdict, why


@pytest.mark.parametrize(("why", "policies", "target", "port", "verdict"), EGRESS)
def test_whom_a_pod_may_ask(why: str, policies: list[Rule], target: End, port: int, verdict: bool) -> None:
    assert allowed(policies, "egress", API, target, port, "TCP") is verdict, why


def test_a_connection_needs_both_ends_leave() -> None:
    opens = policy("app", {"app": "engine"}, policyTypes=["Ingress"], ingress=[in_(pods(app="api"))])
    leaves = policy("app", {"app": "api"}, policyTypes=["Egress"], egress=[out(pods(app="engine"))])

    assert connects([opens, leaves], API, ENGINE, 8001)
    assert not connects([opens, leaves, CLOSED], STRAY, ENGINE, 8001), "it does not get out"
    assert not connects([leaves, CLOSED], API, ENGINE, 8001), "it does not get in"


def test_a_pod_with_a_known_address_is_in_a_range_too() -> None:
    seen = Pod(name="seen", namespace="other", address="10.44.0.9")
    assert allowed([policy("app", {}, ingress=[in_(block("10.0.0.0/8"))])], "ingress", API, seen, 8000, "TCP")
