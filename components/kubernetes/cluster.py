"""A cluster as everything in it sees it: a handle, whoever made the cluster and wherever it runs.

Owns no resource. What differs between clusters is said here as a fact and nowhere asked again: components
take the handle, and never a resource of Google Kubernetes Engine.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_kubernetes as kubernetes
from pulumi import Input, Resource, ResourceOptions

GOOGLE_BALANCER_RANGES = ("130.211.0.0/22", "35.191.0.0/16")
"""Where Google's external load balancers, and their health checks, come from."""

GOOGLE_GATEWAY_CLASS = "gke-l7-global-external-managed"
"""The class of gateways that are a global external load balancer of Google's."""

COLLECTORS = (("gmp-system", "collector"), ("gke-gmp-system", "collector"))
"""Who scrapes for managed Prometheus, by namespace and service account: on Standard, and on Autopilot."""


@dataclass(frozen=True, kw_only=True)
class GoogleFacts:
    """What is true of a cluster of Google Kubernetes Engine alone.

    Attributes:
        workload_pool: the pool of Workload Identity, `PROJECT.svc.id.goog`, known once it is there: with the
            project's first cluster.
        collectors: namespace and service account of each collector of managed Prometheus.
    """

    workload_pool: Input[str]
    collectors: tuple[tuple[str, str], ...] = COLLECTORS


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster that objects can be made in.

    Attributes:
        name: its short name, unique in the stack: part of the logical name of everything in it.
        region: the region it runs in, or that it is nearest to where it runs elsewhere.
        provider: what makes objects in it.
        identifier: says which cluster it is; `projects/P/locations/L/clusters/N` of one of GKE's.
        google: what is true of it on Google Kubernetes Engine; `None` elsewhere, where no object of a kind of
            Google's can be made.
        gateway_class: the class of its gateways.
        balancer_ranges: where its gateways' requests and health checks come from.
        tls_secret: `NAMESPACE/NAME` of the certificate's secret, where the gateways are not Google's.
    """

    name: str
    region: str
    provider: kubernetes.Provider
    identifier: str = ""
    google: GoogleFacts | None = None
    gateway_class: str = GOOGLE_GATEWAY_CLASS
    balancer_ranges: tuple[str, ...] = GOOGLE_BALANCER_RANGES
    tls_secret: str | None = None

    def options(self, parent: Resource) -> ResourceOptions:
        """What a component of `parent` in this cluster is made with; its children inherit the provider."""
        return ResourceOptions(parent=parent, provider=self.provider)
