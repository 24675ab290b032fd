"""What a gateway's pods are and whom they talk to: pure data of the settings.

Owns the container of a version and of a migration, and the connections that are allowed. The rules of each
are the components' own, so a setting that can't be deployed is found by making these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from components.containers import Probe
from components.kubernetes.cluster import Cluster
from components.kubernetes.peers import Addresses, Allow, Pods, balancer, collectors, internet
from components.kubernetes.pod import PodContainer, Source
from components.kubernetes.workload import Replicas
from services.llm_gateway.fleet import SYSTEM, Site

STABLE, CANARY = "stable", "canary"
TESTERS = {"x-canary": "always"}
"""A request that has it goes to the canary, whatever the canary's share."""

_POSTGRES_PORT, _REDIS_TLS_PORT = 5432, 6378
_STARTUP_SECONDS = 300


def container(
    site: Site, image: str, *, env_from: Sequence[Source] = (), files: Mapping[str, Source] | None = None
) -> PodContainer:
    """The container of a version's pods."""
    size, port = site.settings.size, site.settings.port
    return PodContainer(
        name=SYSTEM,
        image=image,
        port=port,
        env_from=env_from,
        files=files or {},
        scratch={"/tmp": size.scratch_mb},  # noqa: S108 - the pod's own
        cpu_millis=size.cpu_millis,
        memory_mb=size.memory_mb,
        ephemeral_mb=size.scratch_mb + 1024,
        startup=Probe(port=port, path=site.settings.health.startup, failures=_STARTUP_SECONDS // 10),
        readiness=readiness(site),
        liveness=Probe(port=port, path=site.settings.health.liveness, failures=6),
    )


def readiness(site: Site) -> Probe:
    """What Kubernetes asks before requests are sent to a pod, and the load balancer asks too."""
    return Probe(
        port=site.settings.port, path=site.settings.health.readiness, period_seconds=5, timeout_seconds=2
    )


def migration_container(site: Site, image: str, *, env_from: Sequence[Source] = ()) -> PodContainer:
    """The container of a version's migration."""
    size, migration = site.settings.size, site.settings.migration
    return PodContainer(
        name=SYSTEM,
        image=image,
        command=migration.command if migration else (),
        env_from=env_from,
        scratch={"/tmp": size.scratch_mb},  # noqa: S108 - the pod's own
        cpu_millis=size.cpu_millis,
        memory_mb=size.memory_mb,
        ephemeral_mb=size.scratch_mb + 1024,
    )


def short(image: str) -> str:
    """A few characters that stand for an image: a name of what is made once for each."""
    return hashlib.sha256(image.encode()).hexdigest()[:8]


def versions(site: Site) -> dict[str, tuple[str, Replicas]]:
    """The versions that run, by name: the image, and how many pods."""
    settings, wanted = site.settings, site.replicas
    found = {STABLE: (settings.image or "", _replicas(wanted.min, wanted.max, wanted.cpu_percent))}
    if canary := settings.canary:
        most = max(wanted.max, canary.min_replicas)
        found[CANARY] = (canary.image, _replicas(canary.min_replicas, most, wanted.cpu_percent))
    return found


def _replicas(least: int, most: int, cpu_percent: int) -> Replicas:
    return Replicas(minimum=least, maximum=most, cpu_percent=cpu_percent)


def ingress(site: Site, cluster: Cluster) -> list[Allow]:
    """Who may ask its pods: the load balancer, and what scrapes them."""
    port, scrapers = site.settings.port, site.settings.metrics.scrapers
    own = [
        Allow(peer=Pods(namespace=each, labels=labels), ports=(port,)) for each, labels in scrapers.items()
    ]
    return [*balancer(cluster, port), *collectors(cluster, port), *own]


def egress(site: Site, services: str) -> list[Allow]:
    """Whom its pods may ask: its stores, and the providers, who are anywhere in the internet."""
    settings = site.settings
    made = {_POSTGRES_PORT: settings.postgres, _REDIS_TLS_PORT: settings.redis}
    ports = tuple(port for port, store in made.items() if store)
    stores = [Allow(peer=Addresses(ranges=(services,)), ports=ports)] if ports else []
    given = [Allow(peer=Addresses(ranges=(each.range,)), ports=each.ports) for each in settings.egress]
    return [*stores, *given, *internet(443)]


def migration_egress(site: Site, services: str) -> list[Allow]:
    """Whom its migration may ask: the database."""
    if site.settings.postgres:
        return [Allow(peer=Addresses(ranges=(services,)), ports=(_POSTGRES_PORT,))]
    return [Allow(peer=Addresses(ranges=(each.range,)), ports=each.ports) for each in site.settings.egress]
