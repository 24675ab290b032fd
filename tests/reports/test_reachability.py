"""Who reaches what in the clusters of every plan, pair by pair: what must be open is, and nothing else is."""

from __future__ import annotations

import functools

import pytest

from reports.clusters import ClusterView, clusters_of, databases_of
from reports.http_routes import HttpRequest, backends_of
from reports.network_policies import Pod
from reports.reachability import PAGE, page, written
from reports.ways import (
    BALANCERS,
    COLLECTORS,
    DNS,
    INTERNET,
    MACHINES,
    METADATA,
    NEIGHBOUR,
    OUTSIDE,
    entries,
    open_ports,
    sources,
)
from simulator.rules.kubernetes import objects as k
from tests.program.cluster_variants import CLUSTER_VARIANTS
from tests.program.variants import plan_of

NAMES = ("dev", "prod", *(name for name in CLUSTER_VARIANTS if name != "gateway of the vendor"))
PUBLIC = {"llm-gateway", "llm-gateway-canary", "ai-engine-api"}
SCRAPED = {"llm-gateway", "llm-gateway-canary"}
WITHOUT_INTERNET = {"qdrant", "llm-gateway-migration"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
CLOSED_PATHS = (
    "/metrics",
    "/metrics/",
    "/metrics/ai-gateway",
    "/metrics/ai-gateway/",
    "/ingest",
    "/ingest/",
    "/sync",
    "/sync/omeka",
    "/health/drain",
    "/collections",
)


@functools.cache
def views(name: str) -> list[ClusterView]:
    """The clusters of a plan."""
    return clusters_of(plan_of(name))


def every(name: str) -> list[tuple[ClusterView, Pod]]:
    """Each workload of a plan, with its cluster."""
    return [(view, pod) for view in views(name) for pod in view.workloads()]


def hosts(view: ClusterView) -> list[str]:
    """Every name that a cluster answers to, and one that it does not."""
    named = {host for route in view.of(k.ROUTE) for host in route["spec"].get("hostnames") or ()}
    return [*sorted(named), "nobody.example.com"]


def ports(view: ClusterView, source: object, target: object) -> tuple[str, ...]:
    return open_ports(view.of(k.POLICY), source, target)  # ty: ignore[invalid-argument-type]


@pytest.mark.parametrize("name", NAMES)
def test_something_runs_and_something_is_public(name: str) -> None:
    """Otherwise the tests below would prove nothing."""
    assert every(name)
    assert any(one.target != "redirect" and one.open for view in views(name) for one in entries(view))


@pytest.mark.parametrize("name", NAMES)
def test_requests_from_outside_get_to_public_workloads_alone(name: str) -> None:
    for view in views(name):
        for one in entries(view):
            assert one.open, one
            assert one.target == "redirect" or one.target.split("/")[1] in PUBLIC, one


@pytest.mark.parametrize("name", NAMES)
def test_paths_of_the_inside_are_answered_to_nobody_outside(name: str) -> None:
    """Whatever the host, the method and the header that a tester's request may carry."""
    for view in views(name):
        for host in hosts(view):
            for path in CLOSED_PATHS:
                for method in METHODS:
                    for headers in ({}, {"x-canary": "always"}):
                        request = HttpRequest(host=host, path=path, method=method, headers=headers)
                        assert backends_of(view.of(k.ROUTE), request) == [], request


@pytest.mark.parametrize("name", [name for name in NAMES if "memorise" in name or name in ("dev", "prod")])
def test_the_webhook_is_public_and_only_as_it_is_posted(name: str) -> None:
    for view in views(name):
        for host in [each for each in hosts(view) if each.startswith("memorise")]:
            posted = HttpRequest(host=host, path="/api/ingest", method="POST")
            (backend,) = backends_of(view.of(k.ROUTE), posted)
            reached = view.behind(backend.namespace, backend.service, backend.port)
            assert {pod.name for pod, _ in reached} == {"ai-engine-api"}
            for path, method in (("/api/ingest", "GET"), ("/api/ingest/x", "POST"), ("/api", "POST")):
                request = HttpRequest(host=host, path=path, method=method)
                assert backends_of(view.of(k.ROUTE), request) == [], request


@pytest.mark.parametrize("name", NAMES)
def test_nobody_outside_asks_a_pod_past_the_load_balancer(name: str) -> None:
    for view, pod in every(name):
        assert ports(view, OUTSIDE, pod) == (), pod


@pytest.mark.parametrize("name", NAMES)
def test_the_load_balancer_asks_public_workloads_alone_and_on_one_port(name: str) -> None:
    for view, pod in every(name):
        for balancer in BALANCERS if view.google else ():
            open_ = ports(view, balancer, pod)
            assert len(open_) == (pod.name in PUBLIC), (pod, open_)


@pytest.mark.parametrize("name", NAMES)
def test_a_pod_of_another_namespace_asks_none_of_ours(name: str) -> None:
    for view, pod in every(name):
        assert ports(view, NEIGHBOUR, pod) == (), pod


@pytest.mark.parametrize("name", NAMES)
def test_workloads_of_different_namespaces_do_not_ask_each_other(name: str) -> None:
    """Tenants, and systems that share a cluster."""
    for view in views(name):
        for source in view.workloads():
            for target in view.workloads():
                if source.namespace != target.namespace:
                    assert ports(view, source, target) == (), (source, target)


@pytest.mark.parametrize("name", NAMES)
def test_a_pod_that_no_workload_made_asks_nobody_and_is_asked_by_nobody(name: str) -> None:
    """Whatever somebody starts in one of the namespaces by hand is shut in."""
    for view in views(name):
        strays = [one for one in sources(view) if one.name.startswith("a stray pod")]
        assert len(strays) == len({pod.namespace for pod in view.workloads()})
        for stray in strays:
            for other in (*view.workloads(), DNS, METADATA, INTERNET, MACHINES):
                assert ports(view, stray, other) == (), (stray, other)
            for source in sources(view):
                assert ports(view, source, stray) == (), (source, stray)


@pytest.mark.parametrize("name", NAMES)
def test_the_collectors_ask_what_is_scraped_and_nothing_else(name: str) -> None:
    for view, pod in every(name):
        for collector in COLLECTORS:
            expected = view.google and pod.name in SCRAPED
            assert len(ports(view, collector, pod)) == expected, pod


@pytest.mark.parametrize("name", NAMES)
def test_workloads_ask_the_internet_for_https_alone_and_some_not_at_all(name: str) -> None:
    for view, pod in every(name):
        expected = set() if pod.name in WITHOUT_INTERNET else {"443"}
        if name == "memorise with Qdrant Cloud" and pod.namespace.endswith("memorise"):
            expected = {"443", "6333"}
        assert set(ports(view, pod, INTERNET)) == expected, pod


@pytest.mark.parametrize("name", NAMES)
def test_workloads_look_names_up(name: str) -> None:
    for view, pod in every(name):
        assert ports(view, pod, DNS) == ("53", "53/UDP"), pod


@pytest.mark.parametrize("name", NAMES)
def test_no_workload_asks_the_network_s_machines(name: str) -> None:
    for view, pod in every(name):
        assert ports(view, pod, MACHINES) == (), pod


@pytest.mark.parametrize("name", NAMES)
def test_the_metadata_server_is_asked_for_tokens_on_google_alone(name: str) -> None:
    for view, pod in every(name):
        expected = () if not view.google or pod.name == "qdrant" else ("80", "8080")
        assert ports(view, pod, METADATA) == expected, pod


@pytest.mark.parametrize("name", NAMES)
def test_databases_are_asked_by_what_has_one_alone(name: str) -> None:
    """Policies know the range of managed services, in which each instance has its own password."""
    asking = {"llm-gateway", "llm-gateway-canary", "llm-gateway-migration", "ai-engine-api"}
    for view, pod in every(name):
        for database in databases_of(plan_of(name)):
            if pod.name not in asking:
                assert ports(view, pod, database) == (), (pod, database)


@pytest.mark.parametrize("name", [name for name in NAMES if "memorise" in name or name in ("dev", "prod")])
def test_the_content_engine_is_asked_by_the_ai_engine_and_by_named_callers_alone(name: str) -> None:
    callers = {"ai-engine-api", *(["a caller"] if name == "memorise called by others" else [])}
    for view in views(name):
        for target in [pod for pod in view.workloads() if pod.name == "content-engine"]:
            asking = {one.name for one in sources(view) if one != target and ports(view, one, target)}
            assert asking <= callers, asking


def test_the_page_in_the_docs_is_what_the_plans_say() -> None:
    """Made anew by `make docs`."""
    assert PAGE.read_text() == written()


def test_the_page_lists_what_is_open_and_nothing_that_is_closed() -> None:
    text = page("prod", plan_of("prod"))
    assert "| load balancer | ai-prod-memorise/ai-engine-api | 8000 |" in text
    assert "| POST /api/ingest | ai-prod-memorise/ai-engine-api | 8000 |" in text
    assert "| outside |" not in text
    assert "another namespace" not in text
