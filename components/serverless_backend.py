"""A Cloud Run service as a load balancer's backend.

Owns the endpoint group that names the service, and the backend service around it. Does not own the Cloud Run
service: its own request limit decides how long a stream may last, since Google refuses a timeout, a health
check and a port here. Answers are neither cached nor compressed on the way, so that a stream arrives as it is
written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import compute

from components.environment import Environment

COMPUTE_API = "compute.googleapis.com"
LOAD_BALANCING_SCHEME = "EXTERNAL_MANAGED"
"""The global load balancer of today; said wherever it is asked for, since its default has changed before."""


@dataclass(frozen=True, kw_only=True)
class ServerlessBackendArgs:
    """What is behind the load balancer.

    Attributes:
        environment: where the service is.
        service: the Cloud Run service's name.
        security_policy: the Cloud Armor policy that its requests pass.
        log_sample_rate: share of requests that are logged, 0 to 1.
    """

    environment: Environment
    service: Input[str]
    security_policy: Input[str]
    log_sample_rate: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.log_sample_rate <= 1:
            raise ValueError(f"log_sample_rate {self.log_sample_rate} is no share; write 0 to 1")


class ServerlessBackend(ComponentResource):
    """A Cloud Run service behind a load balancer.

    Attributes:
        backend: ID of the backend service, for a URL map.
    """

    backend: Output[str]

    def __init__(self, name: str, args: ServerlessBackendArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ServerlessBackend", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(COMPUTE_API)

        self.backend = self._create_backend(self._create_endpoints()).id
        self.register_outputs({"backend": self.backend})

    def _create_endpoints(self) -> compute.RegionNetworkEndpointGroup:
        environment = self._args.environment
        return compute.RegionNetworkEndpointGroup(
            self._name,
            # It can't be changed, nor deleted while it is used: another service is another name, made first.
            name=Output.from_input(self._args.service).apply(
                lambda service: environment.physical_name(f"{self._name}-{name_hash(service)}")
            ),
            project=self._project,
            region=environment.region,
            network_endpoint_type="SERVERLESS",
            cloud_run=compute.RegionNetworkEndpointGroupCloudRunArgs(service=self._args.service),
            # The provider would delete first whatever has a name of our own, even where it changes.
            opts=ResourceOptions(parent=self, delete_before_replace=False),
        )

    def _create_backend(self, endpoints: compute.RegionNetworkEndpointGroup) -> compute.BackendService:
        return compute.BackendService(
            self._name,
            name=self._args.environment.physical_name(self._name),
            project=self._project,
            load_balancing_scheme=LOAD_BALANCING_SCHEME,
            protocol="HTTPS",
            backends=[compute.BackendServiceBackendArgs(group=endpoints.id)],
            security_policy=self._args.security_policy,
            enable_cdn=False,
            compression_mode="DISABLED",
            log_config=compute.BackendServiceLogConfigArgs(
                enable=self._args.log_sample_rate > 0,
                sample_rate=self._args.log_sample_rate or None,
            ),
            opts=ResourceOptions(parent=self),
        )


def name_hash(content: str) -> str:
    """The part of a name that changes with what can't be changed in place."""
    return hashlib.sha256(content.encode()).hexdigest()[:8]
