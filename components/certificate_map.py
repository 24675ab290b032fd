"""Which certificate a load balancer shows for which host.

Owns the map and its entries. Does not own the certificates. One map serves every gateway of a stack, and a
host more or less is an entry more or less: no gateway is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import certificatemanager

from components.environment import Environment
from components.managed_certificate import CERTIFICATE_MANAGER_API, ManagedCertificate


@dataclass(frozen=True, kw_only=True)
class CertificateMapArgs:
    """What is in the map.

    Attributes:
        environment: where it lives.
        certificates: the certificates, each for its own host.
    """

    environment: Environment
    certificates: Sequence[ManagedCertificate]


class CertificateMap(ComponentResource):
    """A map of certificates.

    Attributes:
        map_name: its name, known once every certificate is in it.
    """

    map_name: Output[str]

    def __init__(self, name: str, args: CertificateMapArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:CertificateMap", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(CERTIFICATE_MANAGER_API)

        created = self._create()
        entries = [self._enter(created, certificate) for certificate in args.certificates]

        self.map_name = Output.all(created.name, *(entry.hostname for entry in entries)).apply(
            lambda known: str(known[0])
        )
        self.register_outputs({"map_name": self.map_name})

    def _create(self) -> certificatemanager.CertificateMap:
        return certificatemanager.CertificateMap(
            self._name,
            name=self._args.environment.physical_name(self._name),
            project=self._project,
            opts=ResourceOptions(parent=self),
        )

    def _enter(
        self, entered: certificatemanager.CertificateMap, certificate: ManagedCertificate
    ) -> certificatemanager.CertificateMapEntry:
        name = f"{self._name}-{certificate.host}"
        return certificatemanager.CertificateMapEntry(
            name,
            name=self._args.environment.physical_name(name),
            project=self._project,
            map=entered.name,
            hostname=certificate.host,
            certificates=[certificate.certificate],
            opts=ResourceOptions(parent=self),
        )
