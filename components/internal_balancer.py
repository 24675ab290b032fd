"""A private address for a group of virtual machines, for clients inside the network.

Owns the address, its DNS name, and the way from there to the machines that are healthy. It passes connections
on as they are: encryption ends at the machines. Does not own the machines, nor who may reach them.

Cost (a month, about): 18 USD.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import compute, dns

from components.environment import Environment
from components.instance_group_backend import InstanceGroup
from components.private_zone import PrivateZone

COMPUTE_API = "compute.googleapis.com"
DNS_API = "dns.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class InternalBalancerArgs:
    """What is reached, and where from.

    Attributes:
        environment: where it lives.
        machines: the machines behind it.
        subnet: ID of the subnet that the address is taken from.
        zone: the private DNS zone that gives it its name.
        port: the TCP port that is passed on.
    """

    environment: Environment
    machines: InstanceGroup
    subnet: Input[str]
    zone: PrivateZone
    port: int = 443


class InternalBalancer(ComponentResource):
    """A private way to a group of machines.

    Attributes:
        host: its name in the private zone, once connections are passed on.
        address: its private address.
    """

    host: Output[str]
    address: Output[str]

    def __init__(self, name: str, args: InternalBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:InternalBalancer", name, None, opts)
        self._name, self._args, self._environment = name, args, args.environment
        self._project = args.environment.project_using(COMPUTE_API)
        self._physical_name = args.environment.physical_name(name)
        host = f"{name}.{args.zone.domain}"

        address = self._reserve_address()
        rule = self._pass_on(address, self._create_backend())
        record = self._name_address(host, address)

        self.address = address.address
        self.host = Output.all(record.name, rule.name).apply(lambda _: host)
        self.register_outputs({"host": self.host, "address": self.address})

    def _reserve_address(self) -> compute.Address:
        return compute.Address(
            f"{self._name}-address",
            project=self._project,
            name=self._physical_name,
            region=self._environment.region,
            address_type="INTERNAL",
            subnetwork=self._args.subnet,
            opts=ResourceOptions(parent=self),
        )

    def _create_backend(self) -> compute.RegionBackendService:
        machines = self._args.machines
        return compute.RegionBackendService(
            self._name,
            project=self._project,
            name=self._physical_name,
            region=self._environment.region,
            load_balancing_scheme="INTERNAL",
            protocol="TCP",
            backends=[
                compute.RegionBackendServiceBackendArgs(group=machines.group, balancing_mode="CONNECTION")
            ],
            health_checks=machines.health_check,
            connection_draining_timeout_sec=machines.answer_seconds,
            opts=ResourceOptions(parent=self),
        )

    def _pass_on(
        self, address: compute.Address, backend: compute.RegionBackendService
    ) -> compute.ForwardingRule:
        return compute.ForwardingRule(
            self._name,
            project=self._project,
            name=self._physical_name,
            region=self._environment.region,
            load_balancing_scheme="INTERNAL",
            ip_protocol="TCP",
            ip_address=address.address,
            subnetwork=self._args.subnet,
            ports=[str(self._args.port)],
            backend_service=backend.id,
            # The address can belong to one rule at a time.
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )

    def _name_address(self, host: str, address: compute.Address) -> dns.RecordSet:
        return dns.RecordSet(
            self._name,
            project=self._environment.project_using(DNS_API),
            managed_zone=self._args.zone.zone_name,
            name=f"{host}.",
            type="A",
            ttl=300,
            rrdatas=[address.address],
            opts=ResourceOptions(parent=self),
        )
