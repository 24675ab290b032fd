"""What a Job and the runs of a CronJob have in common: what is said of them, how they are tried and ended.

Owns no resource: each of the two makes its own around this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input
from pulumi_kubernetes import batch

from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.identity import WorkloadIdentity
from components.kubernetes.names import dns_label
from components.kubernetes.peers import Allow
from components.kubernetes.pod import PodContainer
from components.kubernetes.pod_spec import PodTemplate, pod_template


@dataclass(frozen=True, kw_only=True)
class WorkArgs:
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
    component: str
    deadline_seconds: int = 900
    retries: int
    egress: Sequence[Allow] = ()
    after: Input[str] | None = None

    def check(self, *, longest_name: int) -> None:
        """A ValueError where the cluster would refuse it, or name its pods otherwise."""
        kind = type(self).__name__
        dns_label(f"{kind}.name", self.name, limit=longest_name)
        dns_label(f"{kind}.part_of", self.part_of)
        dns_label(f"{kind}.component", self.component)
        if self.deadline_seconds < 1 or self.retries < 0:
            raise ValueError(
                f"job {self.name}: write a deadline_seconds of 1 or more and retries of 0 or more"
            )


def work_spec(work: WorkArgs, labels: Mapping[str, str]) -> batch.v1.JobSpecArgsDict:
    """The specification of a Job that does it."""
    template = PodTemplate(
        container=work.container,
        labels=labels,
        service_account=work.identity.service_account,
        # It reads its configuration when it starts; other configuration is no other work.
        follows_configuration=False,
        restarts=False,
    )
    return {
        "backoff_limit": work.retries,
        "active_deadline_seconds": work.deadline_seconds,
        "template": pod_template(template),
    }
