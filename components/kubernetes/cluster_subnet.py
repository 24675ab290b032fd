"""What one cluster has of a network to itself: addresses for nodes, pods and Services, and a way out.

Owns the subnet and its own translation to public addresses, with a router of its own: the network's serves
its machines, and neither takes ports from the other. Does not own the network. Nothing comes in from outside:
what Google's load balancers need is opened by the cluster itself, for as long as a gateway asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import compute

from components.address_ranges import private_range, refuse_overlap
from components.environment import Environment
from components.network import Network

COMPUTE_API = "compute.googleapis.com"
PODS, SERVICES = "pods", "services"
"""Names of the subnet's further ranges."""


@dataclass(frozen=True, kw_only=True)
class ClusterSubnetArgs:
    """Where a cluster gets its addresses from; no range may overlap one of the network's.

    Attributes:
        environment: where it lives.
        network: the VPC.
        region: the cluster's region.
        nodes_cidr: addresses of nodes, /24 or larger.
        pods_cidr: addresses of pods, /19 or larger: every node takes a block of 64 of them.
        services_cidr: addresses of Services, /24 or larger.
    """

    environment: Environment
    network: Network
    region: str
    nodes_cidr: str
    pods_cidr: str
    services_cidr: str

    def __post_init__(self) -> None:
        refuse_overlap(cluster_ranges(self.nodes_cidr, self.pods_cidr, self.services_cidr))


class ClusterSubnet(ComponentResource):
    """Addresses for one cluster, and its way out.

    Attributes:
        subnet: the subnet's ID.
        way_out: the subnet's ID, known once its pods reach the internet.
    """

    subnet: Output[str]
    way_out: Output[str]

    def __init__(self, name: str, args: ClusterSubnetArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ClusterSubnet", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(COMPUTE_API)

        self.subnet = self._create_subnet().id
        nat = self._nat(self._router())
        self.way_out = Output.all(self.subnet, nat.name).apply(lambda known: str(known[0]))
        self.register_outputs({"subnet": self.subnet, "way_out": self.way_out})

    def _create_subnet(self) -> compute.Subnetwork:
        args = self._args
        return compute.Subnetwork(
            self._name,
            project=self._project,
            region=args.region,
            name=args.environment.physical_name(self._name),
            network=args.network.network,
            ip_cidr_range=args.nodes_cidr,
            secondary_ip_ranges=[
                {"range_name": PODS, "ip_cidr_range": args.pods_cidr},
                {"range_name": SERVICES, "ip_cidr_range": args.services_cidr},
            ],
            private_ip_google_access=True,
            log_config=args.network.flow_logs(),
            # A smaller range is another subnet, and with it another cluster.
            opts=ResourceOptions(parent=self, protect=args.environment.protect),
        )

    def _router(self) -> compute.Router:
        name = f"{self._name}-router"
        return compute.Router(
            name,
            project=self._project,
            region=self._args.region,
            name=self._args.environment.physical_name(name),
            network=self._args.network.network,
            opts=ResourceOptions(parent=self),
        )

    def _nat(self, router: compute.Router) -> compute.RouterNat:
        name = f"{self._name}-nat"
        return compute.RouterNat(
            name,
            project=self._project,
            region=self._args.region,
            name=self._args.environment.physical_name(name),
            router=router.name,
            nat_ip_allocate_option="AUTO_ONLY",
            source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
            subnetworks=[{"name": self.subnet, "source_ip_ranges_to_nats": ["ALL_IP_RANGES"]}],
            # A node has many pods, each with streams of its own to the same few providers.
            enable_dynamic_port_allocation=True,
            enable_endpoint_independent_mapping=False,
            min_ports_per_vm=256,
            max_ports_per_vm=8192,
            log_config={"enable": True, "filter": "ERRORS_ONLY"},
            opts=ResourceOptions(parent=self),
        )


def cluster_ranges(nodes_cidr: str, pods_cidr: str, services_cidr: str) -> dict[str, IPv4Network]:
    """A cluster's ranges by the name of their setting; a ValueError says what to write instead."""
    return {
        "nodes_cidr": private_range(
            "nodes_cidr", nodes_cidr, longest_prefix=24, why="an upgrade needs nodes beside the old ones"
        ),
        "pods_cidr": private_range(
            "pods_cidr", pods_cidr, longest_prefix=19, why="every node takes 64 addresses for its pods"
        ),
        "services_cidr": private_range(
            "services_cidr", services_cidr, longest_prefix=24, why="the cluster's own parts need dozens"
        ),
    }
