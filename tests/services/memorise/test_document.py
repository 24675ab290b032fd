"""What memorise's document says of a production deployment, sentence by sentence, over a plan."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from simulator.in_process import Plan
from simulator.values import opened
from tests.components.kubernetes.in_cluster import manifests, verdict
from tests.services.memorise.stacks import (
    AI_IMAGE,
    CLOUD,
    CONTENT_IMAGE,
    DEPLOYED,
    FOREIGN,
    KEYCLOAK,
    ORIGINS,
    clusters,
    container,
    objects,
    planned,
    pod,
)

_SNAPSHOT_BUCKET = "ai-prod-memorise-qdrant-main-snapshots-acme-prod"


@pytest.fixture(scope="module")
def synced() -> Plan:
    """With a Content Engine that only syncs, and a Qdrant in the cluster."""
    return planned(keycloak=KEYCLOAK)


@pytest.fixture(scope="module")
def cloud() -> Plan:
    """With a Content Engine that is always there, and Qdrant Cloud."""
    content = {**DEPLOYED["content_engine"], "schedule": "0 4 * * *", "callers": {"cms": {"app": "importer"}}}
    return planned(qdrant={"url": CLOUD}, content_engine=content)


def api(plan: Plan) -> dict[str, Any]:
    return objects(plan, "Deployment")["ai-engine-api"]


def secret(plan: Plan, name: str) -> dict[str, str]:
    data = objects(plan, "Secret")[name]["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def let_in(plan: Plan, name: str) -> set[str]:
    """Who a workload's policy lets in: `app` labels and address ranges."""
    rules = objects(plan, "NetworkPolicy")[name]["spec"]["ingress"]
    peers = [peer for rule in rules for peer in rule["from"]]
    return {
        peer["ipBlock"]["cidr"] if "ipBlock" in peer else peer["podSelector"]["matchLabels"]["app"]
        for peer in peers
    }


@pytest.mark.parametrize("name", ["synced", "cloud"])
def test_kubernetes_finds_nothing_in_any_object(request: pytest.FixtureRequest, name: str) -> None:
    assert verdict(manifests(request.getfixturevalue(name))) == []


# 1. Data stores


def test_qdrant_cloud_is_asked_at_its_url_with_its_key(cloud: Plan) -> None:
    for engine in ("ai-engine", "content-engine"):
        assert objects(cloud, "ConfigMap")[f"{engine}-config"]["data"]["QDRANT_API_URL"] == CLOUD
        assert secret(cloud, f"{engine}-secrets")["QDRANT_API_KEY"] == "PLANTED-qdrant"
    assert objects(cloud, "StatefulSet") == {}


def test_without_a_url_qdrant_is_in_the_cluster_with_a_key_of_its_own(synced: Plan) -> None:
    for engine in ("ai-engine", "content-engine"):
        config = objects(synced, "ConfigMap")[f"{engine}-config"]["data"]
        assert config["QDRANT_API_URL"] == "http://qdrant:6333"
    keys = {
        secret(synced, "ai-engine-secrets")["QDRANT_API_KEY"],
        secret(synced, "content-engine-secrets")["QDRANT_API_KEY"],
        secret(synced, "qdrant-snapshots")["QDRANT_API_KEY"],
        secret(synced, "qdrant")["QDRANT__SERVICE__API_KEY"],
    }
    assert len(keys) == 1
    assert len(keys.pop()) == 32


def test_redis_has_persistence_and_its_url_is_given(synced: Plan) -> None:
    (redis,) = synced.of("gcp:redis/instance:Instance")
    persistence = redis.inputs["persistenceConfig"]

    assert persistence == {"persistenceMode": "RDB", "rdbSnapshotPeriod": "ONE_HOUR"}
    # The user model has a TTL and is built again; the buffer of events has none and is kept.
    assert redis.inputs["redisConfigs"]["maxmemory-policy"] == "volatile-lru"
    assert secret(synced, "ai-engine-secrets")["REDIS_URL"].startswith("rediss://:")


def test_redis_is_trusted_by_the_file_that_its_url_names(synced: Plan) -> None:
    url = secret(synced, "ai-engine-secrets")["REDIS_URL"]
    (mount,) = [each for each in container(api(synced))["volumeMounts"] if each["mountPath"] == "/etc/redis"]
    (volume,) = [each for each in pod(api(synced))["spec"]["volumes"] if each["name"] == mount["name"]]
    authority = objects(synced, "ConfigMap")[volume["configMap"]["name"]]["data"]

    assert url.endswith("/0?ssl_ca_certs=/etc/redis/ca.pem&ssl_check_hostname=false")
    assert list(authority) == ["ca.pem"]
    assert authority["ca.pem"].startswith("-----BEGIN CERTIFICATE-----")


