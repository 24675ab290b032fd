"""What can't be deployed is refused before anything is made, by the setting's name, with what to write."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.clusters.settings import KubernetesSettings
from services.llm_gateway.checks import llm_gateway_refusals
from services.llm_gateway.connections import opened_by, taken_by
from services.llm_gateway.fleet import sites
from simulator.in_process import PlanRefused
from tests.components.environments import environment
from tests.services.llm_gateway.program import image, planned, settings

TWO = {"clusters": {"main": {}, "us": {"region": "us-central1"}}}
FOREIGN = {
    "clusters": {
        "main": {},
        "own": {
            "existing": {
                "gateway_class": "istio",
                "tls_secret": "certificates/acme-com",
                "balancer_ranges": ["10.0.0.0/16"],
            }
        },
    }
}
TENANT: dict[str, Any] = {
    "domain": {"name": "acme.llm.acme.com"},
    "credentials": {"openai-prod-chat": {"provider": "openai", "purpose": "chat"}},
}


def refusals(changed: dict[str, Any], kubernetes: dict[str, Any] | None = None) -> list[str]:
    clusters = KubernetesSettings.model_validate(kubernetes or {"clusters": {"main": {}}})
    found = llm_gateway_refusals(settings(**changed), clusters, environment())
    return [f"{each.key}: {each.reason}" for each in found]


def credential(provider: str, **changed: Any) -> dict[str, Any]:
    return {f"{provider}-prod-chat": {"provider": provider, "purpose": "chat", **changed}}


def test_a_gateway_that_can_be_deployed_is_refused_nothing() -> None:
    assert refusals({}) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        (
            {"credentials": {"openai-dev-chat": {"provider": "openai", "purpose": "chat"}}, "fallbacks": {}},
            "llm_gateway.credentials.openai-dev-chat: is not named by provider, environment and purpose; "
            "write openai-prod-chat",
        ),
        (
            {"fallbacks": {"openai-prod-chat": ["mistral-prod-chat"]}},
            "llm_gateway.fallbacks: mistral-prod-chat is no credential; write one of credentials",
        ),
        (
            {"fallbacks": {"openai-prod-chat": []}},
            "llm_gateway.fallbacks.openai-prod-chat: write each credential to fall back to once",
        ),
        (
            {
                "credentials": {**credential("openai"), **credential("anthropic", enabled=False)},
                "fallbacks": {"openai-prod-chat": ["anthropic-prod-chat"]},
            },
            "llm_gateway.fallbacks.openai-prod-chat: anthropic-prod-chat is disabled",
        ),
        (
            {
                "credentials": {**credential("aa"), **credential("bb"), **credential("cc")},
                "fallbacks": {
                    "aa-prod-chat": ["bb-prod-chat"],
                    "bb-prod-chat": ["cc-prod-chat", "aa-prod-chat"],
                },
            },
            "llm_gateway.fallbacks: aa-prod-chat -> bb-prod-chat -> aa-prod-chat is a circle",
        ),
        (
            {
                "credentials": {**credential("aa"), **credential("bb")},
                "fallbacks": {"aa-prod-chat": ["aa-prod-chat"]},
            },
            "llm_gateway.fallbacks: aa-prod-chat -> aa-prod-chat is a circle",
        ),
        (
            {"credentials": credential("openai", weight=0), "fallbacks": {}},
            "llm_gateway.credentials: every weight of provider openai is 0",
        ),
        (
            {
                "credentials": {
                    **credential("openai", data_classes=["general", "health"]),
                    **credential("anthropic"),
                },
            },
            "llm_gateway.fallbacks.openai-prod-chat: anthropic-prod-chat is not approved for health",
        ),
        ({"env": {"ROUTING_FILE": "x"}}, "llm_gateway.env.ROUTING_FILE: follows from other settings"),
        ({"env": {"OPENAI_PROD_CHAT_API_KEY": "x"}}, "OPENAI_PROD_CHAT_API_KEY: follows from other settings"),
        (
            {"secrets": {"DATABASE_URL": {"source": "config"}}},
            "llm_gateway.secrets.DATABASE_URL: follows from other settings",
        ),
        (
            {"env": {"LICENSE": "x"}, "secrets": {"LICENSE": {"source": "config"}}},
            "llm_gateway.env.LICENSE: stands in `secrets` too",
        ),
        ({"size": {"memory_mb": 8192}}, "llm_gateway.size: memory_mb 8192 does not go with cpu_millis 500"),
        ({"clusters": {}}, "llm_gateway.clusters: is empty"),
        (
            {"clusters": {"eu": {}}},
            "llm_gateway.clusters.eu: is no cluster; write one of kubernetes.clusters",
        ),
        ({"redis": {"version": "REDIS_9"}}, "llm_gateway.redis: version 'REDIS_9' is not offered"),
        ({"postgres": {"tier": "db-f1-micro"}}, "llm_gateway.postgres: tier db-f1-micro shares a core"),
        ({"egress": [{"range": "10.0.0.999/8", "ports": [1]}]}, "llm_gateway.egress: '10.0.0.999/8' is no"),
        ({"postgres": None}, "llm_gateway.clusters.main.egress: is empty"),
        ({"tenants": {"main": TENANT}}, "llm_gateway.tenants.main: is what a cluster is called"),
        ({"tenants": {"vendor": TENANT}}, "llm_gateway.tenants.vendor: is what a cluster is called"),
        (
            {"tenants": {"acme": {**TENANT, "clusters": ["us"]}}},
            "llm_gateway.tenants.acme.clusters: us is none of `clusters`",
        ),
        (
            {"tenants": {"acme": {**TENANT, "domain": {"name": "llm.acme.com"}}}},
            "llm_gateway.tenants.acme.domain.name: llm.acme.com is that of domain too",
        ),
        (
            {"tenants": {"acme": {**TENANT, "quota": {"cpu": 4, "memory_gb": 100, "pods": 100}}}},
            "llm_gateway.tenants.acme.quota.cpu: 4 is less than",
        ),
        ({"domain": None, "tenants": {"acme": TENANT}}, "llm_gateway.credentials: there are only tenants"),
        (
            {"tenants": {"acme": {**TENANT, "fallbacks": {"openai-prod-chat": ["x-prod-chat"]}}}},
            "llm_gateway.tenants.acme.fallbacks: x-prod-chat is no credential",
        ),
    ],
)
def test_what_can_not_be_deployed_is_told_by_its_setting(changed: dict[str, Any], wanted: str) -> None:
    found = refusals(changed)
    assert any(wanted in line for line in found), found
    assert len(found) == len(set(found)), "each is told once"


def test_weights_of_zero_are_right_for_what_only_stands_in() -> None:
    only_spare = {
        "credentials": {**credential("openai"), **credential("anthropic", weight=0)},
        "fallbacks": {"openai-prod-chat": ["anthropic-prod-chat"]},
    }
    assert refusals(only_spare) == []


def test_a_disabled_provider_needs_no_weight() -> None:
    assert refusals({"credentials": credential("openai", weight=0, enabled=False), "fallbacks": {}}) == []


def test_what_is_wrong_in_one_cluster_is_told_of_that_cluster_alone() -> None:
    over = {"fallbacks": {"openai-prod-chat": ["gone-prod-chat"]}}
    [found] = refusals({"clusters": {"main": {}, "us": over}}, TWO)
    assert found.startswith("llm_gateway.clusters.us.fallbacks: gone-prod-chat is no credential")


@pytest.mark.parametrize("store", ["postgres", "redis"])
def test_a_cluster_outside_google_cloud_is_given_its_stores(store: str) -> None:
    found = refusals({"clusters": {"main": {}, "own": {}}}, FOREIGN)
    [line] = (each for each in found if each.startswith(f"llm_gateway.clusters.own.{store}"))
    assert f"write {store}: null there" in line
    variable = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}[store]
    assert f"`pulumi config set --secret llm_gateway:own-{variable}`" in line


@pytest.mark.parametrize("source", ["config", "secret_manager"])
def test_two_organizations_have_no_key_in_common(source: str) -> None:
    """By hand it is one entry of Secret Manager; from the configuration, one value under two names."""
    secret = {"source": source} | ({"secret": "openai", "version": "1"} if source != "config" else {})
    key = {"provider": "openai", "purpose": "chat", "secret": secret}
    tenant = {**TENANT, "credentials": {"openai-prod-chat": key}}
    changed = {"credentials": {"openai-prod-chat": key}, "fallbacks": {}, "tenants": {"acme": tenant}}
    with pytest.raises(PlanRefused) as refused:
        planned(changed, secrets={"llm_gateway:acme-openai-prod-chat": "PLANTED-openai-chat"})
    assert "credentials.openai-prod-chat: is a key that" in str(refused.value)
    assert "PLANTED" not in str(refused.value)


@pytest.mark.parametrize(
    "changed",
    [
        {
            "credentials": {"acme-openai-prod-chat": {"provider": "acme-openai", "purpose": "chat"}},
            "fallbacks": {},
            "tenants": {"acme": TENANT},
        },
        {
            "credentials": {
                **credential("openai", previous={"source": "config"}),
                "openai-prod-chat-previous": {"provider": "openai", "purpose": "chat-previous"},
            },
            "fallbacks": {},
        },
    ],
    ids=["a tenant's and the team's", "an old key and a credential"],
)
def test_two_secrets_that_would_be_kept_as_one_are_refused(changed: dict[str, Any]) -> None:
    assert any("and so is another secret" in line for line in refusals(changed))


def test_two_tenants_with_keys_of_their_own_are_let_through() -> None:
    tenants = {"acme": TENANT, "beta": {**TENANT, "domain": {"name": "beta.llm.acme.com"}}}
    own = {"llm_gateway:acme-openai-prod-chat": "PLANTED-a", "llm_gateway:beta-openai-prod-chat": "PLANTED-b"}
    assert planned({"tenants": tenants, "size": {"pool": 2}}, secrets=own).outputs["llm_gateway_urls"]


def test_a_missing_key_stops_the_plan_with_the_command_to_run() -> None:
    with pytest.raises(PlanRefused) as refused:
        planned({"credentials": credential("mistral"), "fallbacks": {}})
    assert "pulumi config set --secret llm_gateway:mistral-prod-chat --stack prod" in str(refused.value)


@pytest.mark.parametrize(
    ("tier", "connections"),
    [
        ("db-custom-1-3840", 100),
        ("db-custom-1-6144", 200),
        ("db-custom-2-7680", 400),
        ("db-custom-4-15360", 500),
        ("db-custom-8-30720", 600),
        ("db-custom-16-61440", 800),
        ("db-custom-32-122880", 1000),
    ],
)
def test_an_instance_takes_what_its_memory_allows(tier: str, connections: int) -> None:
    assert taken_by(tier) == connections


def test_every_pod_that_can_come_to_be_is_counted() -> None:
    """Ten and one that follows, as many that end, of five connections each; a migration; ten to spare."""
    assert opened_by(sites(settings())) == 2 * 11 * 5 + 1 + 10
    canary = {"canary": {"image": image("b")}}
    assert opened_by(sites(settings(**canary))) == 2 * (2 * 11 * 5 + 1) + 10
    everywhere = {**canary, "clusters": {"main": {}, "us": {}}, "tenants": {"acme": TENANT}}
    assert opened_by(sites(settings(**everywhere))) == 4 * 2 * (2 * 11 * 5 + 1) + 10


def test_a_cluster_that_is_given_its_postgres_counts_for_nothing() -> None:
    given = {"clusters": {"main": {}, "own": {"postgres": None}}}
    assert opened_by(sites(settings(**given))) == opened_by(sites(settings()))


def test_more_connections_than_the_instance_takes_are_refused_before_anything_is_made() -> None:
    [found] = refusals({"postgres": {"tier": "db-custom-1-3840"}, "canary": {"image": image("b")}})
    assert re.match(r"llm_gateway.postgres.tier: db-custom-1-3840 takes 100 .* can come to open 232", found)
