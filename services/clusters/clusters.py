"""The clusters of a stack, and the one way into each: what systems in clusters stand on, and share.

Owns how clusters, certificates, gateways and public records are put together. Does not own what runs there:
each system is handed the clusters and hangs its routes on the gateways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import ComponentResource, Output, ResourceOptions

from components.certificate_map import CertificateMap, CertificateMapArgs
from components.kubernetes.cluster import Cluster
from components.kubernetes.gateway import Gateway, GatewayArgs
from components.kubernetes.gke_cluster import CONTAINER_API
from components.managed_certificate import ManagedCertificate, ManagedCertificateArgs
from components.public_record import PublicRecord, PublicRecordArgs
from components.service_agent import ServiceAgent, ServiceAgentArgs
from services.clusters.access import found, made_here
from services.clusters.settings import KubernetesSettings
from services.foundation import Foundation


@dataclass(frozen=True, kw_only=True)
class ClustersArgs:
    """What there is.

    Attributes:
        foundation: what the clusters stand on.
        settings: the clusters.
        hosts: public name to the clusters that answer to it.
        dns_zones: public name to the Cloud DNS zone that gets its records; those without one are set by hand.
    """

    foundation: Foundation
    settings: KubernetesSettings
    hosts: Mapping[str, Sequence[str]]
    dns_zones: Mapping[str, str] = field(default_factory=dict)


class Clusters(ComponentResource):
    """Clusters that can be used.

    Attributes:
        settings: what they were made from.
        clusters: each by its short name.
        gateways: the way into each that has a public name, by the cluster's.
        records: the DNS records to set by hand, each as a line of a zone file.
    """

    settings: KubernetesSettings
    clusters: dict[str, Cluster]
    gateways: dict[str, Gateway]
    records: list[Output[str]]

    def __init__(self, name: str, args: ClustersArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:Clusters", name, None, opts)
        self._args, self._environment = args, args.foundation.environment
        self.settings, self.records = args.settings, []

        self.clusters = self._obtain()
        certificates = self._certify()
        self.gateways = {each: self._gateway(each, certificates) for each in self._entered()}
        for host in sorted(args.hosts):
            self._publish(host)
        self.register_outputs({"clusters": sorted(self.clusters)})

    def _obtain(self) -> dict[str, Cluster]:
        foundation, wanted = self._args.foundation, sorted(self._args.settings.clusters.items())
        clusters = {name: found(name, each, foundation, self) for name, each in wanted if each.existing}
        if made := {name: each for name, each in wanted if not each.existing}:
            agent = ServiceAgent(
                "clusters-agent",
                ServiceAgentArgs(environment=self._environment, api=CONTAINER_API),
                ResourceOptions(parent=self),
            ).member
            clusters |= {name: made_here(name, each, foundation, agent, self) for name, each in made.items()}
        return clusters

    def _entered(self) -> list[str]:
        """The clusters that have a public name."""
        return sorted({name for names in self._args.hosts.values() for name in names})

    def _certify(self) -> CertificateMap | None:
        """One map for all gateways of Google's: a name is the same wherever it is answered."""
        hosts = [
            host
            for host, names in sorted(self._args.hosts.items())
            if any(self.clusters[name].google for name in names)
        ]
        if not hosts:
            return None
        certificates = [self._certificate(host) for host in hosts]
        return CertificateMap(
            "certificates",
            CertificateMapArgs(environment=self._environment, certificates=certificates),
            ResourceOptions(parent=self),
        )

    def _certificate(self, host: str) -> ManagedCertificate:
        zone = self._args.dns_zones.get(host)
        certificate = ManagedCertificate(
            f"certificate-{host}",
            ManagedCertificateArgs(environment=self._environment, host=host, dns_zone=zone),
            ResourceOptions(parent=self),
        )
        if zone is None:
            self.records.append(certificate.record)
        return certificate

    def _gateway(self, name: str, certificates: CertificateMap | None) -> Gateway:
        cluster, existing = self.clusters[name], self._args.settings.clusters[name].existing
        return Gateway(
            f"gateway-{name}",
            GatewayArgs(
                environment=self._environment,
                cluster=cluster,
                certificate_map=certificates.map_name if certificates and cluster.google else None,
                address=existing.gateway_address if existing else None,
            ),
            cluster.options(self),
        )

    def _publish(self, host: str) -> None:
        addresses: dict[str, list[Output[str]]] = {}
        for name in sorted(self._args.hosts[host]):
            if self._has_address(name):
                addresses.setdefault(self.clusters[name].region, []).append(self.gateways[name].address)
        zone = self._args.dns_zones.get(host)
        if zone is None:
            every = [address for region in sorted(addresses) for address in addresses[region]]
            self.records += [Output.format("{}. A {}", host, address) for address in every]
        elif addresses:
            PublicRecord(
                f"record-{host}",
                PublicRecordArgs(environment=self._environment, zone=zone, host=host, addresses=addresses),
                ResourceOptions(parent=self),
            )

    def _has_address(self, name: str) -> bool:
        existing = self._args.settings.clusters[name].existing
        return self.clusters[name].google is not None or bool(existing and existing.gateway_address)
