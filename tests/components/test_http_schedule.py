from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from pulumi import Output

from components.http_schedule import HttpSchedule, HttpScheduleArgs
from simulator.in_process import Plan
from tests.components.cloud_run import account, environment, planned, service

JOB = "gcp:cloudscheduler/job:Job"
INVOKER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"


def args(**changed: Any) -> HttpScheduleArgs:
    usual: dict[str, Any] = {
        "environment": environment(),
        "schedule": "0 3 * * *",
        "url": "https://api.acme.com/api/store/sync/eval",
        "audience": "https://api.acme.com",
        "service_account": "schedule@acme-prod.iam.gserviceaccount.com",
    }
    return HttpScheduleArgs(**(usual | changed))


def plan_of(**changed: Any) -> Plan:
    """A schedule that calls a service which lets it."""

    def program() -> None:
        schedule = account("schedule")
        api = service(invokers={"schedule": schedule.member})
        called = {"url": Output.concat(api.url, "/api/store/sync/eval"), "audience": api.url}
        HttpSchedule("sync-eval", args(service_account=schedule.email, **{**called, **changed}))

    return planned(program)


def job(**changed: Any) -> dict[str, Any]:
    return plan_of(**changed).one(JOB).inputs


def test_the_request_proves_who_it_is_to_the_service_alone_and_holds_no_secret() -> None:
    target = job()["httpTarget"]

    token = target["oidcToken"]
    assert token["audience"] == "https://ai-prod-api-123456789012.europe-west1.run.app"
    assert token["serviceAccountEmail"].endswith("@acme-prod.iam.gserviceaccount.com")
    assert "Authorization" not in target.get("headers", {})


def test_the_first_request_is_not_made_before_it_is_allowed() -> None:
    plan = plan_of()

    assert plan.one(INVOKER).urn in plan.one(JOB).dependencies


def test_a_sync_may_take_as_long_as_cloud_scheduler_waits_for_anybody() -> None:
    assert job()["attemptDeadline"] == "1800s"


@pytest.mark.parametrize("seconds", [14, 1801])
def test_a_longer_wait_than_cloud_scheduler_has_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="write 15 to 1800"):
        args(attempt_seconds=seconds)


def test_a_failed_attempt_is_made_again_after_growing_pauses() -> None:
    retries = job(retries=5)["retryConfig"]

    assert retries["retryCount"] == 5
    assert (retries["minBackoffDuration"], retries["maxBackoffDuration"]) == ("30s", "600s")


@pytest.mark.parametrize("retries", [-1, 6])
def test_more_retries_than_cloud_scheduler_makes_are_refused(retries: int) -> None:
    with pytest.raises(ValueError, match="write 0 to 5"):
        args(retries=retries)


def test_a_schedule_that_would_never_run_is_refused() -> None:
    with pytest.raises(ValueError, match="is no hour"):
        args(schedule="0 25 * * *")


def test_a_time_zone_that_nobody_keeps_is_refused() -> None:
    assert job(time_zone="Europe/Berlin")["timeZone"] == "Europe/Berlin"
    with pytest.raises(ValueError, match="time zone 'Europe/Munich' is not in the tz database"):
        args(time_zone="Europe/Munich")


def test_a_body_is_sent_as_json() -> None:
    target = job(body='{"mode": "incremental"}')["httpTarget"]

    assert json.loads(base64.b64decode(target["body"])) == {"mode": "incremental"}
    assert target["headers"] == {"Content-Type": "application/json"}


def test_a_request_without_a_body_says_nothing_of_one() -> None:
    assert not {"body", "headers"} & job()["httpTarget"].keys()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_body_where_there_can_be_none_is_refused(method: str) -> None:
    with pytest.raises(ValueError, match=f"{method} has no body"):
        args(method=method, body="{}")
