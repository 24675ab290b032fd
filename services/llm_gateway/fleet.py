"""The gateways of a stack, read off its settings: pure data, one `Site` for each gateway in each cluster.

Owns their names, and what each of them has of the base, of its cluster and of its tenant. A tenant's gateway
has its own credentials, secrets and host name; images, sizes and paths are the fleet's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.kubernetes.namespace import Quota
from services.llm_gateway.credential_settings import CredentialSettings, Fallbacks
from services.llm_gateway.parts_settings import ReplicaSettings, TenantSettings
from services.llm_gateway.settings import LlmGatewaySettings
from services.settings import DomainSettings, SecretSetting

SYSTEM = "llm-gateway"
"""The first part of the logical names, and what objects in a cluster are called."""

VENDOR = "vendor"
"""Stands where a cluster's name would, for the gateway that the vendor operates."""

_JOBS = 3


@dataclass(frozen=True, kw_only=True)
class Site:
    """One gateway in one cluster.

    Attributes:
        cluster: the cluster's name, or `VENDOR`.
        tenant: whose it is; `None` for the team's own.
        base: all settings.
        settings: the settings as they are in its cluster.
    """

    cluster: str
    tenant: str | None
    base: LlmGatewaySettings
    settings: LlmGatewaySettings

    @property
    def gateway(self) -> str:
        """The gateway's name, the same in every cluster: `llm-gateway`, `llm-gateway-acme`."""
        return f"{SYSTEM}-{self.tenant}" if self.tenant else SYSTEM

    @property
    def name(self) -> str:
        """Its name, unique in the stack: `llm-gateway-main`."""
        return f"{self.gateway}-{self.cluster}"

    @property
    def domain(self) -> DomainSettings | None:
        """Its host name; the vendor's gateway has the vendor's."""
        return self._tenant.domain if self._tenant else self.settings.domain

    @property
    def replicas(self) -> ReplicaSettings:
        """How many pods of each version there are."""
        return (self._tenant.replicas if self._tenant else None) or self.settings.replicas

    @property
    def credentials(self) -> dict[str, CredentialSettings]:
        """Its provider credentials."""
        return self._tenant.credentials if self._tenant else self.settings.credentials

    @property
    def fallbacks(self) -> Fallbacks:
        """Its fallbacks."""
        return self._tenant.fallbacks if self._tenant else self.settings.fallbacks

    @property
    def env(self) -> dict[str, str]:
        """Its further plain variables."""
        return self.settings.env | (self._tenant.env if self._tenant else {})

    @property
    def secrets(self) -> dict[str, SecretSetting]:
        """Its further secret variables, among them the address of each store that is given."""
        variables = self.settings.variables
        given = {
            variables.database_url: self.settings.postgres is None,
            variables.redis_url: self.settings.redis is None,
        }
        needed = {name: SecretSetting(source="config") for name, is_given in given.items() if is_given}
        return needed | (self._tenant.secrets if self._tenant else self.settings.secrets)

    @property
    def database(self) -> str:
        """The database that is its own, and the user of it."""
        return f"{SYSTEM}_{self.tenant}".replace("-", "_") if self.tenant else SYSTEM.replace("-", "_")

    @property
    def quota(self) -> Quota | None:
        """A tenant's quota: what is set, or what its pods can come to ask for."""
        if self._tenant is None:
            return None
        quota = self._tenant.quota
        return Quota(**quota.model_dump()) if quota else self.needed_quota

    @property
    def needed_quota(self) -> Quota:
        """What its pods can come to ask for: those that end count until their last answer is given."""
        versions, size = 2 if self.settings.canary else 1, self.settings.size
        pods = 2 * versions * (self.replicas.max + 1) + _JOBS
        return Quota(
            cpu=-(-pods * size.cpu_millis // 1000), memory_gb=-(-pods * size.memory_mb // 1024), pods=pods
        )

    def key(self, name: str, section: str) -> str:
        """The name that a secret's value has in the stack's configuration, and its entry in Secret Manager.

        A value is one for the whole fleet, unless its cluster says a source of its own.
        """
        return "-".join(filter(None, (self._own_cluster(name, section), self.tenant, name)))

    def _own_cluster(self, name: str, section: str) -> str | None:
        if self.cluster == VENDOR:
            return None
        above = ("tenants", self.tenant) if self.tenant else ()
        path = (*above, section, name, *(("secret",) if section == "credentials" else ()))
        stores = {
            self.settings.variables.database_url: "postgres",
            self.settings.variables.redis_url: "redis",
        }
        own = self.base.says_itself(self.cluster, *path)
        own |= name in stores and self.base.says_itself(self.cluster, stores[name])
        return self.cluster if own else None

    @property
    def _tenant(self) -> TenantSettings | None:
        return self.settings.tenants[self.tenant] if self.tenant else None


def sites(settings: LlmGatewaySettings) -> list[Site]:
    """Every gateway in every cluster, the team's own first."""
    return list(_sites(settings))


def base_sites(settings: LlmGatewaySettings) -> list[Site]:
    """Every gateway as it is where no cluster has anything of its own."""
    vendor = vendor_site(settings)
    cluster = VENDOR if settings.hosting == "vendor" else next(iter(sorted(settings.clusters)), VENDOR)
    tenants = [None, *sorted(settings.tenants)] if settings.domain else sorted(settings.tenants)
    there = [Site(cluster=cluster, tenant=each, base=settings, settings=settings) for each in tenants]
    return [*there, *([vendor] if vendor else [])]


def vendor_site(settings: LlmGatewaySettings) -> Site | None:
    """The gateway that the vendor operates, where there is one."""
    if settings.vendor is None:
        return None
    return Site(cluster=VENDOR, tenant=None, base=settings, settings=settings)


def _sites(settings: LlmGatewaySettings) -> Iterator[Site]:
    if settings.hosting == "vendor":
        return
    for cluster in sorted(settings.clusters):
        there = settings.in_cluster(cluster)
        if there.domain:
            yield Site(cluster=cluster, tenant=None, base=settings, settings=there)
        for tenant, wanted in sorted(there.tenants.items()):
            if not wanted.clusters or cluster in wanted.clusters:
                yield Site(cluster=cluster, tenant=tenant, base=settings, settings=there)


def hosts(settings: LlmGatewaySettings) -> dict[str, tuple[str, ...]]:
    """Each host name to the clusters that answer to it."""
    found: dict[str, tuple[str, ...]] = {}
    for site in sites(settings):
        if site.domain:
            found[site.domain.name] = (*found.get(site.domain.name, ()), site.cluster)
    return found


def dns_zones(settings: LlmGatewaySettings) -> dict[str, str]:
    """Each host name to the Cloud DNS zone that gets its record, for those that have one."""
    domains = [site.domain for site in sites(settings) if site.domain]
    return {domain.name: domain.dns_zone for domain in domains if domain.dns_zone}
