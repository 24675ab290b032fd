"""Private services access: the peering through which Google's managed services get addresses in a VPC.

Owns the range that is set aside and the connection, of which a VPC can have one alone. Does not own the VPC,
nor the services: Cloud SQL and Memorystore take the network from here, and wait for that and nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import compute, servicenetworking

from components.address_ranges import private_range
from components.environment import Environment

COMPUTE_API = "compute.googleapis.com"
SERVICE_NETWORKING_API = "servicenetworking.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class PrivateServicesArgs:
    """Where managed services get their addresses from.

    Attributes:
        environment: where it lives.
        network: ID of the VPC.
        cidr: range set aside for them, /23 or larger. A larger one later means another range beside it, since
            what was made in the first stays there.
    """

    environment: Environment
    network: Input[str]
    cidr: str = "10.20.0.0/16"

    def __post_init__(self) -> None:
        services_range(self.cidr)


class PrivateServices(ComponentResource):
    """A VPC's connection to Google's managed services.

    Attributes:
        network: the VPC's ID, known once managed services can be given an address in it.
    """

    network: Output[str]

    def __init__(self, name: str, args: PrivateServicesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:PrivateServices", name, None, opts)
        self._name, self._args, self._environment = name, args, args.environment

        self.network = self._connection(self._range()).network
        self.register_outputs({"network": self.network})

    def _range(self) -> compute.GlobalAddress:
        cidr = services_range(self._args.cidr)
        return compute.GlobalAddress(
            self._name,
            project=self._environment.project_using(COMPUTE_API),
            name=self._environment.physical_name(self._name),
            purpose="VPC_PEERING",
            address_type="INTERNAL",
            address=str(cidr.network_address),
            prefix_length=cidr.prefixlen,
            network=self._args.network,
            opts=ResourceOptions(parent=self),
        )

    def _connection(self, reserved: compute.GlobalAddress) -> servicenetworking.Connection:
        enabled = Output.from_input(self._environment.project_using(SERVICE_NETWORKING_API))
        return servicenetworking.Connection(
            self._name,
            network=self._args.network,
            # A connection has no project of its own that could carry the edge from its API.
            service=enabled.apply(lambda _: SERVICE_NETWORKING_API),
            reserved_peering_ranges=[reserved.name],
            # Cloud SQL keeps hold of the peering for days after an instance is deleted, so that it can be
            # restored. Only a stack that may lose that removes the peering from under it.
            deletion_policy="DELETE" if self._environment.protect else "REMOVE_PEERING",
            # A peering that outlived an earlier stack is taken over instead of refused.
            update_on_creation_fail=True,
            opts=ResourceOptions(parent=self),
        )


def services_range(cidr: str) -> IPv4Network:
    """`cidr` as a range for managed services."""
    why = "Cloud SQL takes a /24 of it for itself, and Memorystore needs room beside that"
    return private_range("services_cidr", cidr, longest_prefix=23, why=why)
