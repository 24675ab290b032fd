"""AXIS: an API on Cloud Run before its data stores, its frontend, its daily sync, its entrance.

Owns how the parts are put together. The addresses of the API and the frontend both follow from the settings,
so neither waits for the other: that is what breaks the circle of NEXT_PUBLIC_API_URL and FRONTEND_URL.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions

from components.cloud_run_service import service_url
from components.http_schedule import HttpSchedule, HttpScheduleArgs
from components.https_load_balancer import HttpsLoadBalancer, HttpsLoadBalancerArgs
from components.secret import Secret, SecretArgs, SecretRef
from components.service_account import ServiceAccount, ServiceAccountArgs
from components.uptime_alert import UptimeAlert, UptimeAlertArgs
from services.axis.api import AxisApi, AxisApiArgs
from services.axis.contract import frontend_origins
from services.axis.duckdb_storage import needs_keeper
from services.axis.frontend import AxisFrontend, AxisFrontendArgs
from services.axis.settings import SCHEDULER, AxisSettings
from services.axis.stores import AxisStores, AxisStoresArgs
from services.foundation import Foundation
from services.stack_secrets import StackSecrets

API_NAME = "axis-api"
CONFIG_NAMESPACE = "axis"
"""What the keys of its secret values in a stack's configuration begin with."""


@dataclass(frozen=True, kw_only=True)
class AxisArgs:
    """What AXIS is.

    Attributes:
        foundation: the ground it stands on.
        settings: its settings.
        alert_email: who is told when its API stops answering; nobody without one.
    """

    foundation: Foundation
    settings: AxisSettings
    alert_email: str | None = None


class Axis(ComponentResource):
    """AXIS.

    Attributes:
        api: the API.
        api_url: the API's public address.
        stores: its data stores.
        frontend: its frontend.
        frontend_url: the frontend's public address.
        entrance: the load balancer; `None` where there is no domain.
    """

    api: AxisApi
    api_url: str
    stores: AxisStores
    frontend: AxisFrontend
    frontend_url: str
    entrance: HttpsLoadBalancer | None

    def __init__(self, name: str, args: AxisArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:Axis", name, None, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._environment = args.foundation.environment
        self._secrets = StackSecrets(self._environment.stack, CONFIG_NAMESPACE)
        self._service_url = service_url(self._environment, API_NAME)
        self.api_url = self._public_url()
        self.frontend_url = frontend_origins(self._settings)[0]

        account = self._create_account("api", "AXIS API")
        scheduler = self._create_account("scheduler", "Asks the AXIS API to sync")
        self.stores = self._create_stores(account)
        self.api = self._create_api(account, scheduler, self._create_secrets(account))
        self.frontend = self._create_frontend()
        self.entrance = self._create_entrance()
        self._schedule_syncs(scheduler)
        self._watch()
        self.register_outputs({"api_url": self.api_url, "frontend_url": self.frontend_url})

    def _public_url(self) -> str:
        return f"https://{self._settings.domain.name}" if self._settings.domain else self._service_url

    def _create_account(self, role: str, display_name: str) -> ServiceAccount:
        return ServiceAccount(
            f"{self._name}-{role}",
            ServiceAccountArgs(environment=self._environment, display_name=display_name),
            ResourceOptions(parent=self),
        )

    def _create_stores(self, account: ServiceAccount) -> AxisStores:
        return AxisStores(
            f"{self._name}-stores",
            AxisStoresArgs(foundation=self._args.foundation, settings=self._settings, reader=account.member),
            ResourceOptions(parent=self),
        )

    def _create_secrets(self, account: ServiceAccount) -> dict[str, SecretRef]:
        """The secret variables of the stack, each readable by the API alone."""
        return {
            variable: Secret(
                f"{self._name}-{variable.lower().replace('_', '-')}",
                SecretArgs(
                    environment=self._environment,
                    source=self._secrets.source(variable, setting),
                    readers={API_NAME: account.member},
                ),
                ResourceOptions(parent=self),
            ).ref
            for variable, setting in sorted(self._settings.secrets.items())
        }

    def _create_api(
        self, account: ServiceAccount, scheduler: ServiceAccount, secrets: dict[str, SecretRef]
    ) -> AxisApi:
        return AxisApi(
            API_NAME,
            AxisApiArgs(
                foundation=self._args.foundation,
                settings=self._settings,
                account=account,
                stores=self.stores,
                secrets=secrets,
                invokers={SCHEDULER: scheduler.member},
            ),
            ResourceOptions(parent=self),
        )

    def _create_frontend(self) -> AxisFrontend:
        return AxisFrontend(
            f"{self._name}-frontend",
            AxisFrontendArgs(
                foundation=self._args.foundation, settings=self._settings.frontend, api_url=self.api_url
            ),
            ResourceOptions(parent=self),
        )

    def _create_entrance(self) -> HttpsLoadBalancer | None:
        """The document's proxy: `/api/` and `/health` to the API, the rest to a frontend that is here."""
        domain, frontend = self._settings.domain, self.frontend.service
        if domain is None:
            return None
        backends = {"api": self.api.service.service_name}
        if frontend:
            backends["frontend"] = frontend.service_name
        return HttpsLoadBalancer(
            self._name,
            HttpsLoadBalancerArgs(
                environment=self._environment,
                domains=[domain.name],
                backends=backends,
                default_backend="frontend" if frontend else "api",
                routes={"/api/*": "api", "/health": "api"} if frontend else {},
                dns_zone=domain.dns_zone,
                requests_per_minute=domain.requests_per_minute,
                waf=domain.waf,
            ),
            ResourceOptions(parent=self),
        )

    def _schedule_syncs(self, scheduler: ServiceAccount) -> None:
        """One job a dataset, so that one that fails is tried again by itself."""
        duckdb, sync = self._settings.duckdb, self._settings.duckdb.sync
        if not duckdb.enabled or sync.schedule is None:
            return
        for dataset in sorted(sync.datasets):
            path = sync.path.format(dataset=dataset)
            HttpSchedule(
                f"{self._name}-sync-{dataset.replace('_', '-')}",
                HttpScheduleArgs(
                    environment=self._environment,
                    schedule=sync.schedule,
                    time_zone=sync.time_zone,
                    # Cloud Run's own address also where there is a domain: that way the call stays inside.
                    url=Output.concat(self.api.service.url, path),
                    audience=self._service_url,
                    service_account=scheduler.email,
                    description=f"Brings AXIS's {dataset} data from Postgres into DuckDB",
                ),
                ResourceOptions(parent=self),
            )

    def _watch(self) -> None:
        if self._args.alert_email is None or not self._settings.api.public:
            return
        UptimeAlert(
            f"{self._name}-uptime",
            UptimeAlertArgs(
                environment=self._environment,
                host=self.api_url.removeprefix("https://"),
                email=self._args.alert_email,
                advice="`/health` names the part that is down. Begin with the API's logs in Cloud Run.",
            ),
            ResourceOptions(parent=self),
        )


def builds_images(settings: AxisSettings) -> bool:
    """Whether anything is built here, for which Docker has to run; else every image comes from elsewhere."""
    keeper = needs_keeper(settings) and settings.duckdb.keeper_image is None
    return keeper or settings.api.image is None or settings.frontend.source is not None
