"""HTTPS at a load balancer's address: the certificate, the TLS versions, and the way in to the URL map.

Owns those. Does not own the address or the routes behind it.

The certificate is Google's classic managed one: it needs no other API, and proves the domain by the very
record that points at the address. It is issued within an hour of that record; until then HTTPS is refused.
Certificate Manager would be worth its resources for wildcards, or to issue before a record moves here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import compute

from components.environment import Environment
from components.serverless_backend import COMPUTE_API, LOAD_BALANCING_SCHEME, name_hash
from components.tls_policy import create_tls_policy


@dataclass(frozen=True, kw_only=True)
class HttpsEntranceArgs:
    """What leads where.

    Attributes:
        environment: where it lives.
        domains: the names on the certificate.
        address: the load balancer's public address.
        routes: ID of the URL map that requests are sent through.
    """

    environment: Environment
    domains: Sequence[str]
    address: Input[str]
    routes: Input[str]


class HttpsEntrance(ComponentResource):
    """Port 443 of a load balancer.

    Attributes:
        address: the address, once it takes requests.
    """

    address: Output[str]

    def __init__(self, name: str, args: HttpsEntranceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:HttpsEntrance", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(COMPUTE_API)
        self._physical_name = args.environment.physical_name(name)

        proxy = self._create_proxy(self._order_certificate(), create_tls_policy(name, args.environment, self))
        self.address = self._open(proxy).ip_address
        self.register_outputs({"address": self.address})

    def _order_certificate(self) -> compute.ManagedSslCertificate:
        """A certificate named for its domains: other domains are another one, in use before this one goes."""
        domains = sorted(self._args.domains)
        return compute.ManagedSslCertificate(
            self._name,
            name=self._args.environment.physical_name(f"{self._name}-{name_hash(','.join(domains))}"),
            project=self._project,
            managed=compute.ManagedSslCertificateManagedArgs(domains=domains),
            # Said, since the provider deletes first whatever has a name of our own, even where it changes;
            # Google refuses that while the old certificate is in use.
            opts=ResourceOptions(parent=self, delete_before_replace=False),
        )

    def _create_proxy(
        self, certificate: compute.ManagedSslCertificate, tls: compute.SSLPolicy
    ) -> compute.TargetHttpsProxy:
        return compute.TargetHttpsProxy(
            self._name,
            name=self._physical_name,
            project=self._project,
            url_map=self._args.routes,
            ssl_certificates=[certificate.id],
            ssl_policy=tls.id,
            opts=ResourceOptions(parent=self),
        )

    def _open(self, proxy: compute.TargetHttpsProxy) -> compute.GlobalForwardingRule:
        return compute.GlobalForwardingRule(
            self._name,
            name=self._physical_name,
            project=self._project,
            load_balancing_scheme=LOAD_BALANCING_SCHEME,
            ip_address=self._args.address,
            port_range="443",
            target=proxy.id,
            opts=ResourceOptions(parent=self),
        )
