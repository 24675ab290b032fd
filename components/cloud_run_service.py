"""A service on Cloud Run: its containers, how it scales, who may call it, how its traffic is split.

Owns the service and the grants of its callers. Does not own the service account it runs as, its network, its
images or its secrets: they are handed in, each usable already. Its address is worked out from names instead
of read from the service, so that what calls it and what it is told of itself need not wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import cloudrunv2

from components.container_spec import container_spec
from components.containers import Container
from components.environment import Environment
from components.instance import instance_problems
from components.traffic import Canary, traffic
from components.volumes import NfsVolume, ScratchVolume, Volume

RUN_API = "run.googleapis.com"
_NAME_LIMIT = 49

Ingress = Literal["ALL", "INTERNAL_ONLY", "INTERNAL_LOAD_BALANCER"]


@dataclass(frozen=True, kw_only=True)
class CloudRunServiceArgs:
    """What a service is.

    Attributes:
        environment: where it lives; its `protect` is the service's deletion protection.
        service_account: email of the account it runs as.
        containers: its containers; exactly one has a port and serves the requests.
        volumes: volumes by name, mounted by the containers' `mounts`.
        network: the network that private addresses are reached in; without one there is no private egress.
        subnet: the subnet that instances take their addresses from, /26 or larger.
        min_instances: instances kept running.
        max_instances: most instances, of all revisions that serve together.
        concurrency: requests an instance holds at once; an open stream holds one place.
        timeout_seconds: longest request or stream; at most an hour.
        cpu_always_allocated: keep the CPU between requests, for work in the background; billed by lifetime.
        session_affinity: send a client to the instance that served it before, where there are several.
        ingress: where requests may come from. Cloud Scheduler of the same project counts as internal.
        public: anybody may call it, by a switch of the service: organisations commonly forbid `allUsers`.
        invokers: IAM members that may call it, by a short name; without `public`.
        canary: a traffic split; without one the newest revision serves everything.
    """

    environment: Environment
    service_account: Input[str]
    containers: Sequence[Container]
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    network: Input[str] | None = None
    subnet: Input[str] | None = None
    min_instances: int = 0
    max_instances: int = 1
    concurrency: int = 80
    timeout_seconds: int = 300
    cpu_always_allocated: bool = False
    session_affinity: bool = True
    ingress: Ingress = "ALL"
    public: bool = False
    invokers: Mapping[str, Input[str]] = field(default_factory=dict)
    canary: Canary | None = None

    def __post_init__(self) -> None:
        for problem in (*self._problems(), *instance_problems(self.containers, self.volumes)):
            raise ValueError(f"CloudRunServiceArgs: {problem}")

    def _problems(self) -> Iterator[str]:
        if not 0 <= self.min_instances <= self.max_instances or self.max_instances < 1:
            yield (
                f"min_instances {self.min_instances} and max_instances {self.max_instances} contradict; "
                "write 0 <= min_instances <= max_instances, and max_instances 1 or more"
            )
        if not 1 <= self.concurrency <= 1000:
            yield f"concurrency {self.concurrency} is out of range; write 1 to 1000"
        if not 1 <= self.timeout_seconds <= 3600:
            yield f"timeout_seconds {self.timeout_seconds} is out of range; write 1 to 3600"
        if (self.network is None) != (self.subnet is None):
            yield "network and subnet go together; write both or neither"
        if self.network is None and any(isinstance(each, NfsVolume) for each in self.volumes.values()):
            yield "an NFS server is reached through the network only; write network and subnet"
        if self.public and self.invokers:
            yield "public lets everybody call; write invokers or public, not both"


class CloudRunService(ComponentResource):
    """A Cloud Run service and the grants of its callers.

    Attributes:
        url: its deterministic address, once it is there and its callers may call it.
        service_name: its name, likewise.
        revision: short name of the newest revision that is ready to serve.
    """

    url: Output[str]
    service_name: Output[str]
    revision: Output[str]

    def __init__(self, name: str, args: CloudRunServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:CloudRunService", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(RUN_API)

        service = self._create_service()
        grants = [self._grant(caller, member, service) for caller, member in sorted(args.invokers.items())]

        usable = Output.all(service.name, *(grant.role for grant in grants))
        address = service_url(args.environment, name)
        self.service_name = usable.apply(lambda known: str(known[0]))
        self.url = usable.apply(lambda _: address)
        self.revision = service.latest_ready_revision.apply(lambda revision: revision.rsplit("/", 1)[-1])
        self.register_outputs({"url": self.url, "service_name": self.service_name, "revision": self.revision})

    def _create_service(self) -> cloudrunv2.Service:
        args = self._args
        on_disk = any(isinstance(each, ScratchVolume) and each.on_disk for each in args.volumes.values())
        # gcloud and the console write their own name and version at each deployment; the launch stage is read
        # back as the stage of what is used, and Google moves that on.
        ignored = ["client", "clientVersion", *(["launchStage"] if on_disk else [])]
        return cloudrunv2.Service(
            self._name,
            name=service_name(args.environment, self._name),
            project=self._project,
            location=args.environment.region,
            ingress=f"INGRESS_TRAFFIC_{args.ingress}",
            invoker_iam_disabled=args.public,
            deletion_protection=args.environment.protect,
            launch_stage="ALPHA" if on_disk else None,
            scaling=cloudrunv2.ServiceScalingArgs(
                min_instance_count=args.min_instances, max_instance_count=args.max_instances
            ),
            template=self._template(),
            traffics=traffic(args.canary),
            opts=ResourceOptions(parent=self, ignore_changes=ignored),
        )

    def _template(self) -> cloudrunv2.ServiceTemplateArgs:
        args = self._args
        return cloudrunv2.ServiceTemplateArgs(
            execution_environment="EXECUTION_ENVIRONMENT_GEN2",
            service_account=args.service_account,
            containers=[
                container_spec(container, cpu_idle=not args.cpu_always_allocated)
                for container in args.containers
            ],
            volumes=[volume.described(name) for name, volume in sorted(args.volumes.items())] or None,
            vpc_access=self._egress(),
            max_instance_request_concurrency=args.concurrency,
            timeout=f"{args.timeout_seconds}s",
            session_affinity=args.session_affinity and args.max_instances > 1,
            # The limit stands here and on the service: each bounds what the other leaves open, revisions that
            # overlap and a revision by itself. The least stands on the service alone, or every revision with
            # a share or a tag would keep its own instances.
            scaling=cloudrunv2.ServiceTemplateScalingArgs(max_instance_count=args.max_instances),
        )

    def _egress(self) -> cloudrunv2.ServiceTemplateVpcAccessArgs | None:
        """Straight into the network, for private addresses; what goes to the internet skips the NAT."""
        if self._args.network is None:
            return None
        return cloudrunv2.ServiceTemplateVpcAccessArgs(
            egress="PRIVATE_RANGES_ONLY",
            network_interfaces=[
                cloudrunv2.ServiceTemplateVpcAccessNetworkInterfaceArgs(
                    network=self._args.network, subnetwork=self._args.subnet
                )
            ],
        )

    def _grant(
        self, caller: str, member: Input[str], service: cloudrunv2.Service
    ) -> cloudrunv2.ServiceIamMember:
        return cloudrunv2.ServiceIamMember(
            f"{self._name}-{caller}",
            project=self._project,
            location=self._args.environment.region,
            name=service.name,
            role="roles/run.invoker",
            member=member,
            opts=ResourceOptions(parent=self),
        )


def service_name(environment: Environment, name: str) -> str:
    """The physical name of the service called `name`; short enough for its address to be one DNS label."""
    return environment.physical_name(name, limit=_NAME_LIMIT)


def service_url(environment: Environment, name: str) -> str:
    """The address of the service called `name`, known before the service is there."""
    host = f"{service_name(environment, name)}-{environment.project_number}"
    return f"https://{host}.{environment.region}.run.app"
