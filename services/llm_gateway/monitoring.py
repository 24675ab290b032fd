"""What is watched, by whom: managed Prometheus in clusters of Google's, a team's own Prometheus elsewhere.

Pure data. The alerts are the same questions everywhere: rendered as policies for what Google collects, and as
files of rules beside the scrape configuration for each cluster, and each vendor, that Google does not see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from components.alert_rule import AlertRule, rules_file
from components.environment import Environment
from components.kubernetes.cluster import Cluster
from services.llm_gateway.fleet import VENDOR, Site, sites, vendor_site
from services.llm_gateway.rules import GROUP, Rules
from services.llm_gateway.scrape import Target, scrape_config
from services.llm_gateway.settings import LlmGatewaySettings

_SCHEME = "https://"


@dataclass(frozen=True, kw_only=True)
class OwnPrometheus:
    """What a Prometheus of the team's own is given.

    Attributes:
        scrape: the part of its configuration that scrapes.
        rules: its file of rules.
    """

    scrape: str
    rules: str


def managed_rules(
    settings: LlmGatewaySettings, environment: Environment, google: Collection[str]
) -> list[AlertRule]:
    """The alerts on what managed Prometheus collects; none where no cluster of `google` has a gateway."""
    watched = [site for site in sites(settings) if site.cluster in google]
    return _rules(settings, environment, watched) if watched else []


def own_prometheus(
    settings: LlmGatewaySettings, environment: Environment, clusters: Mapping[str, Cluster]
) -> dict[str, OwnPrometheus]:
    """What the Prometheus of each cluster that is not Google's is given, and one for the vendor's gateway."""
    watched: dict[str, list[Site]] = {}
    for site in sites(settings):
        if site.cluster in clusters and clusters[site.cluster].google is None:
            watched.setdefault(site.cluster, []).append(site)
    if vendor := vendor_site(settings):
        watched[VENDOR] = [vendor]
    return {
        name: OwnPrometheus(
            scrape=scrape_config(
                [_target(site, environment) for site in there],
                interval_seconds=settings.metrics.interval_seconds,
            ),
            rules=rules_file(GROUP, _rules(settings, environment, there)),
        )
        for name, there in watched.items()
    }


def namespace_of(site: Site, environment: Environment) -> str:
    """The value of the label `namespace` of a gateway's series, and its namespace where it has one."""
    return environment.physical_name(site.gateway)


def _rules(
    settings: LlmGatewaySettings, environment: Environment, watched: Collection[Site]
) -> list[AlertRule]:
    clusters = Counter(namespace_of(site, environment) for site in watched)
    return Rules(settings.metrics, settings.alerts, namespaces=sorted(clusters)).all(clusters)


def _target(site: Site, environment: Environment) -> Target:
    vendor = site.settings.vendor if site.cluster == VENDOR else None
    return Target(
        namespace=namespace_of(site, environment),
        cluster=site.cluster,
        port=site.settings.port,
        address=f"{vendor.endpoint.removeprefix(_SCHEME)}:443" if vendor else None,
        scheme="https" if vendor else "http",
    )
