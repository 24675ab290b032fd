from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.cluster import Cluster
from components.kubernetes.gateway import GatewayArgs
from simulator.in_process import Plan
from tests.components.environments import awaited, environment
from tests.components.kubernetes.entrances import (
    ADDRESS,
    GATEWAY,
    GRANT,
    ROUTE,
    TLS,
    planned,
)
from tests.components.kubernetes.in_cluster import manifests, verdict

NAMESPACE = "kubernetes:core/v1:Namespace"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
TLS_VERSIONS = "gcp:compute/sSLPolicy:SSLPolicy"


def gateway(found: Plan) -> dict[str, Any]:
    return dict(found.one(GATEWAY).inputs)


def listeners(found: Plan) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in gateway(found)["spec"]["listeners"]}


def own_namespace(found: Plan) -> dict[str, Any]:
    return dict(found.one(NAMESPACE, "gateway-main-namespace").inputs["metadata"])


@pytest.mark.parametrize("google", [True, False])
def test_kubernetes_own_validation_takes_it(google: bool) -> None:
    assert verdict(manifests(planned(google=google))) == []


@pytest.mark.parametrize("google", [True, False])
def test_plain_http_is_only_told_to_come_back_by_https(google: bool) -> None:
    found = planned(google=google)
    redirect = found.one(ROUTE).inputs

    assert redirect["spec"]["parentRefs"] == [{"name": "gateway", "sectionName": "http"}]
    [rule] = redirect["spec"]["rules"]
    [told] = rule["filters"]
    assert told["requestRedirect"] == {"scheme": "https", "statusCode": 301}
    assert "backendRefs" not in rule
    allowed = listeners(found)["http"]["allowedRoutes"]["namespaces"]
    assert allowed == {"from": "Same"}, "no system's route can answer in the clear"
    assert redirect["metadata"]["namespace"] == gateway(found)["metadata"]["namespace"]


@pytest.mark.parametrize("google", [True, False])
def test_only_namespaces_of_the_stack_hang_their_routes_here(google: bool) -> None:
    found = planned(google=google)
    wanted = listeners(found)["https"]["allowedRoutes"]["namespaces"]
    labels = wanted["selector"]["matchLabels"]

    assert wanted["from"] == "Selector"
    assert labels.items() <= found.one(NAMESPACE, "system").inputs["metadata"]["labels"].items()
    assert set(labels.values()) == {"ai-prod"}


@pytest.mark.parametrize("google", [True, False])
def test_it_is_done_only_when_it_takes_requests(google: bool) -> None:
    """An object of such a kind is otherwise done as soon as the server has written it down."""
    found = planned(google=google)

    assert gateway(found)["metadata"]["annotations"]["pulumi.com/waitFor"] == "condition=Programmed"


# On Google Kubernetes Engine


def test_its_certificates_are_a_map_and_nothing_else_is_said_of_them() -> None:
    found = planned()

    told = gateway(found)["metadata"]["annotations"]["networking.gke.io/certmap"]
    assert told == found.one("gcp:certificatemanager/certificateMap:CertificateMap").inputs["name"]
    assert "tls" not in listeners(found)["https"], "with a map Google refuses it"


def test_its_address_is_known_by_name_and_outlives_it() -> None:
    found = planned()
    address = found.one(ADDRESS)

    assert gateway(found)["spec"]["addresses"] == [{"type": "NamedAddress", "value": address.inputs["name"]}]
    assert address.name in awaited(found, found.one(GATEWAY))


@pytest.mark.parametrize("protect", [True, False])
def test_the_address_that_records_elsewhere_point_at_is_protected_with_its_stack(protect: bool) -> None:
    assert planned(protect=protect).one(ADDRESS).protect is protect


def test_old_tls_is_refused() -> None:
    found = planned()
    policy, versions = found.one(TLS).inputs["spec"], found.one(TLS_VERSIONS).inputs

    assert (versions["profile"], versions["minTlsVersion"]) == ("MODERN", "TLS_1_2")
    assert policy["default"] == {"sslPolicy": versions["name"]}
    assert policy["targetRef"]["kind"] == "Gateway"
    assert policy["targetRef"]["name"] == gateway(found)["metadata"]["name"]


def test_nothing_runs_beside_it_and_nothing_could() -> None:
    found = planned()
    labels = own_namespace(found)["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert found.one(POLICY, "gateway-main-namespace-deny")


# Elsewhere


def test_its_certificate_is_a_secret_that_it_was_lent_before() -> None:
    found = planned(google=False)
    [reference] = listeners(found)["https"]["tls"]["certificateRefs"]
    grant = found.one(GRANT).inputs

    assert (reference["namespace"], reference["name"]) == ("certificates", "acme-com")
    assert grant["metadata"]["namespace"] == "certificates"
    [borrower] = grant["spec"]["from"]
    assert borrower["namespace"] == gateway(found)["metadata"]["namespace"]
    assert grant["spec"]["to"] == [{"group": "", "kind": "Secret", "name": "acme-com"}], "no other secret"
    assert found.one(GRANT).name in awaited(found, found.one(GATEWAY))


def test_nothing_of_googles_is_made() -> None:
    found = planned(google=False)

    assert not found.of(ADDRESS)
    assert not [each for each in found.resources if "networking.gke.io" in each.type]
    assert not any("gke.io" in key for key in gateway(found)["metadata"]["annotations"])


def test_proxies_that_run_beside_it_can_be_reached() -> None:
    found = planned(google=False)

    assert own_namespace(found)["labels"]["pod-security.kubernetes.io/enforce"] == "baseline"
    assert not [each for each in found.of(POLICY) if each.name.startswith("gateway")]


# What is refused


def test_no_gateway_is_made_that_has_no_certificate() -> None:
    for cluster in (_cluster(google=True), _cluster(google=False)):
        with pytest.raises(ValueError, match="has no certificate; write"):
            GatewayArgs(environment=environment(), cluster=cluster)


def _cluster(*, google: bool) -> Cluster:
    facts: Any = object() if google else None
    provider: Any = None
    return Cluster(name="main", region="europe-west1", provider=provider, google=facts)
