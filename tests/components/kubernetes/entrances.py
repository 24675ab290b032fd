"""A gateway in a cluster for the tests of what hangs on it; nothing here is asserted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, Output

from components.certificate_map import CertificateMap, CertificateMapArgs
from components.environment import Environment
from components.kubernetes.cluster import Cluster, GoogleFacts
from components.kubernetes.gateway import Gateway, GatewayArgs
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.managed_certificate import ManagedCertificate, ManagedCertificateArgs
from simulator.in_process import Plan, plan
from tests.components.environments import environment

GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
GRANT = "kubernetes:gateway.networking.k8s.io/v1beta1:ReferenceGrant"
HEALTH = "kubernetes:networking.gke.io/v1:HealthCheckPolicy"
TREATMENT = "kubernetes:networking.gke.io/v1:GCPBackendPolicy"
TLS = "kubernetes:networking.gke.io/v1:GCPGatewayPolicy"
SERVICE = "kubernetes:core/v1:Service"
ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
CLUSTER = "projects/acme-prod/locations/europe-west1/clusters/main"


class Site(ComponentResource):
    """A cluster with a gateway, and a namespace of a system's."""

    environment: Environment
    cluster: Cluster
    gateway: Gateway
    namespace: Output[str]

    def __init__(self, *, google: bool, protect: bool = True) -> None:
        super().__init__("test:index:Site", "site")
        self.environment = environment(protect=protect)
        self.cluster = _of_google() if google else _of_somebody()
        self.gateway = Gateway(
            "gateway-main",
            GatewayArgs(
                environment=self.environment,
                cluster=self.cluster,
                certificate_map=self._certificates() if google else None,
                address=None if google else "203.0.113.10",
            ),
            self.cluster.options(self),
        )
        arguments = NamespaceArgs(environment=self.environment, cluster=self.cluster, name="system")
        self.namespace = Namespace("system", arguments, self.cluster.options(self)).name

    def _certificates(self) -> Output[str]:
        arguments = ManagedCertificateArgs(environment=self.environment, host="api.acme.com")
        certificate = ManagedCertificate("certificate", arguments)
        several = CertificateMapArgs(environment=self.environment, certificates=[certificate])
        return CertificateMap("certificates", several).map_name


def planned(
    build: Callable[[Site], object] = lambda site: site,
    *,
    google: bool = True,
    protect: bool = True,
    existing: Iterable[str] = (),
) -> Plan:
    """What `build` makes in a cluster of Google's with a gateway, or in somebody else's."""
    there = [CLUSTER, "own/namespaces/certificates", *existing]
    return plan(lambda: build(Site(google=google, protect=protect)), existing=there)


def _of_google() -> Cluster:
    return Cluster(
        name="main",
        region="europe-west1",
        provider=kubernetes.Provider("main", cluster_identifier=CLUSTER),
        identifier=CLUSTER,
        google=GoogleFacts(workload_pool="acme-prod.svc.id.goog"),
    )


def _of_somebody() -> Cluster:
    return Cluster(
        name="main",
        region="europe-west1",
        provider=kubernetes.Provider("main", cluster_identifier="own"),
        gateway_class="istio",
        balancer_ranges=("10.0.0.0/16",),
        tls_secret="certificates/acme-com",
    )
