"""A fleet of several regions and owners, and the part of a vendor's gateway that is left to the team."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from services.llm_gateway.prerequisites import llm_gateway_prerequisites
from services.llm_gateway.settings import LlmGatewaySettings
from simulator.in_process import Plan
from simulator.values import opened
from tests.components.kubernetes.in_cluster import manifests, verdict
from tests.services.llm_gateway.program import BASE, image, planned, settings

US = {
    "region": "us-central1",
    "nodes_cidr": "10.50.0.0/22",
    "pods_cidr": "10.60.0.0/16",
    "services_cidr": "10.51.0.0/20",
}
FOREIGN = {
    "existing": {
        "gateway_class": "istio",
        "tls_secret": "certificates/acme-com",
        "balancer_ranges": ["10.0.0.0/16"],
        "gateway_address": "203.0.113.10",
    }
}
KUBERNETES = {"clusters": {"main": {}, "us": US, "own": FOREIGN}}
STORES = {
    "postgres": None,
    "redis": None,
    "egress": [{"range": "10.5.0.0/16", "ports": [5432, 6379]}],
}
FLEET: dict[str, Any] = {
    "domain": {"name": "llm.acme.com", "dns_zone": "acme"},
    "metrics": {"scrapers": {"monitoring": {"app": "prometheus"}}},
    "clusters": {
        "main": {},
        "us": {
            "image": image("b"),
            "replicas": {"min": 2},
            "credentials": {"openai-prod-chat": {"secret": {"source": "config"}}},
            "fallbacks": {"openai-prod-chat": None},
        },
        "own": STORES,
    },
}
VALUES = {
    "kubernetes:own-kubeconfig": "apiVersion: v1",
    "llm_gateway:own-DATABASE_URL": "PLANTED-database",
    "llm_gateway:own-REDIS_URL": "PLANTED-redis",
    "llm_gateway:us-openai-prod-chat": "PLANTED-us",
}
EXISTING = ("ai-prod/own/namespaces/certificates", "ai-prod/own/namespaces/certificates/secrets/acme-com")
VENDOR: dict[str, Any] = {
    "hosting": "vendor",
    "vendor": {"endpoint": "https://gateway.axiom.example"},
    "image": None,
    "migration": None,
    "domain": None,
}
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@pytest.fixture(scope="module")
def fleet() -> Plan:
    return planned(FLEET, kubernetes=KUBERNETES, secrets=VALUES, existing=EXISTING)


@pytest.fixture(scope="module")
def vendor() -> Plan:
    return planned(VENDOR, kubernetes={})


def pods(found: Plan, cluster: str) -> dict[str, Any]:
    return opened(found.one(DEPLOYMENT, f"llm-gateway-{cluster}").inputs)["spec"]["template"]["spec"]


def secret(found: Plan, name: str) -> dict[str, str]:
    data = opened(found.one("kubernetes:core/v1:Secret", name).inputs)["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def routing(found: Plan, cluster: str) -> dict[str, Any]:
    files = found.one("kubernetes:core/v1:ConfigMap", f"llm-gateway-{cluster}-files")
    return yaml.safe_load(opened(files.inputs)["data"]["routing.yaml"])


# A fleet


def test_every_cluster_has_the_base_and_what_it_says_itself(fleet: Plan) -> None:
    images = {cluster: pods(fleet, cluster)["containers"][0]["image"] for cluster in ("main", "us", "own")}
    assert images == {"main": image("a"), "us": image("b"), "own": image("a")}
    assert "openai-prod-chat" in routing(fleet, "main")["fallbacks"]
    assert routing(fleet, "us")["fallbacks"] == {}


def test_a_key_that_a_cluster_says_itself_is_there_alone(fleet: Plan) -> None:
    keys = {each: secret(fleet, f"llm-gateway-{each}-keys") for each in ("main", "us", "own")}
    assert keys["us"]["OPENAI_PROD_CHAT_API_KEY"] == "PLANTED-us"
    assert keys["main"]["OPENAI_PROD_CHAT_API_KEY"] == "PLANTED-openai-chat"
    assert keys["own"] == keys["main"]


def test_postgres_is_one_and_redis_is_beside_each_clusters_pods(fleet: Plan) -> None:
    assert fleet.one("gcp:sql/databaseInstance:DatabaseInstance").inputs["region"] == "europe-west1"
    regions = {one.name: one.inputs["region"] for one in fleet.of("gcp:redis/instance:Instance")}
    assert regions == {
        "llm-gateway-main-redis": "europe-west1",
        "llm-gateway-us-redis": "us-central1",
    }
    urls = {each: secret(fleet, f"llm-gateway-{each}-database")["DATABASE_URL"] for each in ("main", "us")}
    assert urls["main"] == urls["us"]


def test_a_cluster_outside_google_cloud_has_the_stores_that_it_is_given(fleet: Plan) -> None:
    assert secret(fleet, "llm-gateway-own-database") == {"DATABASE_URL": "PLANTED-database"}
    assert secret(fleet, "llm-gateway-own-redis") == {"REDIS_URL": "PLANTED-redis"}
    [policy] = (
        opened(one.inputs)["spec"]
        for one in fleet.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
        if one.name == "llm-gateway-own-network"
    )
    reached = [
        (peer["ipBlock"]["cidr"], [port["port"] for port in rule["ports"]])
        for rule in policy["egress"]
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    assert ("10.5.0.0/16", [5432, 6379]) in reached
    assert not [cidr for cidr, _ in reached if cidr.startswith("10.20.")], "Google's stores are not there"


def test_outside_google_cloud_no_kind_of_googles_is_made(fleet: Plan) -> None:
    providers = {one.urn: one.name for one in fleet.of("pulumi:providers:kubernetes")}
    there = [opened(one.inputs) for one in fleet.resources if providers.get(one.provider) == "cluster-own"]
    assert there
    assert {each["kind"] for each in there} & {
        "GCPBackendPolicy",
        "HealthCheckPolicy",
        "PodMonitoring",
    } == set()
    assert not [each for each in there if "googleapis" in each["apiVersion"]]


def test_outside_google_cloud_the_teams_own_prometheus_may_scrape_and_is_told_how(fleet: Plan) -> None:
    own = fleet.outputs["llm_gateway_prometheus"]["own"]
    [scrape] = yaml.safe_load(own["prometheus.yaml"])["scrape_configs"]
    assert scrape["metrics_path"] == "/metrics/ai-gateway"
    assert scrape["authorization"]["credentials_file"].endswith("ai-prod-llm-gateway-metrics-token")
    rules = yaml.safe_load(own["llm-gateway-rules.yaml"])["groups"][0]["rules"]
    assert "LlmGatewayTargetMissing" in {rule["alert"] for rule in rules}
    assert set(fleet.outputs["llm_gateway_prometheus"]) == {"own"}, "Google scrapes the others"
    [policy] = (
        opened(one.inputs)["spec"]
        for one in fleet.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
        if one.name == "llm-gateway-own-network"
    )
    peers = [peer for rule in policy["ingress"] for peer in rule["from"]]
    assert {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
        "podSelector": {"matchLabels": {"app": "prometheus"}},
    } in peers


def test_managed_prometheus_misses_one_of_the_clusters_that_it_scrapes(fleet: Plan) -> None:
    [query] = (
        one.inputs["conditions"][0]["conditionPrometheusQueryLanguage"]["query"]
        for one in fleet.of("gcp:monitoring/alertPolicy:AlertPolicy")
        if one.name == "llm-gateway-target-missing"
    )
    assert "< 2" in query


def test_one_name_leads_to_the_nearest_cluster(fleet: Plan) -> None:
    [record] = (
        one.inputs for one in fleet.of("gcp:dns/recordSet:RecordSet") if one.inputs["name"] == "llm.acme.com."
    )
    places = {each["location"] for each in record["routingPolicy"]["geos"]}
    assert places == {"europe-west1", "us-central1"}
    assert fleet.outputs["llm_gateway_urls"] == ["https://llm.acme.com"]


def test_a_name_is_guarded_once_and_watched_once(fleet: Plan) -> None:
    policies = fleet.of("gcp:compute/securityPolicy:SecurityPolicy")
    assert [one.name for one in policies] == ["llm-gateway"]
    assert len(fleet.of("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig")) == 1


def test_kubernetes_takes_every_object_as_it_is(fleet: Plan) -> None:
    assert verdict(manifests(fleet)) == []


# What the vendor leaves


def test_the_vendors_gateway_needs_no_cluster_no_database_and_no_image(vendor: Plan) -> None:
    kinds = {one.type for one in vendor.resources}
    assert not [
        kind for kind in kinds if kind.startswith(("kubernetes:", "gcp:container", "gcp:sql", "gcp:redis"))
    ]
    assert "llm_gateway_images" not in vendor.outputs


def test_its_keys_are_in_secret_manager_and_protected_while_they_are_in_use(vendor: Plan) -> None:
    kept = {
        one.name: one.protect
        for one in vendor.of("gcp:secretmanager/secret:Secret")
        if one.name.startswith("llm-gateway")
    }
    assert kept == {
        "llm-gateway-openai-prod-chat": True,
        "llm-gateway-openai-prod-batch": True,
        "llm-gateway-anthropic-prod-chat": True,
        "llm-gateway-metrics-token": True,
    }


def test_its_routing_is_a_file_in_a_bucket(vendor: Plan) -> None:
    uploaded = vendor.one("gcp:storage/bucketObject:BucketObject").inputs
    content = yaml.safe_load(opened(uploaded["content"]))
    assert {each["name"] for each in content["credentials"]} == set(BASE["credentials"])
    bucket = vendor.one("gcp:storage/bucket:Bucket").inputs["name"]
    assert vendor.outputs["llm_gateway_vendor_routing"] == f"gs://{bucket}/{uploaded['name']}"


def test_its_endpoint_is_watched_and_its_alerts_and_scrape_are_outputs(vendor: Plan) -> None:
    check = vendor.one("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig").inputs
    assert check["monitoredResource"]["labels"]["host"] == "gateway.axiom.example"
    files = vendor.outputs["llm_gateway_prometheus"]["vendor"]
    [scrape] = yaml.safe_load(files["prometheus.yaml"])["scrape_configs"]
    assert scrape["scheme"] == "https"
    assert scrape["static_configs"][0]["targets"] == ["gateway.axiom.example:443"]
    assert "LlmGatewayProviderFailures" in files["llm-gateway-rules.yaml"]


def test_no_key_is_in_what_it_publishes(vendor: Plan) -> None:
    assert "PLANTED" not in str(vendor.outputs)
    assert "PLANTED" not in str(opened(vendor.one("gcp:storage/bucketObject:BucketObject").inputs))


def test_a_hybrid_has_clusters_and_the_vendors_part_with_one_set_of_keys() -> None:
    found = planned({"hosting": "hybrid", "vendor": VENDOR["vendor"]})
    assert found.one(DEPLOYMENT)
    assert found.one("gcp:storage/bucketObject:BucketObject")
    names = [one.name for one in found.of("gcp:secretmanager/secret:Secret")]
    assert names.count("llm-gateway-openai-prod-chat") == 1
    assert len(found.of("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig")) == 2
    assert set(found.outputs["llm_gateway_prometheus"]) == {"vendor"}


# What has to be there before


def test_what_is_kept_by_hand_and_the_zones_are_told_once() -> None:
    by_hand = {"source": "secret_manager", "secret": "openai", "version": "3"}
    wanted = settings(
        domain={"name": "llm.acme.com", "dns_zone": "acme"},
        clusters={"main": {}, "us": {}},
        credentials={"openai-prod-chat": {"provider": "openai", "purpose": "chat", "secret": by_hand}},
        fallbacks={},
    )
    assert list(llm_gateway_prerequisites(wanted, "acme-prod")) == [
        "projects/acme-prod/secrets/openai",
        "projects/acme-prod/secrets/openai/versions/3",
        "projects/acme-prod/managedZones/acme",
    ]


def test_the_vendors_keys_that_are_kept_by_hand_are_told_too() -> None:
    by_hand = {"source": "secret_manager", "secret": "openai", "version": "3"}
    credentials = {"openai-prod-chat": {"provider": "openai", "purpose": "chat", "secret": by_hand}}
    wanted = LlmGatewaySettings.model_validate(
        {"hosting": "vendor", "vendor": VENDOR["vendor"], "credentials": credentials}
    )
    assert "projects/acme-prod/secrets/openai" in list(llm_gateway_prerequisites(wanted, "acme-prod"))
