"""One gateway in one cluster: its versions, their migrations, the way in, and the scrape.

Owns how the parts are put together, and what waits for what: a version's pods for its migration, the route
for pods that are ready.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.environment import Environment
from components.kubernetes.backend import Backend, BackendArgs
from components.kubernetes.cluster import Cluster
from components.kubernetes.gateway import Gateway
from components.kubernetes.job import Job, JobArgs
from components.kubernetes.pod_monitoring import PodMonitoring
from components.kubernetes.route import Route, RouteArgs
from components.kubernetes.workload import Replicas, Workload, WorkloadArgs
from components.secret import SecretRef
from services.llm_gateway import pods
from services.llm_gateway.contract import FILES
from services.llm_gateway.fleet import SYSTEM, Site
from services.llm_gateway.site_ground import SiteGround, SiteGroundArgs
from services.llm_gateway.site_metrics import COMPONENT, scrape
from services.llm_gateway.site_route import Ready, rules


@dataclass(frozen=True, kw_only=True)
class GatewaySiteArgs:
    """Which gateway, and where.

    Attributes:
        environment: the stack it belongs to.
        cluster: the cluster it is in.
        gateway: the way into that cluster.
        site: which gateway it is.
        network: ID of the VPC, known once private services access is connected.
        services_cidr: addresses of the stores that are made here.
        database: the address of its database, where one was made for it.
        keys: every entry of Secret Manager by its key.
        security_policy: what its requests pass first, on Google Kubernetes Engine.
    """

    environment: Environment
    cluster: Cluster
    gateway: Gateway
    site: Site
    network: Input[str]
    services_cidr: str
    database: SecretRef | None
    keys: Mapping[str, SecretRef]
    security_policy: Input[str] | None = None


class GatewaySite(ComponentResource):
    """A gateway in a cluster.

    Attributes:
        namespace: its namespace's name.
        route: its route's name, once requests are led to pods that are ready.
    """

    namespace: Output[str]
    route: Output[str]

    def __init__(self, name: str, args: GatewaySiteArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:LlmGatewaySite", name, None, opts)
        self._name, self._args, self._site = name, args, args.site

        self._ground = self._prepare()
        self.namespace = self._ground.namespace.name
        wanted = pods.versions(self._site)
        # One for each image, so that two versions of one image share it.
        migrations = {
            image: self._migrate(image) for image in sorted({image for image, _ in wanted.values()})
        }
        versions = {
            version: self._run(version, image, replicas, migrations[image])
            for version, (image, replicas) in wanted.items()
        }
        self.route = self._lead(versions)
        if scraped := scrape(self._site, args.cluster, self.namespace, self._ground.token):
            PodMonitoring(name, scraped, ResourceOptions(parent=self))
        self.register_outputs({"namespace": self.namespace, "route": self.route})

    def _prepare(self) -> SiteGround:
        args = self._args
        return SiteGround(
            self._name,
            SiteGroundArgs(
                environment=args.environment,
                cluster=args.cluster,
                site=args.site,
                network=args.network,
                database=args.database,
                keys=args.keys,
            ),
            ResourceOptions(parent=self),
        )

    def _migrate(self, image: str) -> Output[str]:
        migration = self._site.settings.migration
        return Job(
            f"{self._name}-migration-{pods.short(image)}",
            JobArgs(
                environment=self._args.environment,
                cluster=self._args.cluster,
                namespace=self.namespace,
                name=f"{SYSTEM}-migration-{pods.short(image)}",
                container=pods.migration_container(
                    self._site, image, env_from=self._ground.migration_sources
                ),
                identity=self._ground.identity,
                part_of=SYSTEM,
                deadline_seconds=migration.deadline_seconds if migration else 0,
                egress=pods.migration_egress(self._site, self._args.services_cidr),
            ),
            ResourceOptions(parent=self),
        ).name

    def _run(self, version: str, image: str, replicas: Replicas, migration: Output[str]) -> Ready:
        """A version's pods and its Service."""
        suffix = "" if version == pods.STABLE else f"-{version}"
        workload = self._deploy(suffix, version, image, replicas, migration)
        backend = Backend(
            f"{self._name}{suffix}",
            BackendArgs(
                cluster=self._args.cluster,
                namespace=self.namespace,
                name=f"{SYSTEM}{suffix}",
                selector=workload.selector,
                target_port=self._site.settings.port,
                public=True,
                health=pods.readiness(self._site),
                timeout_seconds=self._site.settings.request_timeout_seconds,
                security_policy=self._args.security_policy,
            ),
            ResourceOptions(parent=self),
        )
        service = Output.all(backend.service, workload.name).apply(lambda known: str(known[0]))
        return Ready(service=service, port=backend.port)

    def _deploy(
        self, suffix: str, version: str, image: str, replicas: Replicas, migration: Output[str]
    ) -> Workload:
        args, ground = self._args, self._ground
        return Workload(
            f"{self._name}{suffix}",
            WorkloadArgs(
                environment=args.environment,
                cluster=args.cluster,
                namespace=self.namespace,
                name=f"{SYSTEM}{suffix}",
                container=pods.container(
                    self._site, image, env_from=ground.sources, files={FILES: ground.files}
                ),
                part_of=SYSTEM,
                component=COMPONENT,
                instance=version,
                identity=ground.identity,
                replicas=replicas,
                longest_request_seconds=self._site.settings.request_timeout_seconds,
                ingress=pods.ingress(self._site, args.cluster),
                egress=pods.egress(self._site, args.services_cidr),
                after=migration,
            ),
            ResourceOptions(parent=self),
        )

    def _lead(self, versions: Mapping[str, Ready]) -> Output[str]:
        domain = self._site.domain
        return Route(
            self._name,
            RouteArgs(
                gateway=self._args.gateway,
                cluster=self._args.cluster,
                namespace=self.namespace,
                name=SYSTEM,
                hosts=[domain.name] if domain else [],
                rules=rules(self._site, versions),
            ),
            ResourceOptions(parent=self),
        ).name