def test_a_redis_that_is_there_already_is_asked_at_its_own_url() -> None:
    existing = {"url": {"source": "config"}, "region": "europe-west1", "port": 6380}
    plan = planned(redis={"existing": existing})

    assert plan.of("gcp:redis/instance:Instance") == []
    assert secret(plan, "ai-engine-secrets")["REDIS_URL"] == "rediss://:PLANTED-redis@redis.acme.com:6380/0"
    assert "/etc/redis" not in str(container(api(plan))["volumeMounts"])


def test_a_redis_that_is_there_already_may_have_an_authority_of_its_own() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    existing = {"url": {"source": "config"}, "region": "europe-west1", "ca_certificate": pem}
    plan = planned(redis={"existing": existing})

    assert objects(plan, "ConfigMap")["ai-engine-redis-ca"]["data"] == {"ca.pem": pem}
    assert "/etc/redis" in {mount["mountPath"] for mount in container(api(plan))["volumeMounts"]}


def test_collection_and_model_are_the_same_for_both_engines(synced: Plan, cloud: Plan) -> None:
    changed = planned(collection_name="letters", embedding_model="acme/multilingual")
    for plan in (synced, cloud, changed):
        configs = objects(plan, "ConfigMap")
        both = [configs[name]["data"] for name in ("ai-engine-config", "content-engine-config")]
        for variable in ("COLLECTION_NAME", "EMBEDDING_MODEL"):
            assert both[0][variable] == both[1][variable]
    assert both[0]["COLLECTION_NAME"] == "letters"


# 2. and 3. Images, and the Deployment of the document


def test_the_deployment_is_the_document_s(synced: Plan) -> None:
    deployment = api(synced)
    described = container(deployment)

    assert deployment["spec"]["selector"] == {"matchLabels": {"app": "ai-engine-api"}}
    assert pod(deployment)["metadata"]["labels"]["app"] == "ai-engine-api"
    assert (described["name"], described["image"]) == ("api", AI_IMAGE)
    assert [port["containerPort"] for port in described["ports"]] == [8000]
    assert described["envFrom"] == [
        {"secretRef": {"name": "ai-engine-secrets"}},
        {"configMapRef": {"name": "ai-engine-config"}},
    ]
    for probe in ("readinessProbe", "livenessProbe"):
        assert described[probe]["httpGet"] == {"path": "/", "port": 8000, "scheme": "HTTP"}
    assert described.get("env", []) == [], "configuration is not baked in"


