"""What memorise's document says of security, sentence by sentence, over a plan."""

from __future__ import annotations

from simulator.in_process import Plan
from tests.services.memorise.reading import let_in, secret
from tests.services.memorise.stacks import (
    DEPLOYED,
    ORIGINS,
    objects,
    planned,
)


def test_the_key_of_ingest_is_made_and_everybody_who_calls_has_it(synced: Plan, cloud: Plan) -> None:
    for plan, callers in ((synced, ["content-engine-secrets"]), (cloud, ["content-engine-sync"])):
        key = secret(plan, "content-engine-secrets")["INGEST_API_KEY"]
        assert len(key) == 32
        for caller in callers:
            assert secret(plan, caller)["INGEST_API_KEY"] == key


def test_no_route_leads_to_anything_but_the_api(synced: Plan, cloud: Plan) -> None:
    for plan in (synced, cloud):
        routes = objects(plan, "HTTPRoute")
        backends = {
            backend["name"]
            for route in routes.values()
            for rule in route["spec"]["rules"]
            for backend in rule.get("backendRefs", [])
        }
        assert backends == {"ai-engine-api"}
        assert not any(
            service["spec"].get("type") in ("LoadBalancer", "NodePort")
            for service in objects(plan, "Service").values()
        )


def test_only_what_is_listed_is_public(synced: Plan) -> None:
    (rule,) = objects(synced, "HTTPRoute")["ai-engine-api"]["spec"]["rules"]
    paths = {
        (match["path"]["type"], match["path"]["value"], match.get("method")) for match in rule["matches"]
    }

    assert paths == {
        ("Exact", "/", "GET"),
        ("Exact", "/api/ingest", "POST"),
        ("Exact", "/api/recommend", None),
        ("PathPrefix", "/api/search", None),
    }


def test_the_content_engine_is_reached_by_the_api_the_clock_and_named_callers_alone(cloud: Plan) -> None:
    assert let_in(cloud, "content-engine") == {"ai-engine-api", "content-engine-sync", "importer"}
    rules = objects(cloud, "NetworkPolicy")["content-engine"]["spec"]["ingress"]
    namespaces = {
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in rules
        for peer in rule["from"]
        if peer["podSelector"]["matchLabels"]["app"] == "importer"
    }
    assert namespaces == {"cms"}


def test_the_pods_that_sync_are_reached_by_nobody(synced: Plan, cloud: Plan) -> None:
    for plan in (synced, cloud):
        assert let_in(plan, "content-engine-sync") == set()


def test_qdrant_is_reached_by_who_asks_it(synced: Plan) -> None:
    assert let_in(synced, "qdrant") == {"ai-engine-api", "content-engine-sync", "qdrant-snapshots"}
    assert let_in(planned(**DEPLOYED), "qdrant") == {"ai-engine-api", "content-engine", "qdrant-snapshots"}


def test_the_api_is_reached_by_the_load_balancer_alone(synced: Plan) -> None:
    assert let_in(synced, "ai-engine-api") == {"130.211.0.0/22", "35.191.0.0/16"}


def test_cors_is_restricted_to_the_front_ends(synced: Plan) -> None:
    assert objects(synced, "ConfigMap")["ai-engine-config"]["data"]["AI_ENGINE_CORS"] == ",".join(ORIGINS)


def test_keys_are_in_secret_manager_and_nowhere_in_the_plain(synced: Plan) -> None:
    kept = {each.inputs["secretId"] for each in synced.of("gcp:secretmanager/secret:Secret")}
    values = {
        value
        for name in ("ai-engine-secrets", "content-engine-secrets")
        for value in secret(synced, name).values()
    }

    assert {
        "ai-prod-memorise-qdrant-api-key",
        "ai-prod-memorise-ai-engine-openrouter-api-key",
        "ai-prod-memorise-ai-engine-keycloak-client-secret",
    } <= kept
    assert {"PLANTED-openrouter", "PLANTED-keycloak"} <= values
    for resource in synced.resources:
        for value in values:
            # A secret prints as one; whatever is seen here stands in the plain.
            assert value not in str(resource.inputs), resource.name
    assert not any(value in str(synced.outputs) for value in values)


def test_keycloak_and_the_llm_are_configured_in_the_plain_but_for_their_keys(synced: Plan) -> None:
    data = objects(synced, "ConfigMap")["ai-engine-config"]["data"]

    assert data["KEYCLOAK_BASE_URL"] == "https://login.acme.com:8443"
    assert (data["KEYCLOAK_REALM"], data["KEYCLOAK_CLIENT_ID"]) == ("museum", "memorise")
    assert data["OPENROUTER_API_URL"] == "https://openrouter.ai/api/v1"


def test_the_way_out_has_the_ports_that_the_addresses_name(synced: Plan) -> None:
    rules = objects(synced, "NetworkPolicy")["ai-engine-api"]["spec"]["egress"]
    outside = [rule for rule in rules if rule["to"][0].get("ipBlock", {}).get("cidr") == "0.0.0.0/0"]

    assert [[port["port"] for port in rule["ports"]] for rule in outside] == [[443, 8443]]


def test_the_public_name_has_a_managed_certificate_and_the_gateway_s_address(synced: Plan) -> None:
    (certificate,) = synced.of("gcp:certificatemanager/certificate:Certificate")

    assert certificate.inputs["managed"]["domains"] == ["memorise.acme.com"]
    assert objects(synced, "HTTPRoute")["ai-engine-api"]["spec"]["hostnames"] == ["memorise.acme.com"]
    assert synced.outputs["memorise_url"] == "https://memorise.acme.com"
