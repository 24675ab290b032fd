"""Where the API, Redis and Qdrant are, and in whose clusters: what is refused of it, and what warned of."""

from __future__ import annotations

from typing import Any

import pytest

from services.memorise.regions import region_in
from tests.services.memorise.reading import told, warned
from tests.services.memorise.stacks import CLOUD, FOREIGN, clusters, settings

SHARED = {"existing": {"identifier": "projects/acme-prod/locations/europe-west1/clusters/shared"}}
REDIS = {"existing": {"url": {"source": "config"}, "region": "europe-west1"}}


@pytest.mark.parametrize(
    ("url", "region"),
    [
        (CLOUD, "europe-west1"),
        ("https://x.us-east4-0.gcp.cloud.qdrant.io", "us-east4"),
        ("https://x.eu-central-1-0.aws.cloud.qdrant.io:6333", "eu-central-1-0 of aws"),
        ("https://qdrant.acme.com", None),
    ],
)
def test_qdrant_cloud_s_url_tells_its_region(url: str, region: str | None) -> None:
    assert region_in(url) == region


@pytest.mark.parametrize(
    ("changed", "cluster"),
    [
        ({"qdrant": {"url": "https://x.us-east4-0.gcp.cloud.qdrant.io"}}, {}),
        ({"qdrant": {"url": "https://x.eu-central-1-0.aws.cloud.qdrant.io"}}, {}),
        ({"qdrant": {"url": "https://qdrant.acme.com", "region": "us-east4"}}, {}),
        ({"redis": {"existing": {"url": {"source": "config"}, "region": "us-east4"}}}, {}),
        ({}, {"region": "us-central1"}),
    ],
)
def test_what_is_apart_is_refused_with_where_each_is_or_warned_of(
    changed: dict[str, Any], cluster: dict[str, Any]
) -> None:
    there = clusters(**cluster)
    reason = told(settings(**changed), there)["memorise.one_region"]

    assert "the API is in" in reason
    assert "write one_region: wanted" in reason
    wanted = settings(**changed, one_region="wanted")
    assert told(wanted, there) == {}
    assert any("crosses regions" in each for each in warned(wanted, cluster.get("region", "europe-west1")))


def test_a_url_that_names_no_region_needs_one_and_one_that_does_needs_none() -> None:
    unnamed = told(settings(qdrant={"url": "https://qdrant.acme.com"}))
    twice = told(settings(qdrant={"url": CLOUD, "region": "us-east4"}))

    assert "write the one that it is in" in unnamed["memorise.qdrant.region"]
    assert "the URL is in europe-west1" in twice["memorise.qdrant.region"]


# Clusters that somebody else made


def test_a_cluster_of_another_network_reaches_no_redis_of_the_stack_s() -> None:
    assert "write redis.existing" in told(kubernetes=clusters(**SHARED))["memorise.redis"]
    assert told(settings(redis=REDIS), clusters(**SHARED)) == {}


def test_pods_that_are_not_google_s_can_save_nothing_to_a_bucket() -> None:
    foreign = clusters(**FOREIGN)

    assert "write snapshots: null" in told(settings(redis=REDIS), foreign)["memorise.qdrant.snapshots"]
    without = settings(redis=REDIS, qdrant={"snapshots": None})
    assert told(without, foreign) == {}
    assert any("nothing of the collection is saved" in each for each in warned(without))
