"""What can't be deployed of llm_gateway's settings, told by setting, before anything is made.

Owns which setting a refusal belongs to. Where a component has the rule, the component is asked, with the
settings' values and a stand-in for what is known only once something exists. What is wrong in one cluster
alone is told of that cluster.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.environment import Environment
from components.redis import RedisArgs
from services.clusters.settings import KubernetesSettings
from services.llm_gateway import pods
from services.llm_gateway.connections import opened_by, taken_by
from services.llm_gateway.database import postgres_args
from services.llm_gateway.fleet import VENDOR, Site, base_sites, sites
from services.llm_gateway.key_checks import (
    clash_refusals,
    credential_refusals,
    section,
    sharing_refusals,
    variable_refusals,
)
from services.llm_gateway.llm_gateway import CONFIG_NAMESPACE
from services.llm_gateway.settings import LlmGatewaySettings
from services.refusals import Refusal, refused
from services.stack_secrets import StackSecrets

_LATER = "-"
"""Stands for a value that another resource will have."""

_SOME_RANGE = "10.0.0.0/24"


def llm_gateway_refusals(
    settings: LlmGatewaySettings, kubernetes: KubernetesSettings | None, environment: Environment
) -> Iterator[Refusal]:
    """Each setting that can't be deployed, with the reason and what to write instead."""
    # Only where every cluster is known can what is in them be judged.
    found = [*_clusters(settings, kubernetes)] or [*_parts(settings, kubernetes, environment)]
    yield from (Refusal(f"llm_gateway.{each.key}", each.reason) for each in found)


def _parts(
    settings: LlmGatewaySettings, kubernetes: KubernetesSettings | None, environment: Environment
) -> Iterator[Refusal]:
    everywhere = dict.fromkeys(
        refusal for site in base_sites(settings) for refusal in _site(site, environment)
    )
    yield from everywhere
    for site in sites(settings):
        for refusal in _site(site, environment):
            if refusal not in everywhere:
                yield Refusal(f"clusters.{site.cluster}.{refusal.key}", refusal.reason)
    every, secrets = (
        [*base_sites(settings), *sites(settings)],
        StackSecrets(environment.stack, CONFIG_NAMESPACE),
    )
    yield from dict.fromkeys(clash_refusals(every))
    yield from sharing_refusals(every, secrets)
    yield from _postgres(settings, environment)
    if kubernetes and settings.hosting != "vendor":
        yield from _given_stores(settings, kubernetes)


def _clusters(settings: LlmGatewaySettings, kubernetes: KubernetesSettings | None) -> Iterator[Refusal]:
    """Names of clusters that there are, and that nothing else is called by."""
    there = set(kubernetes.clusters) if kubernetes else set()
    if settings.hosting == "vendor":
        return
    if not settings.clusters:
        yield Refusal("clusters", "is empty; write the clusters it is in, or hosting: vendor")
    for name in sorted(set(settings.clusters) - there):
        known = ", ".join(sorted(there)) or "none yet"
        yield Refusal(
            f"clusters.{name}", f"is no cluster; write one of kubernetes.clusters, which are {known}"
        )
    for name in sorted({*settings.clusters, VENDOR} & {*settings.tenants}):
        yield Refusal(f"tenants.{name}", "is what a cluster is called; write another name")
    for name, tenant in sorted(settings.tenants.items()):
        for cluster in sorted(set(tenant.clusters) - set(settings.clusters)):
            yield Refusal(f"tenants.{name}.clusters", f"{cluster} is none of `clusters`; take it out")
    if settings.hosting == "self" and settings.domain is None and settings.credentials:
        yield Refusal(
            "credentials",
            "there are only tenants without `domain`, and no key is shared with one; write each below the "
            "tenant that it belongs to",
        )
    yield from _one_host_each(settings)


def _one_host_each(settings: LlmGatewaySettings) -> Iterator[Refusal]:
    taken = {settings.domain.name: "domain"} if settings.domain else {}
    for name, tenant in sorted(settings.tenants.items()):
        host, key = tenant.domain.name, f"tenants.{name}.domain"
        if host in taken:
            yield Refusal(f"{key}.name", f"{host} is that of {taken[host]} too; write a host name of its own")
        taken.setdefault(host, key)


def _site(site: Site, environment: Environment) -> Iterator[Refusal]:
    yield from credential_refusals(site, environment)
    yield from variable_refusals(site)
    if site.cluster == VENDOR:
        return
    yield from refused("size", lambda: pods.container(site, pods.versions(site)[pods.STABLE][0]))
    yield from refused("egress", lambda: pods.egress(site, _SOME_RANGE))
    if redis := site.settings.redis:
        sizes = redis.model_dump()
        yield from refused("redis", lambda: RedisArgs(environment=environment, network=_LATER, **sizes))
    yield from _quota(site)


def _quota(site: Site) -> Iterator[Refusal]:
    quota, needed = site.quota, site.needed_quota
    for part in ("cpu", "memory_gb", "pods") if quota else ():
        given, least = getattr(quota, part), getattr(needed, part)
        if given < least:
            yield Refusal(
                f"{section(site)}quota.{part}",
                f"{given} is less than its pods can come to ask for while one version follows another; write "
                f"{least} or more, or a smaller replicas.max",
            )


def _postgres(settings: LlmGatewaySettings, environment: Environment) -> Iterator[Refusal]:
    wrong = [*refused("postgres", lambda: postgres_args(settings, environment, network=_LATER))]
    yield from wrong
    if wrong or settings.postgres is None:
        return
    tier, opened = settings.postgres.tier, opened_by(sites(settings))
    if opened > (taken := taken_by(tier)):
        yield Refusal(
            "postgres.tier",
            f"{tier} takes {taken} connections, and all pods can come to open {opened}; write a tier with "
            "more memory, a smaller size.pool, or a smaller replicas.max",
        )


def _given_stores(settings: LlmGatewaySettings, kubernetes: KubernetesSettings) -> Iterator[Refusal]:
    for name in sorted(settings.clusters):
        there = settings.in_cluster(name)
        if not kubernetes.clusters[name].reaches_the_network:
            yield from _out_of_reach(name, there)
        if (there.postgres is None or there.redis is None) and not there.egress:
            yield Refusal(
                f"clusters.{name}.egress",
                "is empty, and pods reach no store that is given; write its address range and ports, like "
                "[{range: 10.5.0.0/16, ports: [5432, 6379]}]",
            )


def _out_of_reach(name: str, there: LlmGatewaySettings) -> Iterator[Refusal]:
    """A cluster in another network reaches no private address of Cloud SQL or Memorystore."""
    variables = {"postgres": there.variables.database_url, "redis": there.variables.redis_url}
    for store, variable in variables.items():
        if getattr(there, store) is not None:
            yield Refusal(
                f"clusters.{name}.{store}",
                f"is made in the stack's network, whose private addresses {name} does not reach; write "
                f"{store}: null there, and run "
                f"`pulumi config set --secret {CONFIG_NAMESPACE}:{name}-{variable}`",
            )
