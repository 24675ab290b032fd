"""What all pods of a namespace may come to, against its quota: beyond it, a rollout would stand still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from simulator.rules.kubernetes.changes import quantity
from tests.manifests.rendering import Manifest, manifests
from tests.program.cluster_variants import CLUSTER_VARIANTS
from tests.program.variants import plan_of

NAMES = ("dev", "prod", *CLUSTER_VARIANTS)
RESOURCES = ("cpu", "memory")


def of(objects: list[Manifest], kind: str) -> list[Mapping[str, Any]]:
    return [each.content for each in objects if each.content["kind"] == kind]


def place(manifest: Manifest) -> tuple[str, str]:
    return manifest.cluster, manifest.content["metadata"].get("namespace", "")


def most_pods(objects: list[Manifest]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """How many pods there may be at once of each workload, and their specification."""
    scaled = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"]["maxReplicas"]
        for one in of(objects, "HorizontalPodAutoscaler")
    }
    for one in of(objects, "Deployment"):
        spec = one["spec"]
        surge = int(spec["strategy"]["rollingUpdate"]["maxSurge"])
        count = scaled.get(one["metadata"]["name"], spec.get("replicas", 1))
        yield count + surge, spec["template"]["spec"]
    for one in of(objects, "StatefulSet"):
        yield one["spec"].get("replicas", 1), one["spec"]["template"]["spec"]
    for one in of(objects, "Job"):
        yield one["spec"].get("parallelism", 1), one["spec"]["template"]["spec"]
    for one in of(objects, "CronJob"):
        yield 1, one["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def asked(pod: Mapping[str, Any], resource: str) -> float:
    return sum(quantity(each["resources"]["requests"][resource]) for each in pod["containers"])


@pytest.mark.parametrize("name", NAMES)
def test_every_pod_says_what_it_needs_and_may_have_just_that(name: str) -> None:
    """Where it says nothing, Autopilot decides, and a quota refuses it."""
    for _, pod in most_pods(manifests(plan_of(name))):
        for container in [*pod["containers"], *pod.get("initContainers", ())]:
            resources = container["resources"]
            assert resources["requests"] == resources["limits"]
            assert {*RESOURCES, "ephemeral-storage"} <= resources["requests"].keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_quota_holds_all_pods_at_their_most_during_a_rollout(name: str) -> None:
    objects = manifests(plan_of(name))
    quotas = [each for each in objects if each.content["kind"] == "ResourceQuota"]
    assert quotas or name != "gateway for tenants", "the tenants have quotas"
    for quota in quotas:
        inside = list(most_pods([each for each in objects if place(each) == place(quota)]))
        hard = quota.content["spec"]["hard"]
        assert sum(count for count, _ in inside) <= int(hard["pods"])
        for resource in RESOURCES:
            needed = sum(count * asked(pod, resource) for count, pod in inside)
            assert needed <= quantity(hard[f"requests.{resource}"]), (quota.title, resource)
