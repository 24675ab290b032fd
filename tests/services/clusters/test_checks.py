from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from services.clusters.checks import kubernetes_refusals
from services.clusters.settings import KubernetesSettings
from services.refusals import Refusal
from services.settings import NetworkSettings
from tests.components.environments import environment
from tests.services.clusters.stacks import FOREIGN, IDENTIFIER, US, settings


def refusals(
    clusters: Mapping[str, Any], hosts: Mapping[str, Sequence[str]] | None = None, **network: Any
) -> list[Refusal]:
    found = kubernetes_refusals(settings(clusters), NetworkSettings(**network), environment(), hosts or {})
    return [*found]


def test_what_is_written_nowhere_is_right() -> None:
    assert refusals({"main": {}}, {"api.acme.com": ["main"]}) == []


@pytest.mark.parametrize("existing", [{"identifier": IDENTIFIER}, FOREIGN])
def test_a_cluster_that_somebody_else_made_needs_no_ranges(existing: dict[str, Any]) -> None:
    assert refusals({"main": {}, "own": {"existing": existing}}) == []


@pytest.mark.parametrize(
    ("clusters", "network", "key", "advice"),
    [
        ({"main": {"pods_cidr": "10.40.0.0/20"}}, {}, "main", "every node takes 64"),
        ({"main": {"nodes_cidr": "10.40.1.0/24"}}, {}, "main", "overlaps pods_cidr"),
        (
            {"main": {}},
            {"vm_cidr": "10.40.0.0/24"},
            "main",
            "network.vm_cidr 10.40.0.0/24 overlaps main.pods_cidr",
        ),
        ({"main": {"services_cidr": "10.20.0.0/20"}}, {}, "main", "network.services_cidr"),
        (
            {"main": {}, "us": {"region": "us-central1"}},
            {},
            "us",
            "main.nodes_cidr 10.30.0.0/22 overlaps us.",
        ),
        ({"main": {}, "us": {**US, "pods_cidr": "172.17.0.0/16"}}, {}, "us", "Docker"),
        ({"main": {"maintenance": {"days": ["SU"]}}}, {}, "main.maintenance", "write hours: 12"),
        (
            {"main": {"existing": {"identifier": IDENTIFIER.replace("acme-prod", "other")}}},
            {},
            "main.existing.identifier",
            "write a cluster of acme-prod, or take it by its kubeconfig",
        ),
        (
            {"a": {"existing": {"identifier": IDENTIFIER}}, "b": {"existing": {"identifier": IDENTIFIER}}},
            {},
            "b.existing.identifier",
            "is cluster a's too",
        ),
    ],
)
def test_what_cannot_be_deployed_is_refused_by_its_key_once(
    clusters: dict[str, Any], network: dict[str, Any], key: str, advice: str
) -> None:
    [refusal] = refusals(clusters, **network)

    assert refusal.key == f"kubernetes.clusters.{key}"
    assert advice in refusal.reason


def test_a_range_that_is_none_is_the_networks_to_refuse() -> None:
    assert refusals({"main": {}}, vm_cidr="10.10.1.0") == []


def test_a_host_that_gets_no_certificate_is_refused() -> None:
    [refusal] = refusals({"main": {}}, {f"{'a' * 70}.acme.com": ["main"]})

    assert "write one like api.acme.com" in refusal.reason


@pytest.mark.parametrize(
    ("cluster", "advice"),
    [
        ({"existing": {}}, "gateway_class is needed"),
        ({"existing": {**FOREIGN, "tls_secret": None}}, "tls_secret is needed"),
        ({"existing": {**FOREIGN, "tls_secret": "acme-com"}}, "tls_secret"),
        ({"existing": {**FOREIGN, "identifier": IDENTIFIER}}, "GKE has its own"),
        (
            {"existing": {**FOREIGN, "node_service_account": "a@b.iam.gserviceaccount.com"}},
            "write its identifier",
        ),
        ({"existing": {**FOREIGN, "other_network": True}}, "write its identifier"),
        ({"existing": {"identifier": "main"}}, "identifier"),
        ({"existing": FOREIGN, "pods_cidr": "10.40.0.0/16"}, "take it out"),
        (
            {"existing": {"identifier": IDENTIFIER}, "region": "us-central1"},
            "follows from existing.identifier",
        ),
        ({"release_channel": "NIGHTLY"}, "release_channel"),
        ({"region": "europe"}, "region"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(cluster: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValidationError, match=advice):
        settings({"main": cluster})


def test_no_cluster_is_no_setting() -> None:
    with pytest.raises(ValidationError, match="clusters"):
        KubernetesSettings.model_validate({"clusters": {}})


@pytest.mark.parametrize(
    ("cluster", "region"),
    [
        ({}, "europe-west1"),
        (US, "us-central1"),
        ({"existing": {"identifier": IDENTIFIER}}, "us-central1"),
        ({"existing": {"identifier": IDENTIFIER.replace("us-central1-a", "us-east4")}}, "us-east4"),
        ({"existing": FOREIGN, "region": "asia-east1"}, "asia-east1"),
    ],
)
def test_a_clusters_region_is_its_own_wherever_it_is_said(cluster: dict[str, Any], region: str) -> None:
    assert settings({"main": cluster}).clusters["main"].region_in("europe-west1") == region


@pytest.mark.parametrize(
    ("cluster", "reaches"),
    [
        ({}, True),
        ({"existing": {"identifier": IDENTIFIER}}, True),
        ({"existing": {"identifier": IDENTIFIER, "other_network": True}}, False),
        ({"existing": FOREIGN}, False),
    ],
)
def test_a_system_can_ask_whether_a_cluster_reaches_the_databases(
    cluster: dict[str, Any], reaches: bool
) -> None:
    assert settings({"main": cluster}).clusters["main"].reaches_the_network is reaches
