"""One gateway in one cluster: its versions, their migrations, the way in, and the scrape.

Owns how the parts are put together, and what waits for what: a version's pods for its migration, the route
for pods that are ready. A share is a number in the route and nothing else. Both versions answer to the same
host, so that a tester's header reaches the canary before anybody else does.
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
from components.kubernetes.pod_monitoring import PodMonitoring, PodMonitoringArgs
from components.kubernetes.route import Path, Route, RouteArgs, Rule, WeightedBackend
from components.kubernetes.workload import Replicas, Workload, WorkloadArgs
from components.secret import SecretRef
from services.llm_gateway import pods
from services.llm_gateway.contract import FILES
from services.llm_gateway.fleet import SYSTEM, Site
from services.llm_gateway.metrics_settings import METRICS_PATH
from services.llm_gateway.site_ground import SiteGround, SiteGroundArgs

_COMPONENT = "gateway"
_PART_OF, _COMPONENT_LABEL = "app.kubernetes.io/part-of", "app.kubernetes.io/component"
_VERSION_LABEL = "app.kubernetes.io/instance"


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
        backends = {
            version: self._run(version, image, replicas, migrations[image])
            for version, (image, replicas) in wanted.items()
        }
        self.route = self._lead(backends)
        self._scrape()
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

    def _run(
        self, version: str, image: str, replicas: Replicas, migration: Output[str]
    ) -> tuple[Output[str], int]:
        """The version's Service, known once its pods are ready, and its port."""
        args, seconds = self._args, self._site.settings.request_timeout_seconds
        suffix = "" if version == pods.STABLE else f"-{version}"
        workload = Workload(
            f"{self._name}{suffix}",
            WorkloadArgs(
                environment=args.environment,
                cluster=args.cluster,
                namespace=self.namespace,
                name=f"{SYSTEM}{suffix}",
                container=pods.container(
                    self._site, image, env_from=self._ground.sources, files={FILES: self._ground.files}
                ),
                part_of=SYSTEM,
                component=_COMPONENT,
                instance=version,
                identity=self._ground.identity,
                replicas=replicas,
                longest_request_seconds=seconds,
                ingress=pods.ingress(self._site, args.cluster),
                egress=pods.egress(self._site, args.services_cidr),
                after=migration,
            ),
            ResourceOptions(parent=self),
        )
        backend = Backend(
            f"{self._name}{suffix}",
            BackendArgs(
                cluster=args.cluster,
                namespace=self.namespace,
                name=f"{SYSTEM}{suffix}",
                selector=workload.selector,
                target_port=self._site.settings.port,
                public=True,
                health=pods.readiness(self._site),
                timeout_seconds=seconds,
                security_policy=args.security_policy,
            ),
            ResourceOptions(parent=self),
        )
        ready = Output.all(backend.service, workload.name).apply(lambda known: str(known[0]))
        return ready, backend.port

    def _lead(self, backends: Mapping[str, tuple[Output[str], int]]) -> Output[str]:
        domain, canary, paths = self._site.domain, self._site.settings.canary, self._paths()
        share = canary.weight if canary else 0
        weights = {pods.STABLE: 100 - share, pods.CANARY: share}
        rules = [
            Rule(
                paths=paths,
                backends=[
                    WeightedBackend(service=service, port=port, weight=weights[version])
                    for version, (service, port) in backends.items()
                ],
            )
        ]
        if pods.CANARY in backends:
            service, port = backends[pods.CANARY]
            rules.append(
                Rule(
                    paths=paths,
                    backends=[WeightedBackend(service=service, port=port)],
                    headers=pods.TESTERS,
                )
            )
        return Route(
            self._name,
            RouteArgs(
                gateway=self._args.gateway,
                cluster=self._args.cluster,
                namespace=self.namespace,
                name=SYSTEM,
                hosts=[domain.name] if domain else [],
                rules=rules,
            ),
            ResourceOptions(parent=self),
        ).name

    def _paths(self) -> list[Path]:
        """What the public reaches, and what the uptime check asks."""
        settings = self._site.settings
        exact = sorted({*settings.public_exact_paths} - {settings.health.readiness})
        return [
            *(Path(prefix) for prefix in settings.public_paths),
            *(Path(path, kind="Exact") for path in exact),
            Path(settings.health.readiness, kind="Exact", method="GET"),
        ]

    def _scrape(self) -> None:
        """By managed Prometheus; elsewhere the team's own has a configuration among the stack's outputs."""
        if self._args.cluster.google is None:
            return
        PodMonitoring(
            self._name,
            PodMonitoringArgs(
                cluster=self._args.cluster,
                namespace=self.namespace,
                name=SYSTEM,
                selector={_PART_OF: SYSTEM, _COMPONENT_LABEL: _COMPONENT},
                port=self._site.settings.port,
                path=METRICS_PATH,
                token=self._ground.token,
                interval_seconds=self._site.settings.metrics.interval_seconds,
                labels={_VERSION_LABEL: "version"},
            ),
            ResourceOptions(parent=self),
        )
