"""Work that is done once for each version, like a migration: what needs it waits for its name.

Owns the Job and its network policy. A Job can't be changed, so its name carries a digest of its image and its
command: another version is another Job, and the old one goes when the new one is through. Its work has to be
idempotent: it may be tried again, and what else is changed of its pods runs it again under the same name.

No time to live: a finished Job that deletes itself would be made, and run, once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, CustomTimeouts, Input, Output, ResourceOptions
from pulumi_kubernetes import batch

from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.identity import WorkloadIdentity
from components.kubernetes.names import dns_label, labels
from components.kubernetes.network_policy import NetworkPolicy, NetworkPolicyArgs
from components.kubernetes.peers import Allow, dns, metadata
from components.kubernetes.pod import PodContainer
from components.kubernetes.pod_spec import PodTemplate, pod_template
from components.kubernetes.waiting import after

_DIGEST_LENGTH = 8
_LONGEST_NAME = 63 - 1 - _DIGEST_LENGTH
_SPARE_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class JobArgs:
    """What is done.

    Attributes:
        environment: the stack it belongs to.
        cluster: where it is.
        namespace: the namespace's name.
        name: what its name begins with; its pods' label `app`, which no other pods may have.
        container: what runs.
        identity: who its pods are.
        part_of: the system it is a part of.
        component: its part in that system.
        deadline_seconds: how long all its tries may take.
        retries: how often it is tried again.
        egress: whom its pods may ask, beside the cluster's DNS and, on GKE, the metadata server.
        after: something that has to be done before.
    """

    environment: Environment
    cluster: Cluster
    namespace: Input[str]
    name: str
    container: PodContainer
    identity: WorkloadIdentity
    part_of: str
    component: str = "migration"
    deadline_seconds: int = 900
    retries: int = 2
    egress: Sequence[Allow] = ()
    after: Input[str] | None = None

    def __post_init__(self) -> None:
        dns_label("JobArgs.name", self.name, limit=_LONGEST_NAME)
        for attribute in ("part_of", "component"):
            dns_label(f"JobArgs.{attribute}", getattr(self, attribute))
        if self.deadline_seconds < 1 or self.retries < 0:
            raise ValueError(
                f"job {self.name}: write a deadline_seconds of 1 or more and retries of 0 or more"
            )


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

        network = self._guard()
        self.name = self._job(network).metadata.name.apply(str)
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
        args = self._args
        template = PodTemplate(
            container=args.container,
            labels=self._labels,
            service_account=args.identity.service_account,
            # It reads its configuration when it starts; other configuration is no other work.
            follows_configuration=False,
            restarts=False,
        )
        return {
            "backoff_limit": args.retries,
            "active_deadline_seconds": args.deadline_seconds,
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
            "template": pod_template(template),
        }

    def _versioned_name(self) -> Output[str]:
        container = self._args.container
        version = Output.json_dumps([container.image, list(container.command), list(container.args)])
        return version.apply(
            lambda known: f"{self._args.name}-{hashlib.sha256(known.encode()).hexdigest()[:_DIGEST_LENGTH]}"
        )
