"""A certificate of Google's for one host, proved by a record of its own and not by where the host points.

Owns the proof, the certificate, and the proof's record where there is a zone for it. Does not own the map
that puts it to use. It is issued, and renewed, while that record stands: before the host moves here, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import certificatemanager, dns

from components.environment import Environment

CERTIFICATE_MANAGER_API = "certificatemanager.googleapis.com"
DNS_API = "dns.googleapis.com"
_RECORD_SECONDS = 300
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


@dataclass(frozen=True, kw_only=True)
class ManagedCertificateArgs:
    """Whose certificate.

    Attributes:
        environment: where it lives.
        host: the name it is for, no wildcard.
        dns_zone: Cloud DNS zone that gets the proof's record; without one it is set by hand.
    """

    environment: Environment
    host: str
    dns_zone: str | None = None

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host) or len(self.host) > 64:
            raise ValueError(f"{self.host!r} is no host of a certificate; write one like api.acme.com")


class ManagedCertificate(ComponentResource):
    """A certificate that is on order, or issued.

    Attributes:
        host: the name it is for.
        certificate: the certificate's ID.
        record: the record that proves the host, as a line of a zone file; it must stand as long as the
            certificate is used.
    """

    host: str
    certificate: Output[str]
    record: Output[str]

    def __init__(self, name: str, args: ManagedCertificateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ManagedCertificate", name, None, opts)
        self._name, self._args, self.host = name, args, args.host
        self._project = args.environment.project_using(CERTIFICATE_MANAGER_API)

        proof = self._prove()
        wanted = proof.dns_resource_records[0]
        self.record = Output.format("{} {} {}", wanted.name, wanted.type, wanted.data)
        if args.dns_zone:
            self._write(args.dns_zone, proof)
        self.certificate = self._order(proof).id
        self.register_outputs({"certificate": self.certificate, "record": self.record})

    def _prove(self) -> certificatemanager.DnsAuthorization:
        return certificatemanager.DnsAuthorization(
            self._name,
            name=self._args.environment.physical_name(self._name),
            project=self._project,
            domain=self._args.host,
            # A name of this project's alone: another project may prove the same host at the same time, so
            # that a host can move from one to the other.
            type="PER_PROJECT_RECORD",
            opts=ResourceOptions(parent=self),
        )

    def _write(self, zone: str, proof: certificatemanager.DnsAuthorization) -> dns.RecordSet:
        wanted = proof.dns_resource_records[0]
        return dns.RecordSet(
            f"{self._name}-proof",
            project=self._args.environment.project_using(DNS_API),
            managed_zone=zone,
            name=wanted.name,
            type=wanted.type,
            ttl=_RECORD_SECONDS,
            rrdatas=[wanted.data],
            opts=ResourceOptions(parent=self),
        )

    def _order(self, proof: certificatemanager.DnsAuthorization) -> certificatemanager.Certificate:
        return certificatemanager.Certificate(
            self._name,
            name=self._args.environment.physical_name(self._name),
            project=self._project,
            scope="DEFAULT",
            managed={"domains": [self._args.host], "dns_authorizations": [proof.id]},
            opts=ResourceOptions(parent=self),
        )
