"""What memorise's document says of scaling and observing, over a plan, and what a change touches."""

from __future__ import annotations

from typing import Any

from simulator.in_process import Plan
from simulator.values import opened
from tests.components.kubernetes.in_cluster import manifests, verdict
from tests.services.memorise.reading import api, let_in
from tests.services.memorise.stacks import (
    AI_IMAGE,
    CONTENT_IMAGE,
    DEPLOYED,
    FOREIGN,
    clusters,
    container,
    objects,
    planned,
    pod,
)

_SNAPSHOT_BUCKET = "ai-prod-memorise-qdrant-main-snapshots-acme-prod"


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
