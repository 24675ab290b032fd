"""A cluster of Google Kubernetes Engine: regional, private, with nodes that Google runs (Autopilot).

Owns the cluster, its addresses, the key of its secrets, and the identity of its nodes. Does not own what runs
in it. The control plane has no address at all: it is reached by a name of Google's, with Google's identities.

What is for life (name, region, ranges) would replace the cluster; `protect` refuses that, and where a stack
is not protected, everything in it goes with the old one.

Cost (a month, about): 73 USD, and what the pods ask for: 40 USD a vCPU, 4.50 USD a GiB of memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

import pulumiverse_time
from pulumi import ComponentResource, CustomTimeouts, Input, Output, ResourceOptions
from pulumi_gcp import container

from components.address_ranges import refuse_overlap
from components.artifact_registry import ArtifactRegistry
from components.environment import Environment
from components.kubernetes import gke_parts as parts
from components.kubernetes.cluster_access import name_of_control_plane, the_name
from components.kubernetes.cluster_key import ClusterKey, ClusterKeyArgs
from components.kubernetes.cluster_subnet import (
    PODS,
    SERVICES,
    ClusterSubnet,
    ClusterSubnetArgs,
    cluster_ranges,
)
from components.kubernetes.gke_parts import ReleaseChannel
from components.kubernetes.maintenance import Maintenance
from components.network import Network
from components.remote_registry import RemoteRegistry
from components.service_account import ServiceAccount, ServiceAccountArgs

CONTAINER_API = "container.googleapis.com"

_SETTLING = "120s"


@dataclass(frozen=True, kw_only=True)
class GkeClusterArgs:
    """What the cluster is.

    Attributes:
        environment: where it lives; its `protect` keeps the cluster.
        network: the VPC.
        agent: IAM member of Google's agent of the clusters' API.
        region: the cluster's region, which may be another than the environment's.
        nodes_cidr: addresses of nodes; none of the three ranges may overlap one of the network's.
        pods_cidr: addresses of pods.
        services_cidr: addresses of Services.
        release_channel: how soon new versions come.
        maintenance: when Google may maintain it.
        registries: the registries that its nodes pull from, by a short name.
    """

    environment: Environment
    network: Network
    agent: Input[str]
    region: str
    nodes_cidr: str
    pods_cidr: str
    services_cidr: str
    release_channel: ReleaseChannel = "REGULAR"
    maintenance: Maintenance = field(default_factory=Maintenance)
    registries: Mapping[str, ArtifactRegistry | RemoteRegistry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refuse_overlap(cluster_ranges(self.nodes_cidr, self.pods_cidr, self.services_cidr))
        if self.release_channel not in get_args(ReleaseChannel):
            offered = ", ".join(get_args(ReleaseChannel))
            raise ValueError(
                f"release_channel {self.release_channel!r} is not offered; write one of {offered}"
            )


class GkeCluster(ComponentResource):
    """A cluster.

    Attributes:
        identifier: `projects/P/locations/R/clusters/N`, which a preview knows too.
        cluster_name: its name.
        endpoint: the name its control plane is reached by, known once pods can be pulled and reach out.
        pods_cidr: addresses of its pods.
        workload_pool: the pool of Workload Identity, known once the cluster is there.
    """

    identifier: str
    cluster_name: str
    endpoint: Output[str]
    pods_cidr: str
    workload_pool: Output[str]

    def __init__(self, name: str, args: GkeClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:GkeCluster", name, None, opts)
        self._name, self._args, self._environment = name, args, args.environment
        self.cluster_name = args.environment.physical_name(name, limit=40)
        place = f"projects/{args.environment.project}/locations/{args.region}"
        self.identifier, self.pods_cidr = f"{place}/clusters/{self.cluster_name}", args.pods_cidr

        subnet, nodes = self._reserve(), self._identify_nodes()
        pulls = [registry.url_for(name, nodes.member) for _, registry in sorted(args.registries.items())]
        cluster = self._create(subnet, nodes, self._create_key())
        self.workload_pool = cluster.workload_identity_config.apply(lambda given: str(given.workload_pool))
        named = cluster.control_plane_endpoints_config.apply(name_of_control_plane)
        self.endpoint = Output.all(named, self._settle(cluster), subnet.way_out, *pulls).apply(the_name)
        self.register_outputs({"identifier": self.identifier, "endpoint": self.endpoint})

    def _reserve(self) -> ClusterSubnet:
        args = self._args
        return ClusterSubnet(
            self._name,
            ClusterSubnetArgs(
                environment=self._environment,
                network=args.network,
                region=args.region,
                nodes_cidr=args.nodes_cidr,
                pods_cidr=args.pods_cidr,
                services_cidr=args.services_cidr,
            ),
            ResourceOptions(parent=self),
        )

    def _identify_nodes(self) -> ServiceAccount:
        return ServiceAccount(
            f"{self._name}-nodes",
            ServiceAccountArgs(
                environment=self._environment,
                display_name=f"Nodes of cluster {self.cluster_name}",
                project_roles=["roles/container.defaultNodeServiceAccount"],
            ),
            ResourceOptions(parent=self),
        )

    def _create_key(self) -> ClusterKey:
        return ClusterKey(
            f"{self._name}-key",
            ClusterKeyArgs(environment=self._environment, region=self._args.region, agent=self._args.agent),
            ResourceOptions(parent=self),
        )

    def _create(self, subnet: ClusterSubnet, nodes: ServiceAccount, key: ClusterKey) -> container.Cluster:
        return container.Cluster(
            self._name,
            project=self._environment.project_using(CONTAINER_API),
            location=self._args.region,
            name=self.cluster_name,
            enable_autopilot=True,
            resource_labels=self._environment.labels,
            network=self._args.network.network,
            subnetwork=subnet.subnet,
            ip_allocation_policy={
                "cluster_secondary_range_name": PODS,
                "services_secondary_range_name": SERVICES,
            },
            workload_identity_config={"workload_pool": f"{self._environment.project}.svc.id.goog"},
            private_cluster_config={"enable_private_nodes": True},
            control_plane_endpoints_config=parts.control_plane(),
            release_channel={"channel": self._args.release_channel},
            maintenance_policy=parts.maintained(self._args.maintenance),
            database_encryption={"state": "ENCRYPTED", "key_name": key.key},
            cluster_autoscaling=parts.nodes_act_as(nodes.email),
            node_pool_auto_config=parts.kubelet(),
            gateway_api_config={"channel": "CHANNEL_STANDARD"},
            monitoring_config=parts.measured(),
            logging_config=parts.logged(),
            rbac_binding_config=parts.anybody(),
            anonymous_authentication_config={"mode": "LIMITED"},
            security_posture_config=parts.posture(),
            cost_management_config={"enabled": True},
            deletion_protection=self._environment.protect,
            opts=ResourceOptions(
                parent=self,
                protect=self._environment.protect,
                custom_timeouts=CustomTimeouts(create="60m", update="90m", delete="60m"),
            ),
        )

    def _settle(self, cluster: container.Cluster) -> Output[str]:
        """Known some time after the cluster: a new one answers before it knows what a Gateway is."""
        return pulumiverse_time.Sleep(
            f"{self._name}-settling",
            create_duration=_SETTLING,
            triggers={"cluster": cluster.self_link},
            opts=ResourceOptions(parent=self),
        ).id
