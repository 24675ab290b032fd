"""A group of virtual machines as a load balancer's backend.

Owns the backend service. Does not own the machines. The load balancer speaks HTTPS to them, whatever name
their certificate has; an answer may take as long as the machines' own proxy lets it, and a machine that
leaves finishes what it has begun. Answers are neither cached nor compressed on the way, so that a stream
arrives as it is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import compute

from components.environment import Environment
from components.serverless_backend import COMPUTE_API, LOAD_BALANCING_SCHEME

PORT_NAME = "https"
"""The name under which a group tells its HTTPS port."""


@dataclass(frozen=True, kw_only=True)
class InstanceGroup:
    """Machines that a load balancer sends requests to.

    Attributes:
        group: link of the instance group.
        health_check: ID of the check that decides which of its machines get requests.
        answer_seconds: seconds that an answer may take, and that a leaving machine gets for its last ones.
    """

    group: Input[str]
    health_check: Input[str]
    answer_seconds: int


@dataclass(frozen=True, kw_only=True)
class InstanceGroupBackendArgs:
    """What is behind the load balancer.

    Attributes:
        environment: where the machines are.
        machines: the machines.
        security_policy: the Cloud Armor policy that requests pass.
        log_sample_rate: share of requests that are logged, 0 to 1.
    """

    environment: Environment
    machines: InstanceGroup
    security_policy: Input[str]
    log_sample_rate: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.machines.answer_seconds <= 3600:
            raise ValueError(f"answer_seconds is {self.machines.answer_seconds}; write 1 to 3600")


class InstanceGroupBackend(ComponentResource):
    """A group of machines behind a load balancer.

    Attributes:
        backend: ID of the backend service, for a URL map.
    """

    backend: Output[str]

    def __init__(
        self, name: str, args: InstanceGroupBackendArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("ai-platform:components:InstanceGroupBackend", name, None, opts)
        machines = args.machines
        backend = compute.BackendService(
            name,
            name=args.environment.physical_name(name),
            project=args.environment.project_using(COMPUTE_API),
            load_balancing_scheme=LOAD_BALANCING_SCHEME,
            protocol="HTTPS",
            port_name=PORT_NAME,
            backends=[compute.BackendServiceBackendArgs(group=machines.group, balancing_mode="UTILIZATION")],
            health_checks=machines.health_check,
            timeout_sec=machines.answer_seconds,
            connection_draining_timeout_sec=machines.answer_seconds,
            security_policy=args.security_policy,
            enable_cdn=False,
            compression_mode="DISABLED",
            log_config=compute.BackendServiceLogConfigArgs(
                enable=args.log_sample_rate > 0, sample_rate=args.log_sample_rate or None
            ),
            opts=ResourceOptions(parent=self),
        )
        self.backend = backend.id
        self.register_outputs({"backend": self.backend})
