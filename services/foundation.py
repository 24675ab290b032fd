"""What all systems of a stack stand on: enabled APIs, one network, one private DNS zone, the registries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pulumi import ComponentResource, ResourceOptions

from components.apis import ProjectApis, ProjectApisArgs
from components.artifact_registry import ArtifactRegistry, ArtifactRegistryArgs
from components.environment import Environment
from components.network import Network, NetworkArgs
from components.private_zone import PrivateZone, PrivateZoneArgs
from components.remote_registry import RemoteRegistry, RemoteRegistryArgs
from services.refusals import Refusal, refused
from services.settings import NetworkSettings

APIS = (
    "artifactregistry.googleapis.com",
    "certificatemanager.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "dns.googleapis.com",
    "iam.googleapis.com",
    "iap.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "redis.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
)
"""Every Google API that a resource of this program belongs to, or that its machines or operators use."""


def network_refusals(settings: NetworkSettings, environment: Environment) -> Iterator[Refusal]:
    """Each part of the network's settings that can't be deployed."""
    yield from refused("network", lambda: _network_args(settings, environment))
    yield from refused(
        "network.private_domain",
        lambda: PrivateZoneArgs(environment=environment, network="-", domain=settings.private_domain),
    )


def _network_args(settings: NetworkSettings, environment: Environment) -> NetworkArgs:
    return NetworkArgs(environment=environment, **settings.model_dump(exclude={"private_domain"}))


@dataclass(frozen=True, kw_only=True)
class FoundationArgs:
    """What the foundation is.

    Attributes:
        environment: where everything lives; its APIs are enabled here.
        network: address ranges and the private domain.
        api_propagation_seconds: wait after the APIs are enabled, in seconds.
    """

    environment: Environment
    network: NetworkSettings
    api_propagation_seconds: int


class Foundation(ComponentResource):
    """The shared ground of a stack.

    Attributes:
        environment: the environment, in which every API is known to be usable.
        network: the VPC.
        zone: the private DNS zone.
        images: the registry of the team's own images.
        mirror: the mirror of Docker Hub, for machines that reach nothing else.
    """

    environment: Environment
    network: Network
    zone: PrivateZone
    images: ArtifactRegistry
    mirror: RemoteRegistry

    def __init__(self, name: str, args: FoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:Foundation", name, None, opts)
        child = ResourceOptions(parent=self)

        apis = ProjectApis(
            "apis",
            ProjectApisArgs(
                environment=args.environment, apis=APIS, propagation_seconds=args.api_propagation_seconds
            ),
            child,
        )
        self.environment = replace(args.environment, api_projects=apis.projects)
        self.network = Network("network", _network_args(args.network, self.environment), child)
        self.zone = PrivateZone(
            "private-zone",
            PrivateZoneArgs(
                environment=self.environment,
                network=self.network.network,
                domain=args.network.private_domain,
            ),
            child,
        )
        self.images = ArtifactRegistry("images", ArtifactRegistryArgs(environment=self.environment), child)
        self.mirror = RemoteRegistry("mirror", RemoteRegistryArgs(environment=self.environment), child)
        self.register_outputs({"images": self.images.url, "mirror": self.mirror.url})
