from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.backend import Backend
from components.kubernetes.route import Path, Route, RouteArgs, Rule, WeightedBackend
from simulator.in_process import Plan
from tests.components.environments import awaited
from tests.components.kubernetes.entrances import GATEWAY, ROUTE, SERVICE, TREATMENT, Site, planned
from tests.components.kubernetes.in_cluster import manifests, verdict
from tests.components.kubernetes.test_backend import backend

HOSTS = ["api.acme.com"]


def made(*, canary: int = 0, google: bool = True, **changed: Any) -> Plan:
    """A route to two versions of a system."""

    def build(site: Site) -> None:
        stable, other = (
            Backend(f"{name}-main", backend(site, name=name), site.cluster.options(site))
            for name in ("api", "api-canary")
        )
        shares = [
            WeightedBackend(service=stable.service, port=stable.port, weight=100 - canary),
            WeightedBackend(service=other.service, port=other.port, weight=canary),
        ]
        rules = [
            Rule(paths=[Path("/v1"), Path("/api/ingest", "Exact", "POST")], backends=shares),
            Rule(
                paths=[Path("/v1")], headers={"x-canary": "always"}, backends=shares[1:] if canary else shares
            ),
        ]
        arguments: dict[str, Any] = {
            "gateway": site.gateway,
            "cluster": site.cluster,
            "namespace": site.namespace,
            "name": "api",
            "hosts": HOSTS,
            "rules": rules,
        }
        Route("api-main", RouteArgs(**arguments | changed), site.cluster.options(site))

    return planned(build, google=google)


def spec(found: Plan) -> dict[str, Any]:
    return dict(found.one(ROUTE, "api-main").inputs["spec"])


@pytest.mark.parametrize("google", [True, False])
def test_kubernetes_own_validation_takes_it(google: bool) -> None:
    assert verdict(manifests(made(google=google, canary=10))) == []


def test_it_hangs_on_the_listener_that_speaks_tls() -> None:
    found = made()
    [parent] = spec(found)["parentRefs"]

    gateway = found.one(GATEWAY).inputs["metadata"]
    assert (parent["namespace"], parent["name"]) == (gateway["namespace"], gateway["name"])
    assert parent["sectionName"] == "https"


def test_it_is_there_after_all_that_it_needs_and_gone_before() -> None:
    """What is waited for when it is made is what goes later when it is deleted."""
    found = made()
    waited = awaited(found, found.one(ROUTE, "api-main"))

    assert found.one(GATEWAY).name in waited
    assert {each.name for each in (*found.of(SERVICE), *found.of(TREATMENT))} <= waited


def test_a_version_without_a_share_stays_listed_so_that_a_share_is_a_change_of_a_number() -> None:
    before, after = spec(made(canary=0)), spec(made(canary=5))

    weights = [[each["weight"] for each in which["rules"][0]["backendRefs"]] for which in (before, after)]
    assert weights == [[100, 0], [95, 5]]


def test_only_what_is_listed_is_led_anywhere() -> None:
    matches = [match for rule in spec(made())["rules"] for match in rule["matches"]]

    assert {match["path"]["value"] for match in matches} == {"/v1", "/api/ingest"}
    [ingest] = [match for match in matches if match["path"]["value"] == "/api/ingest"]
    assert (ingest["path"]["type"], ingest["method"]) == ("Exact", "POST")


def test_a_tester_reaches_a_version_by_a_header() -> None:
    [_, tested] = spec(made(canary=1))["rules"]

    assert tested["matches"][0]["headers"] == [{"type": "Exact", "name": "x-canary", "value": "always"}]
    assert [each["name"] for each in tested["backendRefs"]] == ["api-canary"]


def test_no_rule_has_a_timeout_which_googles_gateways_ignore() -> None:
    assert not any("timeouts" in rule for rule in spec(made())["rules"])


@pytest.mark.parametrize(
    ("build", "advice"),
    [
        (lambda: Path("v1"), "write '/v1'"),
        (lambda: Path("/v1//models"), "is no path"),
        (lambda: Path("/v1", method="FETCH"), "write GET, POST"),
        (lambda: WeightedBackend(service="api", port=80, weight=-1), "write 0 to 1000000"),
        (lambda: Rule(paths=[], backends=[WeightedBackend(service="api", port=80)]), "write 1 to 64"),
        (
            lambda: Rule(paths=[Path("/")], backends=[WeightedBackend(service="api", port=80, weight=0)]),
            "write a weight of 1 or more",
        ),
        (lambda: made(hosts=[]), "would take every host"),
        (lambda: made(rules=[]), "write 1 to 16"),
    ],
)
def test_what_a_gateway_would_refuse_is_refused_with_what_to_write(build: Any, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        build()
