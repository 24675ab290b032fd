"""What must be there before llm_gateway is brought up."""

from __future__ import annotations

from collections.abc import Iterator

from services.llm_gateway.fleet import sites, vendor_site
from services.llm_gateway.keys import entries
from services.llm_gateway.settings import LlmGatewaySettings
from services.prerequisites import secrets_kept_by_hand, zone_of


def llm_gateway_prerequisites(settings: LlmGatewaySettings, project: str) -> Iterator[str]:
    """Google Cloud resources by full name, each once."""
    wanted, vendor = sites(settings), vendor_site(settings)
    every = entries([*wanted, *([vendor] if vendor else [])]).values()
    found = [*secrets_kept_by_hand((entry.setting for entry in every), project)]
    for site in wanted:
        found += zone_of(site.domain, project)
    yield from dict.fromkeys(found)
