"""What the document expects of llm_gateway on Kubernetes, one expectation after the other, over its plan."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from simulator.in_process import Plan
from simulator.values import SecretValue, opened
from tests.components.environments import awaited
from tests.components.kubernetes.in_cluster import manifests, verdict
from tests.services.llm_gateway.program import BASE, SECRETS, image, planned

NAMESPACE = "ai-prod-llm-gateway"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
JOB = "kubernetes:batch/v1:Job"
SERVICE = "kubernetes:core/v1:Service"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
KUBERNETES_SECRET = "kubernetes:core/v1:Secret"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
TREATMENT = "kubernetes:networking.gke.io/v1:GCPBackendPolicy"
HEALTH = "kubernetes:networking.gke.io/v1:HealthCheckPolicy"
MONITORING = "kubernetes:monitoring.googleapis.com/v1:PodMonitoring"
ALERT = "gcp:monitoring/alertPolicy:AlertPolicy"
POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
REDIS = "gcp:redis/instance:Instance"
SECRET = "gcp:secretmanager/secret:Secret"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
CANARY = {"canary": {"image": image("b"), "weight": 5}}


@pytest.fixture(scope="module")
def plain() -> Plan:
    return planned()


@pytest.fixture(scope="module")
def canary() -> Plan:
    return planned(CANARY)


def spec(found: Plan, type_: str, name: str) -> dict[str, Any]:
    return opened(found.one(type_, name).inputs)["spec"]


def pods(found: Plan, name: str = "llm-gateway-main") -> dict[str, Any]:
    return spec(found, DEPLOYMENT, name)["template"]["spec"]


def route(found: Plan) -> dict[str, Any]:
    return spec(found, ROUTE, "llm-gateway-main")


def routed(found: Plan) -> Iterator[dict[str, Any]]:
    """Each path that the public reaches."""
    for one in found.of(ROUTE):
        for rule in opened(one.inputs)["spec"]["rules"]:
            for match in rule.get("matches", ()):
                yield match["path"]


def routing(found: Plan) -> dict[str, Any]:
    return yaml.safe_load(
        opened(found.one(CONFIG_MAP, "llm-gateway-main-files").inputs)["data"]["routing.yaml"]
    )


# Horizontal gateway pods


def test_several_pods_stand_behind_one_service_and_follow_the_load(plain: Plan) -> None:
    scaling = spec(plain, AUTOSCALER, "llm-gateway-main-autoscaler")
    assert (scaling["minReplicas"], scaling["maxReplicas"]) == (3, 10)
    selector = spec(plain, SERVICE, "llm-gateway-main")["selector"]
    labels = spec(plain, DEPLOYMENT, "llm-gateway-main")["template"]["metadata"]["labels"]
    assert selector.items() <= labels.items()


def test_traffic_goes_on_during_restarts_upgrades_and_maintenance(plain: Plan) -> None:
    deployment = spec(plain, DEPLOYMENT, "llm-gateway-main")
    assert deployment["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    [budget] = plain.of("kubernetes:policy/v1:PodDisruptionBudget")
    assert opened(budget.inputs)["spec"]["maxUnavailable"] == 1
    assert len(pods(plain)["topologySpreadConstraints"]) == 2


def test_a_stream_of_ten_minutes_is_cut_neither_by_the_balancer_nor_by_a_rollout(plain: Plan) -> None:
    treatment = spec(plain, TREATMENT, "llm-gateway-main-treatment")["default"]
    assert treatment["timeoutSec"] == 600
    assert treatment["connectionDraining"]["drainingTimeoutSec"] == 600
    assert pods(plain)["terminationGracePeriodSeconds"] >= 35 + 600


def test_the_balancer_asks_what_the_readiness_probe_asks(plain: Plan) -> None:
    [container] = pods(plain)["containers"]
    asked = spec(plain, HEALTH, "llm-gateway-main-health")["default"]["config"]["httpHealthCheck"]
    probe = container["readinessProbe"]["httpGet"]
    assert (asked["requestPath"], asked["port"]) == (probe["path"], probe["port"])


# PostgreSQL persistence and Redis coordination


def test_postgres_is_private_backed_up_and_sized_for_every_pod(plain: Plan) -> None:
    settings = plain.one(POSTGRES).inputs["settings"]
    assert settings["ipConfiguration"]["ipv4Enabled"] is False
    assert settings["backupConfiguration"]["pointInTimeRecoveryEnabled"] is True
    assert {"name": "max_connections", "value": "400"} in settings["databaseFlags"]
    assert plain.one(POSTGRES).protect


def test_redis_forgets_what_expires_instead_of_refusing(plain: Plan) -> None:
    assert plain.one(REDIS).inputs["redisConfigs"]["maxmemory-policy"] == "volatile-lru"


def test_stores_that_are_given_are_made_nowhere_and_come_from_the_configuration() -> None:
    egress = [{"range": "10.5.0.0/16", "ports": [5432, 6379]}]
    values = {"llm_gateway:DATABASE_URL": "PLANTED-database", "llm_gateway:REDIS_URL": "PLANTED-redis"}
    found = planned({"postgres": None, "redis": None, "egress": egress}, secrets=values)
    assert found.of(POSTGRES) + found.of(REDIS) == []
    data = opened(found.one(KUBERNETES_SECRET, "llm-gateway-main-database").inputs)["data"]
    assert base64.b64decode(data["DATABASE_URL"]).decode() == "PLANTED-database"
    assert found.one(SECRET, "llm-gateway-database-url").protect


def test_pods_get_the_stores_addresses_as_secrets_and_the_authority_in_the_clear(plain: Plan) -> None:
    sources = pods(plain)["containers"][0]["envFrom"]
    secrets = {each["secretRef"]["name"] for each in sources if "secretRef" in each}
    assert {"llm-gateway-database", "llm-gateway-redis"} <= secrets
    data = opened(plain.one(CONFIG_MAP, "llm-gateway-main-environment").inputs)["data"]
    assert "BEGIN CERTIFICATE" in data["REDIS_CA_CERT"]
    assert data["DATABASE_POOL_SIZE"] == "5"
    assert "redis-ca.pem" in opened(plain.one(CONFIG_MAP, "llm-gateway-main-files").inputs)["data"]


def test_a_new_version_takes_no_traffic_before_its_migration_is_done(canary: Plan) -> None:
    jobs = {
        opened(one.inputs)["spec"]["template"]["spec"]["containers"][0]["image"]: one
        for one in canary.of(JOB)
    }
    assert set(jobs) == {image("a"), image("b")}
    for name, letter in (("llm-gateway-main", "a"), ("llm-gateway-main-canary", "b")):
        assert jobs[image(letter)].name in awaited(canary, canary.one(DEPLOYMENT, name))
        assert name in awaited(canary, canary.one(ROUTE, "llm-gateway-main"))


def test_one_image_is_migrated_once_whoever_runs_it() -> None:
    found = planned({"canary": {"image": BASE["image"], "weight": 50}})
    assert len(found.of(JOB)) == 1


def test_a_migration_reads_the_database_and_no_providers_key(plain: Plan) -> None:
    [job] = plain.of(JOB)
    [container] = opened(job.inputs)["spec"]["template"]["spec"]["containers"]
    secrets = {each["secretRef"]["name"] for each in container["envFrom"] if "secretRef" in each}
    assert secrets == {"llm-gateway-database"}
    assert container["command"] == ["gateway", "migrate"]


def test_no_service_and_no_budget_selects_a_migrations_pods(plain: Plan) -> None:
    [job] = plain.of(JOB)
    labels = opened(job.inputs)["spec"]["template"]["metadata"]["labels"].items()
    selectors = [opened(one.inputs)["spec"]["selector"] for one in plain.of(SERVICE)]
    selectors += [
        opened(one.inputs)["spec"]["selector"]["matchLabels"]
        for one in plain.of("kubernetes:policy/v1:PodDisruptionBudget")
    ]
    scraped = spec(plain, MONITORING, "llm-gateway-main")["selector"]["matchLabels"]
    for selector in [*selectors, scraped]:
        assert not selector.items() <= labels


# Progressive rollout controls


def test_both_versions_stand_in_the_route_with_their_shares(canary: Plan) -> None:
    backends = route(canary)["rules"][0]["backendRefs"]
    assert {each["name"]: each["weight"] for each in backends} == {
        "llm-gateway": 95,
        "llm-gateway-canary": 5,
    }


def test_testers_reach_the_canary_by_a_header_whatever_its_share() -> None:
    [everybody, testers] = route(planned({"canary": {"image": image("b"), "weight": 0}}))["rules"]
    assert [each["weight"] for each in everybody["backendRefs"]] == [100, 0]
    assert {each["name"] for each in testers["backendRefs"]} == {"llm-gateway-canary"}
    for match in testers["matches"]:
        assert match["headers"] == [{"type": "Exact", "name": "x-canary", "value": "always"}]
    assert [each["path"] for each in testers["matches"]] == [each["path"] for each in everybody["matches"]]


def test_the_canary_is_treated_and_guarded_like_the_stable_version(canary: Plan) -> None:
    for type_, suffix in ((TREATMENT, "treatment"), (HEALTH, "health")):
        stable, other = (
            spec(canary, type_, f"{name}-{suffix}")["default"]
            for name in ("llm-gateway-main", "llm-gateway-main-canary")
        )
        assert stable == other
    scaling = spec(canary, AUTOSCALER, "llm-gateway-main-canary-autoscaler")
    assert (scaling["minReplicas"], scaling["maxReplicas"]) == (1, 10), "it can come to take everything"


def test_no_rule_has_a_timeout_that_googles_gateways_do_not_know(canary: Plan) -> None:
    assert not any("timeouts" in rule for rule in route(canary)["rules"])


# Metrics


def test_metrics_are_scraped_with_the_token_that_the_pods_have(canary: Plan) -> None:
    [endpoint] = spec(canary, MONITORING, "llm-gateway-main")["endpoints"]
    assert endpoint["path"] == "/metrics/ai-gateway"
    secret = endpoint["authorization"]["credentials"]["secret"]
    for name in ("llm-gateway-main", "llm-gateway-main-canary"):
        [container] = pods(canary, name)["containers"]
        assert {"secretRef": {"name": secret["name"]}} in container["envFrom"]
    mirrored = opened(canary.one(KUBERNETES_SECRET, "llm-gateway-main-metrics-token").inputs)
    assert list(mirrored["data"]) == [secret["key"]] == ["METRICS_TOKEN"]


def test_stable_and_canary_are_scraped_and_told_apart(canary: Plan) -> None:
    monitoring = spec(canary, MONITORING, "llm-gateway-main")
    wanted = monitoring["selector"]["matchLabels"].items()
    for name, version in (("llm-gateway-main", "stable"), ("llm-gateway-main-canary", "canary")):
        labels = spec(canary, DEPLOYMENT, name)["template"]["metadata"]["labels"]
        assert wanted <= labels.items()
        [mapping] = monitoring["targetLabels"]["fromPod"]
        assert labels[mapping["from"]] == version


def test_the_token_is_generated_and_is_no_key_of_anything_else(plain: Plan) -> None:
    token = opened(plain.one(VERSION, "llm-gateway-metrics-token-version").inputs["secretData"])
    others = [opened(one.inputs["secretData"]) for one in plain.of(VERSION)]
    assert others.count(token) == 1
    assert len(token) == 48


def test_the_metrics_are_on_no_public_route(canary: Plan) -> None:
    paths = list(routed(canary))
    assert paths
    for path in paths:
        whole = path["value"].rstrip("/") + "/"
        assert path["type"] == "Exact" or not "/metrics/ai-gateway/".startswith(whole)
        assert not path["value"].startswith("/metrics")


def test_only_the_balancer_and_the_collectors_may_ask_pods(plain: Plan) -> None:
    asked = spec(plain, POLICY, "llm-gateway-main-network")["ingress"]
    blocks, namespaces = set(), set()
    for each in (peer for rule in asked for peer in rule["from"]):
        if "ipBlock" in each:
            blocks.add(each["ipBlock"]["cidr"])
        else:
            namespaces |= set(each["namespaceSelector"]["matchLabels"].values())
            assert each["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "collector"}
    assert blocks == {"130.211.0.0/22", "35.191.0.0/16"}
    assert namespaces == {"gmp-system", "gke-gmp-system"}


def test_there_is_an_alert_for_each_thing_that_the_document_names(plain: Plan) -> None:
    told = {
        one.inputs["conditions"][0]["conditionPrometheusQueryLanguage"]["alertRule"]: one.inputs
        for one in plain.of(ALERT)
        if "conditionPrometheusQueryLanguage" in one.inputs["conditions"][0]
    }
    assert set(told) == {
        "LlmGatewayAuthenticationFailures",
        "LlmGatewayProviderFailures",
        "LlmGatewayRateLimits",
        "LlmGatewayCostSpike",
        "LlmGatewayLatency",
        "LlmGatewayOverhead",
        "LlmGatewayTargetMissing",
    }
    for alert in told.values():
        assert "docs/runbooks/llm-gateway-incident.md#" in alert["documentation"]["content"]
        assert alert["notificationChannels"]


def test_the_public_name_is_watched_from_outside_at_a_path_that_is_routed(plain: Plan) -> None:
    check = plain.one("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig", "llm-gateway-uptime-check").inputs
    assert check["monitoredResource"]["labels"]["host"] == "llm.acme.com"
    assert {"type": "Exact", "value": check["httpCheck"]["path"]} in list(routed(plain))


# Credentials


def test_the_routing_file_names_variables_that_pods_have_and_holds_no_key(plain: Plan) -> None:
    keys = opened(plain.one(KUBERNETES_SECRET, "llm-gateway-main-keys").inputs)["data"]
    credentials = {each["name"]: each for each in routing(plain)["credentials"]}
    assert set(credentials) == set(BASE["credentials"])
    for name, credential in credentials.items():
        value = base64.b64decode(keys[credential["api_key_variable"]]).decode()
        assert value == SECRETS[f"llm_gateway:{name}"]
    assert routing(plain)["fallbacks"] == {"openai-prod-chat": ["anthropic-prod-chat"]}
    assert credentials["openai-prod-chat"]["weight"] == 3


def test_a_disabled_credential_is_listed_its_key_goes_to_no_pod_and_its_entry_may_go() -> None:
    credentials = {**BASE["credentials"]}
    credentials["openai-prod-batch"] = {**credentials["openai-prod-batch"], "enabled": False}
    found = planned({"credentials": credentials})
    keys = opened(found.one(KUBERNETES_SECRET, "llm-gateway-main-keys").inputs)["data"]
    assert set(keys) == {"OPENAI_PROD_CHAT_API_KEY", "ANTHROPIC_PROD_CHAT_API_KEY"}
    [disabled] = (each for each in routing(found)["credentials"] if each["name"] == "openai-prod-batch")
    assert disabled["enabled"] is False
    assert "api_key_variable" not in disabled
    kept = {one.name: (one.protect, one.inputs["deletionProtection"]) for one in found.of(SECRET)}
    assert kept["llm-gateway-openai-prod-batch"] == (False, False)
    assert kept["llm-gateway-openai-prod-chat"] == (True, True)


def test_during_a_rotation_pods_have_the_new_key_and_the_old_one() -> None:
    credentials = {**BASE["credentials"]}
    credentials["openai-prod-chat"] = {**credentials["openai-prod-chat"], "previous": {"source": "config"}}
    old = {"llm_gateway:openai-prod-chat-previous": "PLANTED-old"}
    found = planned({"credentials": credentials}, secrets=old)
    keys = opened(found.one(KUBERNETES_SECRET, "llm-gateway-main-keys").inputs)["data"]
    [rotated] = (each for each in routing(found)["credentials"] if each["name"] == "openai-prod-chat")
    new, previous = rotated["api_key_variable"], rotated["previous_api_key_variable"]
    assert base64.b64decode(keys[new]).decode() == SECRETS["llm_gateway:openai-prod-chat"]
    assert base64.b64decode(keys[previous]).decode() == "PLANTED-old"
    assert not found.one(SECRET, "llm-gateway-openai-prod-chat-previous").protect


def test_a_key_kept_by_hand_is_read_at_its_version_and_made_nowhere() -> None:
    secret = {"source": "secret_manager", "secret": "openai", "version": "7"}
    credentials = {"openai-prod-chat": {"provider": "openai", "purpose": "chat", "secret": secret}}
    found = planned({"credentials": credentials, "fallbacks": {}})
    assert "llm-gateway-openai-prod-chat" not in {one.name for one in found.of(SECRET)}
    assert (
        "OPENAI_PROD_CHAT_API_KEY"
        in opened(found.one(KUBERNETES_SECRET, "llm-gateway-main-keys").inputs)["data"]
    )


# What holds for everything


def test_no_secret_is_in_the_clear_anywhere_in_the_plan(canary: Plan) -> None:
    generated = [
        opened(one.inputs["secretData"])
        for one in canary.of(VERSION)
        if isinstance(one.inputs["secretData"], SecretValue)
    ]
    assert len(generated) == len(canary.of(VERSION))
    told = [*SECRETS.values(), *generated]
    told += [base64.b64encode(value.encode()).decode() for value in told]
    for one in canary.resources:
        for value in told:
            assert value not in f"{one.inputs}{one.state}", one.name
    for value in told:
        assert value not in str(canary.outputs)


def test_kubernetes_takes_every_object_as_it_is(canary: Plan) -> None:
    assert verdict(manifests(canary)) == []


def test_every_object_is_made_by_the_clusters_own_provider(canary: Plan) -> None:
    [provider] = canary.of("pulumi:providers:kubernetes")
    objects = [one for one in canary.resources if one.type.startswith("kubernetes:")]
    assert objects
    assert {one.provider for one in objects} == {provider.urn}


def test_where_nothing_is_protected_everything_can_be_deleted() -> None:
    found = planned(protect=False)
    assert [one.name for one in found.resources if one.protect] == []


def test_names_of_what_is_made_are_unique(canary: Plan) -> None:
    """Of two alerts or two checks with one name the engine takes neither."""
    names = [f"{one.type}::{one.name}" for one in canary.resources]
    assert len(names) == len(set(names))
