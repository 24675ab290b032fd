"""What can't be deployed of memorise is told by its setting, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from components.environment import Environment
from services.clusters.settings import KubernetesSettings
from services.memorise.checks import memorise_refusals, memorise_warnings
from services.memorise.memorise import builds_images, dns_zones, hosts
from services.memorise.prerequisites import memorise_prerequisites
from services.memorise.regions import region_in
from services.memorise.settings import MemoriseSettings
from tests.components.environments import environment
from tests.services.memorise.stacks import (
    AI_IMAGE,
    CLOUD,
    CONTENT_IMAGE,
    DEPLOYED,
    FOREIGN,
    KEYCLOAK,
    clusters,
    settings,
)

AI = {"image": AI_IMAGE}
CONTENT = {"image": CONTENT_IMAGE, "schedule": "0 4 * * *"}
SHARED = {"existing": {"identifier": "projects/acme-prod/locations/europe-west1/clusters/shared"}}
REDIS = {"existing": {"url": {"source": "config"}, "region": "europe-west1"}}


def told(
    asked: MemoriseSettings | None = None,
    kubernetes: KubernetesSettings | None = None,
    here: Environment | None = None,
) -> dict[str, str]:
    """Setting to reason."""
    refusals = memorise_refusals(asked or settings(), kubernetes or clusters(), here or environment())
    return {each.key: each.reason for each in refusals}


def test_the_document_s_stack_is_refused_nothing() -> None:
    assert told() == {}
    assert told(settings(keycloak=KEYCLOAK, qdrant={"url": CLOUD}, **DEPLOYED)) == {}


@pytest.mark.parametrize(
    ("changed", "key", "reason"),
    [
        ({"cors_origins": ["*"]}, "memorise.cors_origins", "write the front ends' origins"),
        ({"cluster": "other"}, "memorise.cluster", "write one of main"),
        ({"ai_engine": {"image": "team/api:1.0"}}, "memorise.ai_engine.image", "write NAME@sha256:DIGEST"),
        ({"ai_engine": {"source": "no/such"}}, "memorise.ai_engine.source", "there is no folder 'no/such'"),
        ({"ai_engine": {**AI, "memory_mb": 8192}}, "memorise.ai_engine", "write 512 to 3328"),
        ({"ai_engine": {**AI, "env": {"REDIS_URL": "x"}}}, "memorise.ai_engine.env.REDIS_URL", "take it out"),
        (
            {"ai_engine": {**AI, "env": {"COLLECTION_NAME": "x"}}},
            "memorise.ai_engine.env.COLLECTION_NAME",
            "take it out",
        ),
        (
            {"content_engine": {**CONTENT, "env": {"EMBEDDING_MODEL": "x"}}},
            "memorise.content_engine.env.EMBEDDING_MODEL",
            "take it out",
        ),
        (
            {"ai_engine": {**AI, "public_paths": ["/api/*"]}},
            "memorise.ai_engine.public_paths",
            "like /api/rec",
        ),
        (
            {"ai_engine": {**AI, "public_paths": ["/api/ingest"]}},
            "memorise.ai_engine.public_paths",
            "like /api/recommend",
        ),
        (
            {"content_engine": {**CONTENT, "schedule": "0 25 * * *"}},
            "memorise.content_engine.schedule",
            "write 0 to 23",
        ),
        (
            {"content_engine": {**CONTENT, "time_zone": "Europe/Bonn"}},
            "memorise.content_engine.time_zone",
            "write one like Europe/Berlin",
        ),
        ({"qdrant": {"image": "qdrant/qdrant:v1.18.2"}}, "memorise.qdrant.image", "write NAME@sha256:DIGEST"),
        ({"qdrant": {"memory_mb": 16384}}, "memorise.qdrant", "write 1024 to 6656"),
        (
            {"qdrant": {"snapshots": {"schedule": "daily"}}},
            "memorise.qdrant.snapshots.schedule",
            "has 1 fields",
        ),
        ({"redis": {"version": "REDIS_9"}}, "memorise.redis", "write one of REDIS_6_X"),
        (
            {"redis": {"existing": {**REDIS["existing"], "ranges": ["10.1"]}}},
            "memorise.redis.existing.ranges",
            "write one like 10.10.0.0/24",
        ),
    ],
)
def test_a_setting_that_can_t_be_deployed_is_refused_by_its_name(
    changed: dict[str, Any], key: str, reason: str
) -> None:
    assert reason in told(settings(**changed))[key]


def test_any_origin_may_call_an_unprotected_stack_which_says_so() -> None:
    asked = settings(cors_origins=["*"])

    assert told(asked, here=environment(protect=False)) == {}
    assert any("cors_origins holds *" in each for each in warned(asked))


def test_a_stack_without_clusters_is_told_to_have_one() -> None:
    (refusal,) = [*memorise_refusals(settings(), None, environment())]

    assert (refusal.key, refusal.reason) == (
        "memorise",
        "runs in a cluster; write kubernetes: {clusters: {main: {}}}",
    )


# The API, Redis and Qdrant in one region


def warned(asked: MemoriseSettings, cluster: str = "europe-west1") -> list[str]:
    return [*memorise_warnings(asked, stack="europe-west1", cluster=cluster)]


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


# What contradicts itself


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ai_engine": {}}, "write either `source`, a folder, or `image`"),
        ({"ai_engine": {**AI, "source": "api"}}, "write either `source`"),
        ({"ai_engine": {**AI, "replicas": 5, "max_replicas": 3}}, "write max_replicas: 5 or more"),
        ({"content_engine": {"image": CONTENT_IMAGE}}, "mode cronjob needs a schedule"),
        ({"content_engine": {**CONTENT, "callers": {"cms": {"app": "x"}}}}, "belong to mode deployment"),
        ({"cors_origins": []}, "at least 1 item"),
        ({"cors_origins": ["https://acme.com/"]}, "exact origin"),
        ({"qdrant": {"url": CLOUD, "disk_size_gb": 10}}, "disk_size_gb belongs to a Qdrant in the cluster"),
        ({"qdrant": {"region": "us-east4"}}, "`region` belongs to `url`"),
        ({"redis": {**REDIS, "memory_gb": 2}}, "memory_gb belongs to a Redis made here"),
        (
            {"qdrant": {"api_key": {"source": "config", "generation": 2}}},
            "`generation` belongs to source generated",
        ),
        (
            {"ai_engine": {**AI, "env": {"A": "1"}, "secrets": {"A": {"source": "generated"}}}},
            "stands in `env` and in `secrets`",
        ),
    ],
)
def test_settings_that_contradict_each_other_say_which(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason.replace("(", r"\(")):
        settings(**changed)


# What others ask of the settings


def test_what_must_be_there_before_is_named() -> None:
    asked = settings(
        domain={"name": "memorise.acme.com", "dns_zone": "acme"},
        qdrant={"url": CLOUD, "api_key": {"source": "secret_manager", "secret": "qdrant", "version": "2"}},
    )

    assert [*memorise_prerequisites(asked, "acme-prod")] == [
        "projects/acme-prod/secrets/qdrant",
        "projects/acme-prod/secrets/qdrant/versions/2",
        "projects/acme-prod/managedZones/acme",
    ]
    assert dns_zones(asked) == {"memorise.acme.com": "acme"}
    assert hosts(asked) == {"memorise.acme.com": ["main"]}


def test_docker_is_asked_for_only_where_something_is_built() -> None:
    assert not builds_images(settings())
    assert builds_images(settings(ai_engine={"source": "ai-engine-api"}))
