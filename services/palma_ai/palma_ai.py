"""palma_ai: the agent on a group of machines, its secrets, and its way in.

Owns how the parts are put together. With a domain the public reaches it, at a load balancer with a managed
certificate; without one the network does, at a private name, and nginx shows a certificate of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import storage

from components.bucket import STORAGE_API
from components.https_load_balancer import HttpsLoadBalancer, HttpsLoadBalancerArgs
from components.internal_balancer import InternalBalancer, InternalBalancerArgs
from components.secret import Secret, SecretArgs, SecretRef
from components.service_account import ServiceAccount, ServiceAccountArgs
from components.stateful_vm import LOG_AND_METRIC_WRITER
from components.uptime_alert import UptimeAlert, UptimeAlertArgs
from components.vm_service import VmService
from components.vm_service_args import VmServiceArgs
from services.foundation import Foundation
from services.palma_ai.machine import SERVICE, host, machine
from services.palma_ai.settings import PalmaAiSettings
from services.settings import SecretSetting
from services.stack_secrets import StackSecrets

CONFIG_NAMESPACE = "palma_ai"
"""What the keys of its secret values in a stack's configuration begin with."""


@dataclass(frozen=True, kw_only=True)
class PalmaAiArgs:
    """What palma_ai is.

    Attributes:
        foundation: the ground it stands on.
        settings: its settings.
        alert_email: who is told when it stops answering at its domain; nobody without one.
    """

    foundation: Foundation
    settings: PalmaAiSettings
    alert_email: str | None = None


class PalmaAi(ComponentResource):
    """palma_ai.

    Attributes:
        url: its address, once requests to it have a way in.
        address: the IP address behind it, for a record that is set by hand.
        revision: what it serves.
    """

    url: Output[str]
    address: Output[str]
    revision: str

    def __init__(self, name: str, args: PalmaAiArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:PalmaAi", name, None, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._foundation, self._environment = args.foundation, args.foundation.environment
        self._secrets = StackSecrets(self._environment.stack, CONFIG_NAMESPACE)
        self._host = host(self._settings, name, self._foundation.zone.domain)
        self.revision = self._settings.source.revision

        self._account = self._create_account()
        self._let_it_read_archives()
        self.url, self.address = self._open(self._create_service())
        self._watch()
        self.register_outputs({"url": self.url, "address": self.address})

    def _create_account(self) -> ServiceAccount:
        return ServiceAccount(
            self._name,
            ServiceAccountArgs(
                environment=self._environment,
                display_name="palma_ai's machines",
                project_roles=LOG_AND_METRIC_WRITER,
            ),
            ResourceOptions(parent=self),
        )

    def _create_secret(self, name: str, setting: SecretSetting) -> SecretRef:
        return Secret(
            f"{self._name}-{name.lower().replace('_', '-')}",
            SecretArgs(
                environment=self._environment,
                source=self._secrets.source(name, setting),
                readers={SERVICE: self._account.member},
            ),
            ResourceOptions(parent=self),
        ).ref

    def _create_service(self) -> VmService:
        settings, network, region = self._settings, self._foundation.network, self._environment.region
        token, certificate = settings.source.token, settings.certificate
        return VmService(
            self._name,
            VmServiceArgs(
                environment=self._environment,
                service_account=self._account,
                network=network.network,
                subnet=network.vm_subnet,
                client_ranges=() if settings.domain else (network.egress_cidr, network.vm_cidr),
                machine=machine(settings, project=self._environment.project, host=self._host),
                revision=self.revision,
                env=settings.env,
                secrets={
                    name: self._create_secret(name, each)
                    for name, each in sorted(settings.all_secrets.items())
                },
                source_token=self._create_secret("SOURCE_TOKEN", token) if token else None,
                certificate=(
                    self._create_secret("TLS_CERTIFICATE", certificate.chain),
                    self._create_secret("TLS_KEY", certificate.key),
                )
                if certificate
                else None,
                machine_type=settings.machine_type,
                machines=settings.machines,
                zones=[f"{region}-{letter}" for letter in settings.zones],
                disk_size_gb=settings.disk_size_gb,
                first_start_seconds=settings.first_start_seconds,
            ),
            ResourceOptions(parent=self),
        )

    def _let_it_read_archives(self) -> None:
        if bucket := self._settings.source.bucket:
            project = Output.from_input(self._environment.project_using(STORAGE_API))
            storage.BucketIAMMember(
                f"{self._name}-source",
                # It takes no project, which would tell when the API can be used.
                bucket=project.apply(lambda _: bucket),
                role="roles/storage.objectViewer",
                member=self._account.member,
                opts=ResourceOptions(parent=self),
            )

    def _open(self, service: VmService) -> tuple[Output[str], Output[str]]:
        domain = self._settings.domain
        if domain is None:
            private = InternalBalancer(
                self._name,
                InternalBalancerArgs(
                    environment=self._environment,
                    machines=service.machines,
                    subnet=self._foundation.network.vm_subnet,
                    zone=self._foundation.zone,
                ),
                ResourceOptions(parent=self),
            )
            return Output.concat("https://", private.host), private.address
        public = HttpsLoadBalancer(
            self._name,
            HttpsLoadBalancerArgs(
                environment=self._environment,
                domains=[domain.name],
                backends={"agent": service.machines},
                default_backend="agent",
                dns_zone=domain.dns_zone,
                requests_per_minute=domain.requests_per_minute,
                waf=domain.waf,
            ),
            ResourceOptions(parent=self),
        )
        return public.url, public.address

    def _watch(self) -> None:
        if self._args.alert_email is None or self._settings.domain is None:
            return
        UptimeAlert(
            f"{self._name}-uptime",
            UptimeAlertArgs(
                environment=self._environment,
                host=self._host,
                email=self._args.alert_email,
                path=self._settings.process.health_path,
                advice="Begin with `journalctl -u 'palma-ai@*' -u release -u nginx` on a machine.",
            ),
            ResourceOptions(parent=self),
        )
