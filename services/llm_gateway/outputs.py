"""llm_gateway's stack outputs, named for their readers. None is a secret, or tells one."""

from __future__ import annotations

from typing import Any

from services.llm_gateway.fleet import hosts
from services.llm_gateway.llm_gateway import LlmGateway
from services.llm_gateway.monitoring import own_prometheus
from services.llm_gateway.scrape import RULES_FILE


def llm_gateway_outputs(gateway: LlmGateway) -> dict[str, Any]:
    """Name to value; the names are an interface."""
    settings = gateway.settings
    outputs: dict[str, Any] = {
        "llm_gateway_urls": [f"https://{host}" for host in sorted(hosts(settings))],
        "llm_gateway_namespaces": {name: site.namespace for name, site in gateway.sites.items()},
        "llm_gateway_secrets": {key: ref.secret for key, ref in gateway.keys.refs.items()},
    }
    if settings.image:
        outputs["llm_gateway_images"] = {"stable": settings.image} | (
            {"canary": settings.canary.image} if settings.canary else {}
        )
    if gateway.postgres:
        outputs["llm_gateway_postgres_instance"] = gateway.postgres.connection_name
    if gateway.vendor:
        outputs["llm_gateway_vendor_routing"] = gateway.vendor.routing
    own = own_prometheus(settings, gateway.environment, gateway.clusters)
    if own:
        outputs["llm_gateway_prometheus"] = {
            name: {"prometheus.yaml": files.scrape, RULES_FILE: files.rules} for name, files in own.items()
        }
    return outputs
