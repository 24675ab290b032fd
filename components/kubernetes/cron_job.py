"""Work that is done by the clock: a CronJob.

Owns the CronJob and the network policy of its pods. A deployment doesn't wait for its runs, and a run that
fails fails no deployment: who must know of it watches its Jobs. A run reads its configuration when it starts,
so a change reaches the next one by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_kubernetes import batch

from components.cron import check_cron, time_zones
from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.identity import WorkloadIdentity
from components.kubernetes.names import dns_label, labels
from components.kubernetes.network_policy import NetworkPolicy, NetworkPolicyArgs
from components.kubernetes.peers import Allow, Pods, dns, metadata
from components.kubernetes.pod import PodContainer
from components.kubernetes.pod_spec import PodTemplate, pod_template
from components.kubernetes.waiting import after

_LONGEST_NAME = 52
"""The controller adds eleven characters to make a Job's name."""

_LATEST_START_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class CronJobArgs:
    """What is done, and when.

    Attributes:
        environment: the stack it belongs to.
        cluster: where it is.
        namespace: the namespace's name.
        name: its name; its pods' label `app`, which no other pods may have.
        schedule: cron expression of five fields.
        time_zone: the time zone of `schedule`.
        container: what runs.
        identity: who its pods are.
        part_of: the system it is a part of.
        component: its part in that system.
        deadline_seconds: how long a run may take, its tries together.
        retries: how often a run is tried again.
        egress: whom its pods may ask, beside the cluster's DNS and, on GKE, the metadata server.
        after: something that has to be done before the first run.
    """

    environment: Environment
    cluster: Cluster
    namespace: Input[str]
    name: str
    schedule: str
    time_zone: str = "Etc/UTC"
    container: PodContainer
    identity: WorkloadIdentity
    part_of: str
    component: str = "schedule"
    deadline_seconds: int = 900
    retries: int = 1
    egress: Sequence[Allow] = ()
    after: Input[str] | None = None

    def __post_init__(self) -> None:
        dns_label("CronJobArgs.name", self.name, limit=_LONGEST_NAME)
        for attribute in ("part_of", "component"):
            dns_label(f"CronJobArgs.{attribute}", getattr(self, attribute))
        check_schedule(self.schedule)
        if self.time_zone not in time_zones():
            raise ValueError(f"time_zone {self.time_zone!r} is none; write one like Europe/Berlin")
        if self.deadline_seconds < 1 or self.retries < 0:
            raise ValueError(
                f"job {self.name}: write a deadline_seconds of 1 or more and retries of 0 or more"
            )


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

        network = self._guard()
        self.name = self._cron_job(network).metadata.name.apply(str)
        self.register_outputs({"name": self.name})

    def _guard(self) -> NetworkPolicy:
        args = self._args
        return NetworkPolicy(
            f"{self._name}-network",
            NetworkPolicyArgs(
                namespace=args.namespace,
                name=args.name,
                selector={"app": args.name},
                egress=[*dns(args.cluster), *metadata(args.cluster), *args.egress],
            ),
            ResourceOptions(parent=self),
        )

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
        return {
            "schedule": self._args.schedule,
            "time_zone": self._args.time_zone,
            # A run that is late is left out, and one that still goes on keeps the next from starting.
            "concurrency_policy": "Forbid",
            "starting_deadline_seconds": _LATEST_START_SECONDS,
            "successful_jobs_history_limit": 1,
            "failed_jobs_history_limit": 3,
            "job_template": {"metadata": {"labels": self._labels}, "spec": self._run()},
        }

    def _run(self) -> batch.v1.JobSpecArgsDict:
        args = self._args
        template = PodTemplate(
            container=args.container,
            labels=self._labels,
            service_account=args.identity.service_account,
            follows_configuration=False,
            restarts=False,
        )
        return {
            "backoff_limit": args.retries,
            "active_deadline_seconds": args.deadline_seconds,
            "template": pod_template(template),
        }


def check_schedule(schedule: str) -> None:
    """A ValueError where `schedule` is no cron expression of a cluster's, which know no seventh day."""
    check_cron(schedule)
    if "7" in schedule.rsplit(maxsplit=1)[-1]:
        raise ValueError(f"cron {schedule!r}: a cluster's week has the days 0 to 6; write 0 for Sunday")
