"""One cluster of a stack, made or found: what turns its settings into a handle."""

from __future__ import annotations

from pulumi import Input, Resource, ResourceOptions

from components.environment import Environment
from components.kubernetes.cluster import Cluster, GoogleFacts
from components.kubernetes.cluster_access import existing_kubeconfig, google_kubeconfig, provider
from components.kubernetes.gke_cluster import GkeCluster, GkeClusterArgs
from components.kubernetes.maintenance import Maintenance
from services.clusters.settings import ClusterSettings, ExistingSettings
from services.foundation import Foundation
from services.stack_secrets import StackSecrets

CONFIG_NAMESPACE = "kubernetes"
"""Where the stack's configuration has the kubeconfigs, each as NAME-kubeconfig."""


def made_here(
    name: str, settings: ClusterSettings, foundation: Foundation, agent: Input[str], parent: Resource
) -> Cluster:
    """A new cluster, of which `agent` is Google's own."""
    environment, region = foundation.environment, settings.region_in(foundation.environment.region)
    made = GkeCluster(
        f"cluster-{name}",
        GkeClusterArgs(
            environment=environment,
            network=foundation.network,
            agent=agent,
            region=region,
            nodes_cidr=settings.nodes_cidr,
            pods_cidr=settings.pods_cidr,
            services_cidr=settings.services_cidr,
            release_channel=settings.release_channel,
            maintenance=Maintenance(**settings.maintenance.model_dump()),
            registries={"images": foundation.images, "mirror": foundation.mirror},
        ),
        ResourceOptions(parent=parent),
    )
    return Cluster(
        name=name,
        region=region,
        identifier=made.identifier,
        provider=provider(
            f"cluster-{name}",
            identifier=made.identifier,
            kubeconfig=google_kubeconfig(made.endpoint),
            parent=parent,
        ),
        google=GoogleFacts(workload_pool=made.workload_pool),
    )


def found(name: str, settings: ClusterSettings, foundation: Foundation, parent: Resource) -> Cluster:
    """A cluster that somebody else made."""
    existing, region = settings.existing, settings.region_in(foundation.environment.region)
    if existing is None:
        raise ValueError(f"cluster {name} is made here")
    if existing.identifier:
        return _google(name, region, existing, existing.identifier, foundation, parent)
    return _foreign(name, region, existing, foundation.environment, parent)


def _google(
    name: str,
    region: str,
    existing: ExistingSettings,
    identifier: str,
    foundation: Foundation,
    parent: Resource,
) -> Cluster:
    network = None if existing.other_network else foundation.network.network
    kubeconfig = existing_kubeconfig(identifier, parent, network)
    if existing.node_service_account:
        member = f"serviceAccount:{existing.node_service_account}"
        for registry in (foundation.images, foundation.mirror):
            registry.url_for(f"cluster-{name}", member)
    return Cluster(
        name=name,
        region=region,
        identifier=identifier,
        provider=provider(f"cluster-{name}", identifier=identifier, kubeconfig=kubeconfig, parent=parent),
        google=GoogleFacts(workload_pool=f"{foundation.environment.project}.svc.id.goog"),
    )


def _foreign(
    name: str, region: str, existing: ExistingSettings, environment: Environment, parent: Resource
) -> Cluster:
    kubeconfig = StackSecrets(environment.stack, CONFIG_NAMESPACE).require(f"{name}-kubeconfig")
    identifier = f"{environment.prefix}-{environment.stack}/{name}"
    return Cluster(
        name=name,
        region=region,
        identifier=identifier,
        provider=provider(f"cluster-{name}", identifier=identifier, kubeconfig=kubeconfig, parent=parent),
        gateway_class=existing.gateway_class or "",
        balancer_ranges=existing.balancer_ranges,
        tls_secret=existing.tls_secret,
    )
