"""What runs and watches by the clock: Cloud Scheduler and Cloud Monitoring."""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Iterable
from dataclasses import replace

from simulator.rules.alerts import policy_wrong
from simulator.rules.common import ACCOUNT, FOREIGN_ACCOUNT
from simulator.rules.model import Name, Reference, Refusal, Request, TypeRules, words

_TARGETS = ("httpTarget", "pubsubTarget", "appEngineHttpTarget")
_FIELD = r"(\*|[0-9A-Za-z]+(-[0-9A-Za-z]+)?)(/\d+)?"
_CRON = rf"{_FIELD}(,{_FIELD})*"
_DURATION = (r"\d+(\.\d{1,9})?s", "seconds like 180s")
_CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"
_LONGEST_TIMEOUT = 1800
_PROMQL = "conditions[].conditionPrometheusQueryLanguage"


@functools.cache
def _time_zones() -> set[str]:
    return zoneinfo.available_timezones()  # which opens hundreds of files


def _job_wrong(asked: Request) -> Iterable[Refusal]:
    if sum(name in asked.inputs for name in _TARGETS) != 1:
        yield "httpTarget", f"give exactly one of {', '.join(_TARGETS)}"
    zone = asked.get("timeZone")
    if zone is not None and zone not in _time_zones():
        yield "timeZone", f"{zone!r} is no time zone; use one like Europe/Berlin"
    deadline = asked.get("attemptDeadline")
    if deadline is not None and not 15 <= float(deadline.removesuffix("s")) <= _LONGEST_TIMEOUT:
        yield "attemptDeadline", f"{deadline!r} is out of range; use 15s to {_LONGEST_TIMEOUT}s"
    target = asked.get("httpTarget") or {}
    if target.get("oidcToken") and target.get("oauthToken"):
        yield "httpTarget.oidcToken", "can't be combined with oauthToken; use one of them"


def _in_project(collection: str, *, numbered: bool = False) -> TypeRules:
    """Monitoring's resources: named by a number, or by their display name.

    A check of something else is another check: it is there beside the one that it replaces.
    """

    def identity(asked: Request) -> str:
        watched = str(asked.get("monitoredResource") or "")
        name = (
            asked.number(collection)
            if numbered
            else f"{asked.logical_name}-{asked.digest(watched, length=11)}"
        )
        return f"projects/{asked.project}/{collection}/{name}"

    return TypeRules(
        name=None,
        api="monitoring.googleapis.com",
        references=(Reference(path="notificationChannels[]", types=(_CHANNEL,)),),
        replaces=words(
            "project checkerType httpCheck.requestMethod monitoredResource resourceGroup syntheticMonitor"
        ),
        identity=identity,
        computed=lambda asked: {
            "name": identity(asked),
            **({"uptimeCheckId": identity(asked).rsplit("/", 1)[-1]} if "uptime" in collection else {}),
        },
    )


RULES: dict[str, TypeRules] = {
    "gcp:cloudscheduler/job:Job": TypeRules(
        name=Name(pattern=r"[A-Za-z0-9_-]+", says="letters, digits, - and _", limit=500),
        api="cloudscheduler.googleapis.com",
        values={"httpTarget.httpMethod": ("POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")},
        ranges={"retryConfig.retryCount": (0, 5)},
        patterns={
            "schedule": (rf"{_CRON}(\s+{_CRON}){{4}}|every .+", "five fields like 0 3 * * *"),
            "attemptDeadline": _DURATION,
            "httpTarget.uri": (r"https?://\S+", "an address like https://api.example.com/sync"),
        },
        references=(
            Reference(
                path="httpTarget.oidcToken.serviceAccountEmail",
                types=(ACCOUNT,),
                holds=False,
                foreign=FOREIGN_ACCOUNT,
            ),
        ),
        replaces=words("name project region"),
        identity=lambda asked: f"projects/{asked.project}/locations/{asked.region}/jobs/{asked.name}",
        computed=lambda asked: {
            "region": asked.region,
            "state": "PAUSED" if asked.get("paused") else "ENABLED",
        },
        wrong=_job_wrong,
    ),
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": _in_project("uptimeCheckConfigs"),
    "gcp:monitoring/alertPolicy:AlertPolicy": replace(
        _in_project("alertPolicies", numbered=True),
        values={
            "combiner": ("AND", "OR", "AND_WITH_MATCHING_RESOURCE"),
            "severity": ("CRITICAL", "ERROR", "WARNING"),
        },
        patterns={
            "alertStrategy.autoClose": _DURATION,
            f"{_PROMQL}.duration": _DURATION,
            f"{_PROMQL}.evaluationInterval": _DURATION,
        },
        wrong=policy_wrong,
    ),
    _CHANNEL: _in_project("notificationChannels", numbered=True),
}
