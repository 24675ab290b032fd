"""memorise: two engines in a namespace of a cluster, the collection in Qdrant, the visitors in Redis.

Owns how the parts are put together. The AI Engine alone is public; what the parts must agree on is said once.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import ComponentResource, Output, ResourceOptions

from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.peers import Pods
from components.metric_alerts import MetricAlerts, MetricAlertsArgs
from components.uptime_alert import UptimeAlert, UptimeAlertArgs
from services.clusters.clusters import Clusters
from services.foundation import Foundation
from services.memorise.ai_engine import AiEngine, AiEngineArgs, ContentAccess
from services.memorise.alerts import alert_rules
from services.memorise.checks import memorise_warnings
from services.memorise.containers import CONTENT_URL
from services.memorise.content_engine import DOCKERFILE, ContentEngine, ContentEngineArgs
from services.memorise.engine import engine_image
from services.memorise.place import API, CONTENT, SYNC, SYSTEM, Place
from services.memorise.settings import MemoriseSettings
from services.memorise.stores import MemoriseStores, MemoriseStoresArgs
from services.stack_secrets import StackSecrets

CONFIG_NAMESPACE = "memorise"
"""What the keys of its secret values in a stack's configuration begin with."""


@dataclass(frozen=True, kw_only=True)
class MemoriseArgs:
    """What memorise is.

    Attributes:
        foundation: the ground it stands on.
        clusters: the stack's clusters, one of which it runs in.
        settings: its settings.
        alert_email: who is told when the API stops answering; nobody without one.
    """

    foundation: Foundation
    clusters: Clusters
    settings: MemoriseSettings
    alert_email: str | None = None


class Memorise(ComponentResource):
    """memorise.

    Attributes:
        url: the API's public address.
        namespace: the namespace of everything.
        stores: Qdrant and Redis.
        api: the AI Engine API.
        content: the Content Engine.
        content_image: the Content Engine's image, by digest.
    """

    url: str
    namespace: Output[str]
    stores: MemoriseStores
    api: AiEngine
    content: ContentEngine
    content_image: Output[str]

    def __init__(self, name: str, args: MemoriseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:Memorise", name, None, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._environment = args.foundation.environment
        self._cluster = args.clusters.clusters[args.settings.cluster]
        self._secrets = StackSecrets(self._environment.stack, CONFIG_NAMESPACE)
        self.url = f"https://{args.settings.domain.name}"
        self._warn()

        self._place = self._create_place()
        self.namespace = self._place.namespace
        self.content_image = engine_image(
            CONTENT, self._settings.content_engine, self._place, DOCKERFILE, self
        )
        self.stores = self._create_stores()
        self.content = self._create_content()
        self.api = self._create_api()
        self._watch()
        self.register_outputs({"url": self.url, "namespace": self.namespace})

    def _warn(self) -> None:
        warnings = memorise_warnings(
            self._settings, stack=self._environment.region, cluster=self._cluster.region
        )
        for warning in warnings:
            pulumi.log.warn(f"memorise: {warning}", self)

    def _create_place(self) -> Place:
        cluster, foundation = self._cluster, self._args.foundation
        existing = self._args.clusters.settings.clusters[cluster.name].existing
        namespace = Namespace(
            f"{SYSTEM}-{cluster.name}",
            NamespaceArgs(environment=self._environment, cluster=cluster, name=SYSTEM),
            cluster.options(self),
        )
        pulls = existing is None or existing.node_service_account is not None
        return Place(
            foundation=foundation,
            cluster=cluster,
            namespace=namespace.name,
            namespace_name=namespace.physical_name,
            mirror=foundation.mirror.url if pulls else None,
        )

    def _create_stores(self) -> MemoriseStores:
        return MemoriseStores(
            f"{self._name}-stores",
            MemoriseStoresArgs(
                place=self._place,
                settings=self._settings,
                secrets=self._secrets,
                image=self.content_image,
                clients=self._clients(),
            ),
            ResourceOptions(parent=self),
        )

    def _clients(self) -> list[Pods]:
        """Who asks Qdrant: the API, and the Content Engine in whichever pods it runs."""
        always_there = self._settings.content_engine.mode == "deployment"
        return [self._place.pods(name) for name in (API, CONTENT if always_there else SYNC)]

    def _create_content(self) -> ContentEngine:
        return ContentEngine(
            f"{self._name}-content-engine",
            ContentEngineArgs(
                place=self._place,
                settings=self._settings,
                secrets=self._secrets,
                stores=self.stores,
                image=self.content_image,
            ),
            ResourceOptions(parent=self),
        )

    def _create_api(self) -> AiEngine:
        way, key = self.content.way, self.content.ingest_key
        return AiEngine(
            f"{self._name}-ai-engine",
            AiEngineArgs(
                place=self._place,
                settings=self._settings,
                secrets=self._secrets,
                stores=self.stores,
                gateway=self._args.clusters.gateways[self._cluster.name],
                content=ContentAccess(url=CONTENT_URL, key=key, way=way) if way else None,
            ),
            ResourceOptions(parent=self),
        )

    def _watch(self) -> None:
        email = self._args.alert_email
        if email is None:
            return
        rules = alert_rules(self._settings, self._environment.physical_name(SYSTEM))
        if rules and self._cluster.google:
            args = MetricAlertsArgs(environment=self._environment, rules=rules, email=email)
            MetricAlerts(f"{self._name}-jobs", args, ResourceOptions(parent=self))
        UptimeAlert(
            f"{self._name}-uptime",
            UptimeAlertArgs(
                environment=self._environment,
                host=self._settings.domain.name,
                email=email,
                path=self._settings.ai_engine.health_path,
                advice="docs/runbooks/memorise-incident.md says where to begin.",
            ),
            ResourceOptions(parent=self),
        )


def hosts(settings: MemoriseSettings) -> dict[str, list[str]]:
    """Public name to the clusters that answer to it."""
    return {settings.domain.name: [settings.cluster]}


def dns_zones(settings: MemoriseSettings) -> dict[str, str]:
    """Public name to the zone that gets its records, where there is one."""
    domain = settings.domain
    return {domain.name: domain.dns_zone} if domain.dns_zone else {}


def builds_images(settings: MemoriseSettings) -> bool:
    """Whether anything is built here, for which Docker has to run."""
    return bool(settings.ai_engine.source or settings.content_engine.source)
