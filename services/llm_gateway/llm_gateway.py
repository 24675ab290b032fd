"""llm_gateway: every gateway of a stack, in its clusters and at its vendor's, and what they share.

Owns how the parts are put together: secrets and Postgres are one for the fleet, everything else stands beside
the pods it serves. Where the hosting is the vendor's, no cluster is needed, and none is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions

from components.armor_policy import ArmorPolicy, ArmorPolicyArgs
from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.metric_alerts import MetricAlerts, MetricAlertsArgs
from components.postgres import Postgres
from components.secret import SecretRef
from components.uptime_alert import UptimeAlert, UptimeAlertArgs
from services.clusters.clusters import Clusters
from services.foundation import Foundation
from services.llm_gateway.database import database_key, postgres_args
from services.llm_gateway.fleet import SYSTEM, Site, sites, vendor_site
from services.llm_gateway.keys import Keys, KeysArgs
from services.llm_gateway.monitoring import managed_rules
from services.llm_gateway.rules import runbook
from services.llm_gateway.settings import LlmGatewaySettings
from services.llm_gateway.site import GatewaySite, GatewaySiteArgs
from services.llm_gateway.vendor import VendorGateway, VendorGatewayArgs
from services.settings import DomainSettings
from services.stack_secrets import StackSecrets

CONFIG_NAMESPACE = "llm_gateway"
"""What the keys of its secret values in a stack's configuration begin with."""


@dataclass(frozen=True, kw_only=True)
class LlmGatewayArgs:
    """What llm_gateway is.

    Attributes:
        foundation: the ground it stands on.
        settings: its settings.
        clusters: the stack's clusters; none where the vendor hosts it.
        alert_email: who is told when something is wrong; nobody without one.
    """

    foundation: Foundation
    settings: LlmGatewaySettings
    clusters: Clusters | None = None
    alert_email: str | None = None

    def __post_init__(self) -> None:
        there = set(self.clusters.gateways) if self.clusters else set()
        for site in sites(self.settings):
            if site.cluster not in there:
                raise ValueError(
                    f"{site.name} has no way in; write clusters=… with a gateway in {site.cluster}"
                )


class LlmGateway(ComponentResource):
    """llm_gateway.

    Attributes:
        settings: what it was made from.
        environment: where it is.
        clusters: the clusters it may be in, by name.
        sites: each gateway in a cluster, by its site's name.
        vendor: the team's part of the vendor's gateway; `None` without one.
        keys: its secrets.
        postgres: the database of all clusters; `None` where every one is given.
    """

    settings: LlmGatewaySettings
    environment: Environment
    clusters: dict[str, Cluster]
    sites: dict[str, GatewaySite]
    vendor: VendorGateway | None
    keys: Keys
    postgres: Postgres | None

    def __init__(self, name: str, args: LlmGatewayArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:LlmGateway", name, None, opts)
        self.settings, self._args = args.settings, args
        self.clusters = args.clusters.clusters if args.clusters else {}
        self._gateways = args.clusters.gateways if args.clusters else {}
        self._foundation, self.environment = args.foundation, args.foundation.environment
        wanted, vendor = sites(args.settings), vendor_site(args.settings)

        self.keys = self._create_keys([*wanted, *([vendor] if vendor else [])])
        self.postgres = self._create_postgres()
        guarded = dict(self._guarded(wanted))
        policies = {gateway: self._guard(gateway, domain) for gateway, domain in guarded.items()}
        self.sites = {site.name: self._create_site(site, policies.get(site.gateway)) for site in wanted}
        self.vendor = self._create_vendor(vendor) if vendor else None
        self._watch(wanted)
        self._alert()
        self.register_outputs({"routes": {each: site.route for each, site in self.sites.items()}})

    def _create_keys(self, wanted: list[Site]) -> Keys:
        secrets = StackSecrets(self.environment.stack, CONFIG_NAMESPACE)
        return Keys(
            f"{SYSTEM}-keys",
            KeysArgs(environment=self.environment, sites=wanted, secrets=secrets),
            ResourceOptions(parent=self),
        )

    def _create_postgres(self) -> Postgres | None:
        args = postgres_args(
            self.settings, self.environment, network=self._foundation.network.services_network
        )
        return Postgres(f"{SYSTEM}-postgres", args, ResourceOptions(parent=self)) if args else None

    def _guarded(self, wanted: list[Site]) -> Iterator[tuple[str, DomainSettings]]:
        """The gateways that a load balancer of Google's leads to, and their domains."""
        for site in wanted:
            if site.domain and self.clusters[site.cluster].google:
                yield site.gateway, site.domain

    def _guard(self, gateway: str, domain: DomainSettings) -> Output[str]:
        return ArmorPolicy(
            gateway,
            ArmorPolicyArgs(
                environment=self.environment,
                requests_per_minute=domain.requests_per_minute,
                waf=domain.waf,
            ),
            ResourceOptions(parent=self),
        ).policy_name

    def _create_site(self, site: Site, policy: Output[str] | None) -> GatewaySite:
        cluster, network = self.clusters[site.cluster], self._foundation.network
        return GatewaySite(
            site.name,
            GatewaySiteArgs(
                environment=self.environment,
                cluster=cluster,
                gateway=self._gateways[site.cluster],
                site=site,
                network=network.services_network,
                services_cidr=network.services_cidr,
                database=self._database_of(site),
                keys=self.keys.refs,
                security_policy=policy if cluster.google else None,
            ),
            cluster.options(self),
        )

    def _database_of(self, site: Site) -> SecretRef | None:
        if self.postgres is None or site.settings.postgres is None:
            return None
        return self.postgres.secret_env({database_key(site): "URL"})["URL"]

    def _create_vendor(self, site: Site) -> VendorGateway:
        return VendorGateway(
            site.name,
            VendorGatewayArgs(environment=self.environment, site=site, alert_email=self._args.alert_email),
            ResourceOptions(parent=self),
        )

    def _watch(self, wanted: list[Site]) -> None:
        """One check for each host name, wherever it is answered."""
        email = self._args.alert_email
        for gateway, site in sorted({site.gateway: site for site in wanted}.items()):
            if email and site.domain:
                UptimeAlert(
                    f"{gateway}-uptime",
                    UptimeAlertArgs(
                        environment=self.environment,
                        host=site.domain.name,
                        email=email,
                        path=site.settings.health.readiness,
                        advice=f"Runbook: {runbook(self.settings.alerts, 'no-answer')}",
                    ),
                    ResourceOptions(parent=self),
                )

    def _alert(self) -> None:
        google = [name for name, cluster in self.clusters.items() if cluster.google]
        if rules := managed_rules(self.settings, self.environment, google):
            MetricAlerts(
                f"{SYSTEM}-alerts",
                MetricAlertsArgs(environment=self.environment, rules=rules, email=self._args.alert_email),
                ResourceOptions(parent=self),
            )
