"""Who a workload in a cluster is: a Kubernetes service account, and on GKE the Google identity behind it.

Owns both and the binding between them. Off Google, and for who asks nothing of it, there is only the first.
Makes no key and mounts no token: GKE's metadata server hands the pod short-lived tokens of the Google one.

Google tells pods apart by namespace and service account, not by cluster: the same two names in a second
cluster of the project are the same caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import serviceaccount
from pulumi_kubernetes import core, meta

from components.environment import Environment
from components.kubernetes.cluster import Cluster, GoogleFacts
from components.kubernetes.names import dns_label
from components.service_account import ServiceAccount, ServiceAccountArgs


@dataclass(frozen=True, kw_only=True)
class WorkloadIdentityArgs:
    """Who it is.

    Attributes:
        environment: where its Google identity lives.
        cluster: the cluster it runs in.
        namespace: the namespace's name, known once it is there.
        namespace_name: the same, where it is known before: Google is then told at once who the pods will be.
        name: the Kubernetes service account's name.
        display_name: what people see in the console.
        at_google: whether GKE knows it as a Google identity as well; without, its pods get no token of one.
        project_roles: roles on the whole project; refused where there is nobody to hold them.
    """

    environment: Environment
    cluster: Cluster
    namespace: Input[str]
    namespace_name: str | None = None
    name: str
    display_name: str
    at_google: bool = True
    project_roles: Sequence[str] = ()

    def __post_init__(self) -> None:
        dns_label("WorkloadIdentityArgs.name", self.name)
        if self.project_roles and self.cluster.google is None:
            raise ValueError(
                f"project_roles of {self.name}: cluster {self.cluster.name} is not GKE, where nobody could "
                "hold them; leave them out"
            )
        if self.project_roles and not self.at_google:
            raise ValueError(
                f"project_roles of {self.name}: it is nobody at Google; leave them or at_google out"
            )


class WorkloadIdentity(ComponentResource):
    """A workload's identity.

    Attributes:
        service_account: the Kubernetes service account's name, known once it may act as the Google one.
        member: the Google identity as an IAM member, for grants; `None` where it has none.
    """

    service_account: Output[str]
    member: Output[str] | None

    def __init__(self, name: str, args: WorkloadIdentityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:WorkloadIdentity", name, None, opts)
        self._name, self._args = name, args

        google = args.cluster.google if args.at_google else None
        account = self._google_account() if google else None
        bound = [self._binding(google, account)] if google and account else []
        in_cluster = self._cluster_account(account)

        self.member = account.member if account else None
        self.service_account = Output.all(in_cluster.metadata.name, *(each.role for each in bound)).apply(
            lambda known: str(known[0])
        )
        self.register_outputs({"service_account": self.service_account, "member": self.member})

    def _google_account(self) -> ServiceAccount:
        return ServiceAccount(
            self._name,
            ServiceAccountArgs(
                environment=self._args.environment,
                display_name=self._args.display_name,
                project_roles=self._args.project_roles,
            ),
            ResourceOptions(parent=self),
        )

    def _binding(self, google: GoogleFacts, account: ServiceAccount) -> serviceaccount.IAMMember:
        namespace = self._args.namespace_name or self._args.namespace
        pods = Output.concat("serviceAccount:", google.workload_pool, "[", namespace, f"/{self._args.name}]")
        return serviceaccount.IAMMember(
            f"{self._name}-pods",
            service_account_id=Output.concat(
                f"projects/{self._args.environment.project}/serviceAccounts/",
                account.member.apply(lambda member: member.removeprefix("serviceAccount:")),
            ),
            role="roles/iam.workloadIdentityUser",
            member=pods,
            opts=ResourceOptions(parent=self),
        )

    def _cluster_account(self, account: ServiceAccount | None) -> core.v1.ServiceAccount:
        metadata: meta.v1.ObjectMetaArgsDict = {"name": self._args.name, "namespace": self._args.namespace}
        if account:
            metadata["annotations"] = {"iam.gke.io/gcp-service-account": account.email}
        return core.v1.ServiceAccount(
            self._name,
            metadata=metadata,
            automount_service_account_token=False,
            opts=ResourceOptions(parent=self),
        )