def test_three_pods_run_and_more_of_them_when_they_are_busy(synced: Plan) -> None:
    spec = objects(synced, "HorizontalPodAutoscaler")["ai-engine-api"]["spec"]

    assert "replicas" not in api(synced)["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 10)


def test_a_content_engine_for_post_ingest_is_a_deployment_behind_a_service(cloud: Plan) -> None:
    described = container(objects(cloud, "Deployment")["content-engine"])
    service = objects(cloud, "Service")["content-engine"]["spec"]

    assert (described["image"], described["command"]) == (CONTENT_IMAGE, ["content-engine"])
    for probe in ("readinessProbe", "livenessProbe"):
        assert described[probe]["httpGet"]["path"] == "/health"
    assert (service["type"], service["selector"]) == ("ClusterIP", {"app": "content-engine"})
    assert service["ports"][0]["targetPort"] == described["ports"][0]["containerPort"]


def test_a_content_engine_that_only_syncs_is_a_cron_job_that_starts_it(synced: Plan) -> None:
    job = objects(synced, "CronJob")["content-engine-sync"]["spec"]
    described = container(objects(synced, "CronJob")["content-engine-sync"])

    assert "content-engine" not in {*objects(synced, "Deployment"), *objects(synced, "Service")}
    assert (job["schedule"], job["concurrencyPolicy"]) == ("0 4 * * *", "Forbid")
    assert job["jobTemplate"]["spec"]["activeDeadlineSeconds"] > 3600
    assert described["image"] == CONTENT_IMAGE
    assert described["command"] == ["python3", "/opt/sync/sync.py", "content-engine"]
    assert "/sync/omeka" in objects(synced, "ConfigMap")["content-engine-sync"]["data"]["sync.py"]


def test_with_a_deployment_and_a_schedule_the_cron_job_asks_the_one_that_is_there(cloud: Plan) -> None:
    described = container(objects(cloud, "CronJob")["content-engine-sync"])

    assert described["command"] == ["python3", "/opt/sync/sync.py"]
    assert {"name": "CONTENT_ENGINE_URL", "value": "http://content-engine"} in described["env"]


def test_a_deployment_without_a_schedule_has_no_cron_job() -> None:
    assert set(objects(planned(**DEPLOYED), "CronJob")) == {"qdrant-snapshots"}


# 4. Behavioral capture


def test_the_webhook_is_public_for_post_alone_and_has_a_limit_of_its_own() -> None:
    plan = planned(rudderstack={"requests_per_minute": 2400})
    (rule,) = objects(plan, "HTTPRoute")["ai-engine-api"]["spec"]["rules"]
    (policy,) = plan.of("gcp:compute/securityPolicy:SecurityPolicy")
    limits = {
        each["description"]: each["rateLimitOptions"]["rateLimitThreshold"]["count"]
        for each in policy.inputs["rules"]
        if "rateLimitOptions" in each
    }

    assert {"path": {"type": "Exact", "value": "/api/ingest"}, "method": "POST"} in rule["matches"]
    assert sorted(limits.values()) == [600, 2400]
    treatment = objects(plan, "GCPBackendPolicy")["ai-engine-api"]["spec"]["default"]
    assert treatment["securityPolicy"] == policy.inputs["name"]


def test_rudderstack_s_key_is_not_the_content_engine_s(cloud: Plan) -> None:
    theirs = secret(cloud, "ai-engine-secrets")
    inside = secret(cloud, "content-engine-secrets")

    assert theirs["INGEST_API_KEY"] != inside["INGEST_API_KEY"]
    assert theirs["CONTENT_ENGINE_API_KEY"] == inside["INGEST_API_KEY"]
    assert cloud.outputs["memorise_webhook_key_secret"] == "ai-prod-memorise-ai-engine-ingest-api-key"


# 5. Security hardening


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


# 6. Scaling and reliability


def test_a_connection_is_kept_longer_than_the_load_balancer_keeps_it(synced: Plan) -> None:
    arguments = container(api(synced))["args"]

    assert int(arguments[arguments.index("--timeout-keep-alive") + 1]) > 600
    assert "--workers" not in arguments


def test_the_load_balancer_waits_as_long_as_the_longest_request_and_asks_the_api_s_own_probe(
    synced: Plan,
) -> None:
    treatment = objects(synced, "GCPBackendPolicy")["ai-engine-api"]["spec"]["default"]
    check = objects(synced, "HealthCheckPolicy")["ai-engine-api"]["spec"]["default"]["config"]
    probe = container(api(synced))["readinessProbe"]["httpGet"]

    assert treatment["timeoutSec"] == 180
    assert pod(api(synced))["spec"]["terminationGracePeriodSeconds"] > 180 + 30
    assert (check["httpHealthCheck"]["requestPath"], check["httpHealthCheck"]["port"]) == (
        probe["path"],
        probe["port"],
    )


def test_the_api_redis_and_qdrant_are_in_one_region(synced: Plan) -> None:
    (redis,) = synced.of("gcp:redis/instance:Instance")
    (cluster,) = synced.of("gcp:container/cluster:Cluster")

    assert redis.inputs["region"] == cluster.inputs["location"] == "europe-west1"


def test_qdrant_is_saved_every_night_to_a_protected_bucket(synced: Plan) -> None:
    (bucket,) = synced.of("gcp:storage/bucket:Bucket")
    described = container(objects(synced, "CronJob")["qdrant-snapshots"])

    assert bucket.protect
    assert bucket.inputs["name"] == synced.outputs["memorise_qdrant_snapshots"] == _SNAPSHOT_BUCKET
    assert {"name": "BUCKET", "value": _SNAPSHOT_BUCKET} in described["env"]
    # The Content Engine's image has Python, and is there.
    assert described["image"] == CONTENT_IMAGE


def test_qdrant_s_image_comes_through_the_stack_s_own_mirror_by_digest(synced: Plan) -> None:
    image = container(objects(synced, "StatefulSet")["qdrant"])["image"]

    assert image.startswith("europe-west1-docker.pkg.dev/acme-prod/")
    assert "qdrant/qdrant:v1.18.2-unprivileged@sha256:" in image


# 7. Observability


def test_the_api_logs_the_client_s_own_address(synced: Plan) -> None:
    assert "--proxy-headers" in container(api(synced))["args"]


def test_the_public_health_endpoint_is_watched(synced: Plan) -> None:
    (check,) = synced.of("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig")

    assert check.inputs["httpCheck"]["path"] == "/"


def test_health_that_is_told_elsewhere_is_asked_and_published_there() -> None:
    plan = planned(ai_engine={"image": AI_IMAGE, "health_path": "/health"})
    (rule,) = objects(plan, "HTTPRoute")["ai-engine-api"]["spec"]["rules"]
    (check,) = plan.of("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig")

    assert container(api(plan))["readinessProbe"]["httpGet"]["path"] == "/health"
    assert rule["matches"][0] == {"path": {"type": "Exact", "value": "/health"}, "method": "GET"}
    assert check.inputs["httpCheck"]["path"] == "/health"


# What is changed, and what is not


def test_what_is_written_is_in_the_scratch_directory_with_the_model(synced: Plan) -> None:
    data = objects(synced, "ConfigMap")["ai-engine-config"]["data"]
    scratch = {each["name"]: each for each in pod(api(synced))["spec"]["volumes"]}

    assert data["HF_HOME"].startswith("/tmp/")
    assert scratch["tmp"]["emptyDir"] == {"sizeLimit": "1024Mi"}


def test_other_configuration_of_the_api_leaves_the_content_engine_s_pods_alone() -> None:
    before, after = (
        planned(**DEPLOYED, ai_engine={"image": AI_IMAGE, "env": env})
        for env in ({}, {"RECSYS_FINAL_LIMIT": "7"})
    )

    def digests(plan: Plan) -> dict[str, Any]:
        return {
            name: pod(each)["metadata"]["annotations"] for name, each in objects(plan, "Deployment").items()
        }

    assert digests(before)["ai-engine-api"] != digests(after)["ai-engine-api"]
    assert digests(before)["content-engine"] == digests(after)["content-engine"]


def test_everything_in_the_cluster_has_the_cluster_s_own_provider(synced: Plan) -> None:
    providers = {each.provider for each in synced.resources if each.type.startswith("kubernetes:")}

    assert len(providers) == 1
    assert providers.pop()


def test_a_stack_s_secret_is_read_by_no_account_since_the_cluster_is_handed_it(synced: Plan) -> None:
    assert synced.of("gcp:secretmanager/secretIamMember:SecretIamMember") == []


def test_outputs_name_secrets_and_never_hold_one(synced: Plan) -> None:
    for name, value in synced.outputs.items():
        assert opened(value) == value, name


def test_a_raised_generation_is_another_key_and_other_pods_of_who_knows_it() -> None:
    asked = {
        **DEPLOYED["content_engine"],
        "secrets": {"INGEST_API_KEY": {"source": "generated", "generation": 2}},
    }
    before, after = planned(**DEPLOYED), planned(content_engine=asked)
    (value,) = [
        each for each in after.of("random:index/randomPassword:RandomPassword") if "content" in each.name
    ]

    assert value.inputs["keepers"] == {"generation": "2"}
    kept = "memorise-content-engine-ingest-api-key-value"
    assert "keepers" not in before.one("random:index/randomPassword:RandomPassword", kept).inputs


def test_a_cluster_that_is_not_google_s_runs_it_with_nothing_of_google_s_in_it() -> None:
    existing = {"url": {"source": "config"}, "region": "europe-west1", "ranges": ["10.5.0.0/29"]}
    plan = planned(
        kubernetes=clusters(**FOREIGN), redis={"existing": existing}, qdrant={"snapshots": None}, **DEPLOYED
    )

    assert verdict(manifests(plan)) == []
    assert not [each.name for each in plan.resources if "networking.gke.io" in each.type]
    assert plan.of("gcp:compute/securityPolicy:SecurityPolicy") == []
    assert let_in(plan, "ai-engine-api") == {"10.0.0.0/16"}
    # Its nodes have no account that the mirror could be opened to.
    assert container(objects(plan, "StatefulSet")["qdrant"])["image"].startswith("docker.io/qdrant/")
