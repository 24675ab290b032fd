"""Work that is done once for each version, like a migration: what needs it waits for its name.

Owns the Job and its network policy. A Job can't be changed, so its name carries a digest of its image and its
command: another version is another Job, and the old one goes when the new one is through. Its work has to be
idempotent: it may be tried again, and what else is changed of its pods runs it again under the same name.

No time to live: a finished Job that deletes itself would be made, and run, once more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pulumi import ComponentResource, CustomTimeouts, Output, ResourceOptions
from pulumi_kubernetes import batch

from components.kubernetes.names import labels
from components.kubernetes.network_policy import NetworkPolicy, guard
from components.kubernetes.peers import dns, metadata
from components.kubernetes.waiting import after
from components.kubernetes.work import WorkArgs, work_spec

_DIGEST_LENGTH = 8
_LONGEST_NAME = 63 - 1 - _DIGEST_LENGTH
_SPARE_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class JobArgs(WorkArgs):
    """What is done, once for each version."""

    component: str = "migration"
    retries: int = 2

    def __post_init__(self) -> None:
        self.check(longest_name=_LONGEST_NAME)


class Job(ComponentResource):
    """A Job.

    Attributes:
        name: its name, known beforehand and resolved once it is complete.
    """

    name: Output[str]

    def __init__(self, name: str, args: JobArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Job", name, None, opts)
        self._name, self._args = name, args
        self._labels = labels(args.name, part_of=args.part_of, component=args.component, instance=args.name)

        egress = [*dns(args.cluster), *metadata(args.cluster), *args.egress]
        network = guard(name, self, namespace=args.namespace, app=args.name, egress=egress)
        self.name = self._job(network).metadata.name.apply(str)
        self.register_outputs({"name": self.name})

    def _job(self, network: NetworkPolicy) -> batch.v1.Job:
        args = self._args
        seconds = args.deadline_seconds + _SPARE_SECONDS
        return batch.v1.Job(
            self._name,
            metadata={
                "name": self._versioned_name(),
                "namespace": args.namespace,
                "labels": self._labels,
                "annotations": {
                    **after(network.name, args.after),
                    # One that failed is made anew by the next deployment, and not waited for again.
                    "pulumi.com/replaceUnready": "true",
                },
            },
            spec=self._spec(),
            opts=ResourceOptions(parent=self, custom_timeouts=CustomTimeouts(create=f"{seconds}s")),
        )

    def _spec(self) -> batch.v1.JobSpecArgsDict:
        return {
            **work_spec(self._args, self._labels),
            # The next try begins when the last one has ended, so that no two run at once.
            "pod_replacement_policy": "Failed",
            "pod_failure_policy": {
                # A node that goes is no fault of the work's.
                "rules": [
                    {
                        "action": "Ignore",
                        "on_pod_conditions": [{"type": "DisruptionTarget", "status": "True"}],
                    }
                ]
            },
        }

    def _versioned_name(self) -> Output[str]:
        container = self._args.container
        version = Output.json_dumps([container.image, list(container.command), list(container.args)])
        return version.apply(
            lambda known: f"{self._args.name}-{hashlib.sha256(known.encode()).hexdigest()[:_DIGEST_LENGTH]}"
        )
