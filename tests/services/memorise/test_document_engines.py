"""What memorise's document says of its engines and the webhook, sentence by sentence, over a plan."""

from __future__ import annotations

import pytest

from simulator.in_process import Plan
from tests.components.kubernetes.in_cluster import manifests, verdict
from tests.services.memorise.reading import api, secret
from tests.services.memorise.stacks import (
    AI_IMAGE,
    CONTENT_IMAGE,
    DEPLOYED,
    container,
    objects,
    planned,
    pod,
)


@pytest.mark.parametrize("name", ["synced", "cloud"])
def test_kubernetes_finds_nothing_in_any_object(request: pytest.FixtureRequest, name: str) -> None:
    assert verdict(manifests(request.getfixturevalue(name))) == []


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
