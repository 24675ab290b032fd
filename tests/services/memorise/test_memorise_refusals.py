"""What can't be deployed of memorise is told by its setting, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.memorise.checks import memorise_refusals
from services.memorise.memorise import builds_images, dns_zones, hosts
from services.memorise.prerequisites import memorise_prerequisites
from tests.components.environments import environment
from tests.services.memorise.reading import told, warned
from tests.services.memorise.stacks import (
    AI_IMAGE,
    CLOUD,
    CONTENT_IMAGE,
    DEPLOYED,
    KEYCLOAK,
    settings,
)

AI = {"image": AI_IMAGE}
CONTENT = {"image": CONTENT_IMAGE, "schedule": "0 4 * * *"}
REDIS = {"existing": {"url": {"source": "config"}, "region": "europe-west1"}}


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
            {"redis": {"existing": {**REDIS["existing"], "ranges": ["10.300.0.0/24"]}}},
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
