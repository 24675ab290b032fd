from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.job import Job, JobArgs
from components.kubernetes.peers import Addresses, Allow
from components.kubernetes.workload import Replicas, Workload, WorkloadArgs
from simulator.in_process import Plan
from simulator.values import opened
from tests.components.environments import awaited
from tests.components.kubernetes.in_cluster import (
    BUDGET,
    IMAGE,
    JOB,
    OTHER_IMAGE,
    POLICY,
    Team,
    container,
    manifests,
    planned,
    pod_of,
    task,
    verdict,
)

DATABASE = Allow(peer=Addresses(ranges=("10.20.0.0/16",)), ports=(5432,))


def job(team: Team, **changed: Any) -> Job:
    usual: dict[str, Any] = {"name": "migrate", "container": task()}
    return Job("migrate-main", JobArgs(**team.place | usual | changed), team.cluster.options(team))


def made(*, google: bool = True, **changed: Any) -> Plan:
    return planned(lambda team: job(team, **changed), google=google)


def inputs(found: Plan) -> dict[str, Any]:
    return opened(found.one(JOB).inputs)


def name(**changed: Any) -> str:
    return inputs(made(**changed))["metadata"]["name"]


def test_another_image_is_another_job() -> None:
    """A Job can't be changed: under the same name a new version would never be migrated to."""
    assert name(container=task(image=IMAGE)) != name(container=task(image=OTHER_IMAGE))


def test_another_command_is_another_job() -> None:
    assert len({name(), name(container=task(command=["other"])), name(container=task(args=["--more"]))}) == 3


@pytest.mark.parametrize(
    "changed",
    [{"deadline_seconds": 60}, {"retries": 5}, {"egress": [DATABASE]}, {"container": task(memory_mb=1024)}],
)
def test_what_is_the_same_version_is_the_same_job(changed: dict[str, Any]) -> None:
    assert name(**changed) == name()


def test_other_configuration_does_not_run_the_job_again() -> None:
    def with_value(value: str) -> Plan:
        return planned(
            lambda team: job(team, container=task(env_from=[team.configuration("config", LEVEL=value)]))
        )

    assert inputs(with_value("info")) == inputs(with_value("debug"))


def test_the_job_ends_one_day_also_when_it_hangs() -> None:
    spec = inputs(made())["spec"]

    assert (spec["activeDeadlineSeconds"], spec["backoffLimit"]) == (900, 2)
    # Its own deadline must be what ends it: Pulumi's wait says less of what went wrong.
    assert made().one(JOB).options["customTimeouts"] == {"create": "1200s"}


def test_one_that_failed_is_made_anew_by_the_next_deployment() -> None:
    assert inputs(made())["metadata"]["annotations"]["pulumi.com/replaceUnready"] == "true"


def test_one_that_is_done_stays_so_that_it_is_not_done_again() -> None:
    assert "ttlSecondsAfterFinished" not in inputs(made())["spec"]


def test_no_two_tries_run_at_once_and_a_node_that_goes_is_no_failure() -> None:
    spec = inputs(made())["spec"]

    assert spec["podReplacementPolicy"] == "Failed"
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    [rule] = spec["podFailurePolicy"]["rules"]
    assert (rule["action"], rule["onPodConditions"][0]["type"]) == ("Ignore", "DisruptionTarget")


def test_its_pods_belong_to_no_workload() -> None:
    """With a workload's label they would get its requests, and count as its pods."""

    def build(team: Team) -> None:
        job(team)
        args = WorkloadArgs(
            **team.place, name="api", component="api", container=container(), replicas=Replicas()
        )
        Workload("api-main", args, team.cluster.options(team))

    found = planned(build)
    labels = pod_of(found.one(JOB))["metadata"]["labels"]
    selected = [opened(one.inputs)["spec"]["selector"]["matchLabels"] for one in found.of(BUDGET)]

    assert labels["app"] == "migrate"
    assert not [selector for selector in selected if selector.items() <= labels.items()]


def test_its_pods_reach_what_it_is_given_and_nobody_reaches_them() -> None:
    found = made(egress=[DATABASE])
    spec = opened(found.one(POLICY, "migrate-main-network").inputs)["spec"]

    assert spec["podSelector"] == {"matchLabels": {"app": "migrate"}}
    assert spec["ingress"] == []
    assert {"ipBlock": {"cidr": "10.20.0.0/16"}} in [peer for rule in spec["egress"] for peer in rule["to"]]


def test_it_starts_once_its_policy_and_its_identity_are_there() -> None:
    found = made()

    assert {"migrate-main-network", "api-main-pods"} <= awaited(found, found.one(JOB))


@pytest.mark.parametrize("google", [True, False])
def test_kubernetes_itself_finds_nothing_wrong(google: bool) -> None:
    assert verdict(manifests(made(google=google, egress=[DATABASE], retries=0))) == []


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"name": "Migrate"}, "lower-case"),
        ({"name": "m" * 60}, "at most 54"),
        ({"deadline_seconds": 0}, "1 or more"),
        ({"retries": -1}, "0 or more"),
    ],
)
def test_what_cannot_be_run_is_refused(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        made(**changed)
