"""One consistent model for the fleet: what a cluster has over the base, and what no gateway can be."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.llm_gateway.fleet import base_sites, dns_zones, hosts, sites, vendor_site
from services.llm_gateway.settings import LlmGatewaySettings, merged
from tests.services.llm_gateway.program import BASE, image, settings

ACME = {"domain": {"name": "acme.llm.acme.com", "dns_zone": "acme"}}
VENDOR = {"hosting": "vendor", "vendor": {"endpoint": "https://gateway.axiom.example"}}


def test_a_cluster_has_the_base_but_for_what_it_says_itself() -> None:
    found = settings(clusters={"main": {}, "us": {"replicas": {"min": 2}, "env": {"REGION": "us"}}})
    main, us = found.in_cluster("main"), found.in_cluster("us")
    assert (main.replicas.min, us.replicas.min) == (3, 2)
    assert us.replicas.max == main.replicas.max
    assert (main.env, us.env) == ({}, {"REGION": "us"})
    assert us.image == main.image == BASE["image"]


def test_a_cluster_can_have_other_credentials_fallbacks_and_another_image() -> None:
    over = {
        "image": image("b"),
        "credentials": {
            "openai-prod-batch": None,
            "azure-prod-chat": {"provider": "azure", "purpose": "chat"},
            "openai-prod-chat": {"weight": 1},
        },
        "fallbacks": {"openai-prod-chat": ["azure-prod-chat"]},
    }
    us = settings(clusters={"main": {}, "us": over}).in_cluster("us")
    assert us.image == image("b")
    assert sorted(us.credentials) == ["anthropic-prod-chat", "azure-prod-chat", "openai-prod-chat"]
    assert us.credentials["openai-prod-chat"].weight == 1
    assert us.credentials["openai-prod-chat"].provider == "openai"
    assert us.fallbacks == {"openai-prod-chat": ("azure-prod-chat",)}


def test_what_is_said_of_a_store_in_one_cluster_leaves_the_others_theirs() -> None:
    found = settings(clusters={"main": {}, "own": {"postgres": None, "redis": None}})
    assert found.in_cluster("own").postgres is None
    assert found.in_cluster("main").postgres is not None
    assert found.in_cluster("own").redis is None


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"replicas": {"min": 0}}, "clusters.us.replicas.min: 0 is too small; write 1 or more"),
        ({"replica": {"min": 2}}, "clusters.us.replica: is not a setting; write `replicas`"),
        ({"replicas": {"min": 11}}, "clusters.us.replicas: min 11 is above max 10; write max: 11"),
        ({"image": "gateway:latest"}, "clusters.us.image: 'gateway:latest' is refused"),
        ({"hosting": "vendor"}, "hosting is one for all clusters"),
        ({"domain": {"name": "other.acme.com"}}, "domain is one for all clusters"),
        ({"alerts": {}}, "alerts is one for all clusters"),
        ({"postgres": {"tier": "db-custom-4-15360"}}, "postgres is one for all clusters"),
        (
            {"credentials": {"xx-prod-chat": {"provider": "xx"}}},
            "clusters.us.credentials.xx-prod-chat.purpose",
        ),
    ],
)
def test_what_a_cluster_can_not_have_is_told_with_the_cluster(over: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(clusters={"main": {}, "us": over})
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"image": None}, "needs `image`, by digest, and `migration"),
        ({"migration": None}, "needs `image`, by digest, and `migration"),
        ({"domain": None}, "write `domain`, its host name, or `tenants`"),
        ({"vendor": VENDOR["vendor"]}, "take `vendor` out"),
        ({"hosting": "hybrid"}, "write `vendor: {endpoint"),
        (VENDOR, "tenants, canary and domain are Axiom's to make"),
        ({"image": "axiom/gateway:1.2"}, "image"),
        ({"canary": {"image": image("b"), "weight": 101}}, "canary.weight"),
        ({"variables": {"port": "DATABASE_URL"}}, "a variable for each"),
        ({"alerts": {"runbooks_url": "http://acme.com"}}, "runbooks_url"),
        ({"metrics": {"provider_errors": "5..("}}, "is no regular expression"),
        ({"metrics": {"provider_errors": '5.."} or vector(1'}}, "provider_errors"),
        ({"credentials": {"openai": {"provider": "openai", "purpose": "chat"}}}, "credentials.openai"),
        (
            {
                "credentials": {
                    "aa-prod-bb": {"provider": "aa", "purpose": "bb", "secret": {"source": "generated"}}
                }
            },
            "a provider makes its keys",
        ),
    ],
)
def test_what_can_not_be_meant_is_refused_with_what_to_write(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**changed)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/metrics/", "/metrics/ai-gateway", "/metrics/other", "metrics", "//metrics"]
)
def test_no_prefix_publishes_the_metrics(path: str) -> None:
    with pytest.raises(ValidationError):
        settings(public_paths=[path])


@pytest.mark.parametrize("path", ["/metrics", "/metrics/ai-gateway", "/metrics/"])
def test_no_single_path_and_no_health_path_publishes_them_either(path: str) -> None:
    for changed in ({"public_exact_paths": [path]}, {"health": {"readiness": path}}):
        with pytest.raises(ValidationError):
            settings(**changed)


def test_a_path_that_only_begins_like_the_metrics_is_one_of_its_own() -> None:
    assert settings(public_paths=["/metrics-of-models", "/v1"]).public_paths


def test_each_host_leads_to_the_clusters_that_have_its_gateway() -> None:
    found = settings(clusters={"main": {}, "us": {}}, tenants={"acme": {**ACME, "clusters": ["main"]}})
    assert hosts(found) == {"llm.acme.com": ("main", "us"), "acme.llm.acme.com": ("main",)}
    assert dns_zones(found) == {"acme.llm.acme.com": "acme"}
    assert [site.name for site in sites(found)] == [
        "llm-gateway-main",
        "llm-gateway-acme-main",
        "llm-gateway-us",
    ]


def test_without_a_domain_of_its_own_the_team_has_only_tenants() -> None:
    found = settings(domain=None, credentials={}, fallbacks={}, tenants={"acme": ACME})
    assert [site.name for site in sites(found)] == ["llm-gateway-acme-main"]
    assert [site.tenant for site in base_sites(found)] == ["acme"]


def test_a_gateway_of_the_vendors_needs_no_cluster_and_a_hybrid_has_both() -> None:
    alone = LlmGatewaySettings.model_validate({**VENDOR, "credentials": BASE["credentials"]})
    assert (sites(alone), hosts(alone)) == ([], {})
    assert vendor_site(alone)
    both = settings(**{**VENDOR, "hosting": "hybrid"})
    assert [site.name for site in sites(both)] == ["llm-gateway-main"]
    assert vendor_site(both)


def test_a_tenant_has_the_fleets_sizes_and_nothing_of_the_teams_keys() -> None:
    found = settings(env={"REGION": "eu"}, secrets={"LICENSE": {"source": "config"}}, tenants={"acme": ACME})
    own, acme = sites(found)
    assert acme.replicas == own.replicas
    assert acme.env == {"REGION": "eu"}
    assert (acme.credentials, acme.fallbacks, acme.secrets) == ({}, {}, {})


def test_a_secret_is_one_for_the_fleet_unless_a_cluster_or_a_tenant_has_its_own() -> None:
    over = {"credentials": {"openai-prod-chat": {"secret": {"source": "config"}}}, "redis": None}
    tenant = {**ACME, "credentials": {"openai-prod-chat": {"provider": "openai", "purpose": "chat"}}}
    found = settings(clusters={"main": {}, "us": over}, tenants={"acme": tenant})
    keys = {site.name: site.key("openai-prod-chat", "credentials") for site in sites(found)}
    assert keys == {
        "llm-gateway-main": "openai-prod-chat",
        "llm-gateway-acme-main": "acme-openai-prod-chat",
        "llm-gateway-us": "us-openai-prod-chat",
        "llm-gateway-acme-us": "acme-openai-prod-chat",
    }
    us = next(site for site in sites(found) if site.name == "llm-gateway-us")
    assert us.key("REDIS_URL", "secrets") == "us-REDIS_URL"
    assert us.key("anthropic-prod-chat", "credentials") == "anthropic-prod-chat"


def test_null_takes_a_named_entry_out_and_nothing_else() -> None:
    base = {"env": {"A": "1", "B": "2"}, "redis": {"memory_gb": 1}, "tenants": {"acme": {"env": {"C": "3"}}}}
    over = {"env": {"A": None}, "redis": None, "tenants": {"acme": {"env": {"C": None}}}}
    assert merged(base, over) == {"env": {"B": "2"}, "redis": None, "tenants": {"acme": {"env": {}}}}
