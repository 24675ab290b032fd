from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.cron_job import CronJob, CronJobArgs
from components.kubernetes.peers import Addresses, Allow
from simulator.in_process import Plan
from simulator.values import opened
from tests.components.environments import awaited
from tests.components.kubernetes.in_cluster import (
    CRON_JOB,
    POLICY,
    Team,
    manifests,
    planned,
    pod_of,
    task,
    verdict,
)

ENGINE = Allow(peer=Addresses(ranges=("10.20.0.7/32",)), ports=(8000,))


def cron_job(team: Team, **changed: Any) -> CronJob:
    usual: dict[str, Any] = {"name": "sync", "schedule": "0 3 * * *", "container": task()}
    return CronJob("sync-main", CronJobArgs(**team.place | usual | changed), team.cluster.options(team))


def made(**changed: Any) -> Plan:
    return planned(lambda team: cron_job(team, **changed))


def spec(found: Plan) -> dict[str, Any]:
    return opened(found.one(CRON_JOB).inputs)["spec"]


def test_it_runs_when_it_is_told_to() -> None:
    found = spec(made(schedule="*/15 6-20 * * MON-FRI", time_zone="Europe/Berlin"))

    assert (found["schedule"], found["timeZone"]) == ("*/15 6-20 * * MON-FRI", "Europe/Berlin")


def test_no_two_runs_overlap_and_a_late_one_is_left_out() -> None:
    found = spec(made())

    assert found["concurrencyPolicy"] == "Forbid"
    assert found["startingDeadlineSeconds"] == 300


def test_a_run_that_hangs_ends_and_failed_ones_are_kept_to_look_at() -> None:
    found = spec(made(deadline_seconds=600, retries=2))

    assert found["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 600
    assert found["jobTemplate"]["spec"]["backoffLimit"] == 2
    assert found["failedJobsHistoryLimit"] == 3


def test_other_configuration_leaves_it_alone_since_its_next_run_reads_it_anyway() -> None:
    def with_value(value: str) -> Plan:
        return planned(
            lambda team: cron_job(team, container=task(env_from=[team.configuration("config", LEVEL=value)]))
        )

    assert spec(with_value("info")) == spec(with_value("debug"))


def test_its_pods_have_a_label_of_their_own_and_reach_what_it_is_given() -> None:
    found = made(egress=[ENGINE])
    policy = opened(found.one(POLICY, "sync-main-network").inputs)["spec"]

    assert pod_of(found.one(CRON_JOB))["metadata"]["labels"]["app"] == "sync"
    assert policy["podSelector"] == {"matchLabels": {"app": "sync"}}
    assert policy["ingress"] == []
    assert {"ipBlock": {"cidr": "10.20.0.7/32"}} in [peer for rule in policy["egress"] for peer in rule["to"]]


def test_it_waits_for_its_policy_and_its_identity() -> None:
    found = made()

    assert {"sync-main-network", "api-main-pods"} <= awaited(found, found.one(CRON_JOB))


def test_kubernetes_itself_finds_nothing_wrong() -> None:
    assert verdict(manifests(made(egress=[ENGINE], schedule="5/15 0,12 1 JAN-JUN SUN"))) == []


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"schedule": "0 3 * *"}, "four|4 fields"),
        ({"schedule": "61 3 * * *"}, "0 to 59"),
        ({"schedule": "0 3 * * 7"}, "0 for Sunday"),
        ({"schedule": "0 3 * * 1-7"}, "0 for Sunday"),
        ({"time_zone": "Mars/Olympus"}, "Europe/Berlin"),
        ({"name": "s" * 53}, "at most 52"),
        ({"deadline_seconds": 0}, "1 or more"),
    ],
)
def test_what_cannot_be_run_is_refused(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        made(**changed)


def test_what_is_refused_as_a_schedule_kubernetes_would_refuse_as_well() -> None:
    [refused] = [one for one in manifests(made()) if one["kind"] == "CronJob"]
    refused["spec"]["schedule"] = "0 3 * * 7"

    assert "schedule" in "\n".join(verdict([refused]))
