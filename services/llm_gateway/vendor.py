"""What is left to the team where Axiom operates the gateway: a copy of the routing, and the uptime check.

Owns the bucket with the routing file and the check of the endpoint. The keys are in Secret Manager like those
of every gateway; the alerts and the scrape are text among the stack's outputs, since Axiom's metrics come to
no project of the team's by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions

from components.bucket import Bucket, BucketArgs
from components.config_bundle import ConfigBundle, ConfigBundleArgs
from components.environment import Environment
from components.uptime_alert import UptimeAlert, UptimeAlertArgs
from services.llm_gateway.fleet import Site
from services.llm_gateway.routing import ROUTING_FILE, routing_file
from services.llm_gateway.rules import runbook

_SCHEME = "https://"


@dataclass(frozen=True, kw_only=True)
class VendorGatewayArgs:
    """What is left.

    Attributes:
        environment: where it lives.
        site: the gateway that the vendor operates.
        alert_email: who is told when it stops answering; nobody without one.
    """

    environment: Environment
    site: Site
    alert_email: str | None = None


class VendorGateway(ComponentResource):
    """The team's part of a gateway that the vendor operates.

    Attributes:
        routing: address of the routing file, `gs://BUCKET/DIRECTORY/routing.yaml`.
    """

    routing: Output[str]

    def __init__(self, name: str, args: VendorGatewayArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:LlmGatewayVendor", name, None, opts)
        self._name, self._args = name, args

        self.routing = self._publish_routing()
        self._watch()
        self.register_outputs({"routing": self.routing})

    def _publish_routing(self) -> Output[str]:
        bucket = Bucket(
            f"{self._name}-routing",
            BucketArgs(environment=self._args.environment, disposable=True),
            ResourceOptions(parent=self),
        )
        bundle = ConfigBundle(
            f"{self._name}-routing",
            ConfigBundleArgs(bucket=bucket.name, files={ROUTING_FILE: routing_file(self._args.site)}),
            ResourceOptions(parent=self),
        )
        return Output.concat("gs://", bucket.name, "/", bundle.directory, f"/{ROUTING_FILE}")

    def _watch(self) -> None:
        settings = self._args.site.settings
        if self._args.alert_email is None or settings.vendor is None:
            return
        UptimeAlert(
            f"{self._name}-uptime",
            UptimeAlertArgs(
                environment=self._args.environment,
                host=settings.vendor.endpoint.removeprefix(_SCHEME),
                email=self._args.alert_email,
                path=settings.vendor.health_path,
                advice=f"Axiom operates it. Runbook: {runbook(settings.alerts, 'no-answer')}",
            ),
            ResourceOptions(parent=self),
        )
