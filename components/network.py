"""The private network of a stack: where everything that has no public address meets.

Owns the VPC, its two subnets, the virtual machines' way out to the internet, the connection to Google's
managed services, and the rule that nothing comes in. Does not own the rules that let something in: each
belongs to the workload it opens, SSH by IAP included.

Cloud Run has a subnet of its own. Rules can't tell its instances by tag or service account, so they name
this range. And Google holds the addresses of deleted revisions for one to two hours, in which the subnet
can't be deleted: a destroy stops there, with nothing left but this subnet and the VPC, which cost nothing,
and the same command two hours later ends it. Leaving the subnet behind (`retain_on_delete`) would leave the
VPC too, and the names of both would stop the next deployment.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import compute

from components.address_ranges import private_range, refuse_overlap
from components.environment import Environment
from components.private_services import PrivateServices, PrivateServicesArgs, services_range

COMPUTE_API = "compute.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """The ranges of a network; none may overlap another, or one that is peered with this network.

    Attributes:
        environment: where it lives.
        egress_cidr: subnet that Cloud Run's instances take addresses from; /26 or larger.
        vm_cidr: subnet of the virtual machines.
        services_cidr: range of Cloud SQL and Memorystore; /23 or larger.
        flow_log_sampling: share of the flows that are logged, from 0 (no flow logs) to 1.
    """

    environment: Environment
    egress_cidr: str = "10.10.0.0/26"
    vm_cidr: str = "10.10.1.0/24"
    services_cidr: str = "10.20.0.0/16"
    flow_log_sampling: float = 0.5

    def __post_init__(self) -> None:
        refuse_overlap(
            {
                "egress_cidr": _egress_range(self.egress_cidr),
                "vm_cidr": _vm_range(self.vm_cidr),
                "services_cidr": services_range(self.services_cidr),
            }
        )
        if not 0 <= self.flow_log_sampling <= 1:
            raise ValueError(
                f"flow_log_sampling {self.flow_log_sampling} is no share; write 0 to 1, like 0.5"
            )


class Network(ComponentResource):
    """A VPC with private access to everything a system needs.

    Attributes:
        network: the VPC's ID.
        egress_subnet: ID of the subnet for Cloud Run's direct egress.
        egress_cidr: its range, which firewall rules name to let Cloud Run in.
        vm_subnet: ID of the subnet for virtual machines.
        vm_cidr: its range.
        services_cidr: range of Cloud SQL and Memorystore, for rules that let a workload out to them alone.
        services_network: the VPC's ID, known once managed services can be given an address in it.
    """

    network: Output[str]
    egress_subnet: Output[str]
    egress_cidr: str
    vm_subnet: Output[str]
    vm_cidr: str
    services_cidr: str
    services_network: Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Network", name, None, opts)
        self._name, self._args, self._environment = name, args, args.environment
        self._project = args.environment.project_using(COMPUTE_API)
        self.egress_cidr, self.vm_cidr = args.egress_cidr, args.vm_cidr
        self.services_cidr = args.services_cidr
        self.network = self._vpc().id
        self.egress_subnet = self._subnet("egress", args.egress_cidr).id
        self.vm_subnet = self._subnet("vm", args.vm_cidr).id
        self._nat(self._router())
        self.services_network = self._services().network
        self._deny_ingress()

        outputs = ("network", "egress_subnet", "vm_subnet", "services_network")
        self.register_outputs({output: getattr(self, output) for output in outputs})

    def _vpc(self) -> compute.Network:
        return compute.Network(
            self._name,
            project=self._project,
            name=self._environment.physical_name(self._name),
            auto_create_subnetworks=False,
            routing_mode="REGIONAL",
            opts=ResourceOptions(parent=self),
        )

    def _subnet(self, purpose: str, cidr: str) -> compute.Subnetwork:
        name = f"{self._name}-{purpose}"
        return compute.Subnetwork(
            name,
            project=self._project,
            region=self._environment.region,
            name=self._environment.physical_name(name),
            network=self.network,
            ip_cidr_range=cidr,
            private_ip_google_access=True,
            log_config=self.flow_logs(),
            opts=ResourceOptions(parent=self),
        )

    def flow_logs(self) -> compute.SubnetworkLogConfigArgs | None:
        """How the flows of every subnet are logged; not at all where none of them is."""
        if self._args.flow_log_sampling == 0:
            return None
        return compute.SubnetworkLogConfigArgs(
            # Long-lived database connections would otherwise be logged every five seconds.
            aggregation_interval="INTERVAL_5_MIN",
            flow_sampling=self._args.flow_log_sampling,
            metadata="INCLUDE_ALL_METADATA",
        )

    def _router(self) -> compute.Router:
        name = f"{self._name}-router"
        return compute.Router(
            name,
            project=self._project,
            region=self._environment.region,
            name=self._environment.physical_name(name),
            network=self.network,
            opts=ResourceOptions(parent=self),
        )

    def _nat(self, router: compute.Router) -> compute.RouterNat:
        name = f"{self._name}-nat"
        return compute.RouterNat(
            name,
            project=self._project,
            region=self._environment.region,
            name=self._environment.physical_name(name),
            router=router.name,
            nat_ip_allocate_option="AUTO_ONLY",
            # Only the virtual machines: Cloud Run sends private ranges alone through the VPC, and for a
            # subnet with NAT its instances are charged and start more slowly.
            source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
            subnetworks=[{"name": self.vm_subnet, "source_ip_ranges_to_nats": ["PRIMARY_IP_RANGE"]}],
            # Of the 64,512 ports of one address 256 each serve 252 machines, which is all of a /24.
            enable_dynamic_port_allocation=False,
            min_ports_per_vm=256,
            log_config=compute.RouterNatLogConfigArgs(enable=True, filter="ERRORS_ONLY"),
            opts=ResourceOptions(parent=self),
        )

    def _services(self) -> PrivateServices:
        return PrivateServices(
            f"{self._name}-services",
            PrivateServicesArgs(
                environment=self._environment, network=self.network, cidr=self._args.services_cidr
            ),
            ResourceOptions(parent=self),
        )

    def _deny_ingress(self) -> compute.Firewall:
        name = f"{self._name}-deny-ingress"
        return compute.Firewall(
            name,
            project=self._project,
            name=self._environment.physical_name(name),
            network=self.network,
            description="Nothing comes in that no other rule lets in; says so in the log.",
            direction="INGRESS",
            # Below every other rule and just above Google's own, which denies the same and logs nothing.
            priority=65534,
            source_ranges=["0.0.0.0/0"],
            denies=[compute.FirewallDenyArgs(protocol="all")],
            log_config=compute.FirewallLogConfigArgs(metadata="INCLUDE_ALL_METADATA"),
            opts=ResourceOptions(parent=self),
        )


def _egress_range(cidr: str) -> IPv4Network:
    why = "Cloud Run takes blocks of 16 addresses, twice as many while a new revision replaces an old one"
    return private_range("egress_cidr", cidr, longest_prefix=26, why=why)


def _vm_range(cidr: str) -> IPv4Network:
    why = "Google keeps four addresses of every subnet"
    return private_range("vm_cidr", cidr, longest_prefix=29, why=why)
