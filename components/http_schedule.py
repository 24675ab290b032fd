"""An HTTP request at set times, made by Cloud Scheduler in the name of an account of its own.

Owns the job. Does not own the account, and does not grant it anything: the service that is called names it
among its `invokers`. The request carries a token that Google signed for one audience, and no secret.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import cloudscheduler

from components.cron import check_cron, check_time_zone
from components.environment import Environment

CLOUD_SCHEDULER_API = "cloudscheduler.googleapis.com"
_LONGEST_ATTEMPT_SECONDS = 1800
_BODILESS = ("GET", "DELETE")


@dataclass(frozen=True, kw_only=True)
class HttpScheduleArgs:
    """What is asked for, and when.

    Attributes:
        environment: where the job lives.
        schedule: cron expression of five fields, e.g. `0 3 * * *` for every day at three.
        url: what is asked for.
        service_account: email of the account that asks.
        audience: whom the token is for: the address of the Cloud Run service, without a path.
        time_zone: time zone of the schedule, by its name in the tz database.
        method: the request's method.
        body: the request's body, as JSON text.
        attempt_seconds: longest time an attempt may take, 15 seconds to 30 minutes.
        retries: attempts after a failed one, with growing pauses; the request must bear being made twice.
        description: what the job is for, in the console.
    """

    environment: Environment
    schedule: str
    url: Input[str]
    service_account: Input[str]
    audience: Input[str]
    time_zone: str = "Etc/UTC"
    method: Literal["GET", "POST", "PUT", "DELETE"] = "POST"
    body: str | None = None
    attempt_seconds: int = _LONGEST_ATTEMPT_SECONDS
    retries: int = 3
    description: str | None = None

    def __post_init__(self) -> None:
        check_cron(self.schedule)
        check_time_zone(self.time_zone)
        if not 15 <= self.attempt_seconds <= _LONGEST_ATTEMPT_SECONDS:
            raise ValueError(
                f"HttpScheduleArgs.attempt_seconds {self.attempt_seconds} is out of range; write 15 to "
                f"{_LONGEST_ATTEMPT_SECONDS}"
            )
        if not 0 <= self.retries <= 5:
            raise ValueError(f"HttpScheduleArgs.retries {self.retries} is out of range; write 0 to 5")
        if self.body is not None and self.method in _BODILESS:
            raise ValueError(f"HttpScheduleArgs: {self.method} has no body; drop body or write method='POST'")


class HttpSchedule(ComponentResource):
    """A request at set times.

    Attributes:
        job_name: the job's name, for `gcloud scheduler jobs run`.
    """

    job_name: Output[str]

    def __init__(self, name: str, args: HttpScheduleArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:HttpSchedule", name, None, opts)
        self._name, self._args = name, args

        self.job_name = self._create_job().name
        self.register_outputs({"job_name": self.job_name})

    def _create_job(self) -> cloudscheduler.Job:
        args, environment = self._args, self._args.environment
        return cloudscheduler.Job(
            self._name,
            name=environment.physical_name(self._name),
            project=environment.project_using(CLOUD_SCHEDULER_API),
            region=environment.region,
            description=args.description,
            schedule=args.schedule,
            time_zone=args.time_zone,
            attempt_deadline=f"{args.attempt_seconds}s",
            retry_config=cloudscheduler.JobRetryConfigArgs(
                retry_count=args.retries,
                min_backoff_duration="30s",
                max_backoff_duration="600s",
                max_doublings=4,
            ),
            http_target=self._target(),
            opts=ResourceOptions(parent=self),
        )

    def _target(self) -> cloudscheduler.JobHttpTargetArgs:
        args = self._args
        body = base64.b64encode(args.body.encode()).decode() if args.body is not None else None
        return cloudscheduler.JobHttpTargetArgs(
            uri=args.url,
            http_method=args.method,
            body=body,
            headers={"Content-Type": "application/json"} if body else None,
            oidc_token=cloudscheduler.JobHttpTargetOidcTokenArgs(
                service_account_email=args.service_account, audience=args.audience
            ),
        )
