"""Work that is done by the clock: a CronJob.

Owns the CronJob and the network policy of its pods. A deployment doesn't wait for its runs, and a run that
fails fails no deployment: who must know of it watches its Jobs. A run reads its configuration when it starts,
so a change reaches the next one by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_kubernetes import batch

from components.cron import check_cron, time_zones
from components.kubernetes.names import labels
from components.kubernetes.network_policy import NetworkPolicy, guard
from components.kubernetes.peers import Pods, dns, metadata
from components.kubernetes.waiting import after
from components.kubernetes.work import WorkArgs, work_spec

_LONGEST_NAME = 52
"""The controller adds eleven characters to make a Job's name."""

_LATEST_START_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class CronJobArgs(WorkArgs):
    """What is done, and when.

    Attributes:
        schedule: cron expression of five fields.
        time_zone: the time zone of `schedule`.
    """

    schedule: str
    time_zone: str = "Etc/UTC"
    component: str = "schedule"
    retries: int = 1

    def __post_init__(self) -> None:
        self.check(longest_name=_LONGEST_NAME)
        check_schedule(self.schedule)
        if self.time_zone not in time_zones():
            raise ValueError(f"time_zone {self.time_zone!r} is none; write one like Europe/Berlin")


class CronJob(ComponentResource):
    """A CronJob.

    Attributes:
        name: its name, known once it is there.
        pods: its runs' pods, as a peer of others.
    """

    name: Output[str]
    pods: Pods

    def __init__(self, name: str, args: CronJobArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:CronJob", name, None, opts)
        self._name, self._args = name, args
        self._labels = labels(args.name, part_of=args.part_of, component=args.component, instance=args.name)
        self.pods = Pods(namespace=args.namespace, labels={"app": args.name})

        egress = [*dns(args.cluster), *metadata(args.cluster), *args.egress]
        network = guard(name, self, namespace=args.namespace, app=args.name, egress=egress)
        self.name = self._cron_job(network).metadata.name.apply(str)
        self.register_outputs({"name": self.name})

    def _cron_job(self, network: NetworkPolicy) -> batch.v1.CronJob:
        args = self._args
        return batch.v1.CronJob(
            self._name,
            metadata={
                "name": args.name,
                "namespace": args.namespace,
                "labels": self._labels,
                "annotations": after(network.name, args.after),
            },
            spec=self._spec(),
            opts=ResourceOptions(parent=self),
        )

    def _spec(self) -> batch.v1.CronJobSpecArgsDict:
        run = work_spec(self._args, self._labels)
        return {
            "schedule": self._args.schedule,
            "time_zone": self._args.time_zone,
            # A run that is late is left out, and one that still goes on keeps the next from starting.
            "concurrency_policy": "Forbid",
            "starting_deadline_seconds": _LATEST_START_SECONDS,
            "successful_jobs_history_limit": 1,
            "failed_jobs_history_limit": 3,
            "job_template": {"metadata": {"labels": self._labels}, "spec": run},
        }


def check_schedule(schedule: str) -> None:
    """A ValueError where `schedule` is no cron expression of a cluster's, which know no seventh day."""
    check_cron(schedule)
    if "7" in schedule.rsplit(maxsplit=1)[-1]:
        raise ValueError(f"cron {schedule!r}: a cluster's week has the days 0 to 6; write 0 for Sunday")
