"""The way in to the AI Engine: its Service, what is refused before it, and which paths lead there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions

from components.armor_policy import ArmorPolicy, ArmorPolicyArgs
from components.kubernetes.backend import Backend, BackendArgs
from components.kubernetes.gateway import Gateway
from components.kubernetes.pod import usual_probes
from components.kubernetes.route import Route, RouteArgs, Rule, WeightedBackend
from services.memorise.contract import AI_ENGINE_PORT
from services.memorise.place import API, Place
from services.memorise.routing import public_paths
from services.memorise.settings import WEBHOOK, MemoriseSettings


@dataclass(frozen=True, kw_only=True)
class EntranceArgs:
    """Who is let in, and where to.

    Attributes:
        place: where memorise is.
        settings: memorise's settings.
        gateway: what lets requests into the cluster.
        selector: what selects the API's pods.
    """

    place: Place
    settings: MemoriseSettings
    gateway: Gateway
    selector: Mapping[str, str]


class Entrance(ComponentResource):
    """The API's way in."""

    def __init__(self, name: str, args: EntranceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:MemoriseEntrance", name, None, opts)
        self._name, self._args, self._place = name, args, args.place

        self._lead(self._create_backend())
        self.register_outputs({})

    def _create_backend(self) -> Backend:
        cluster, engine = self._place.cluster, self._args.settings.ai_engine
        return Backend(
            self._name,
            BackendArgs(
                cluster=cluster,
                namespace=self._place.namespace,
                name=API,
                selector=self._args.selector,
                target_port=AI_ENGINE_PORT,
                public=True,
                health=usual_probes(AI_ENGINE_PORT, engine.health_path)["readiness"],
                timeout_seconds=engine.request_timeout_seconds,
                security_policy=self._refuse() if cluster.google else None,
            ),
            cluster.options(self),
        )

    def _refuse(self) -> Output[str]:
        domain, rudderstack = self._args.settings.domain, self._args.settings.rudderstack
        return ArmorPolicy(
            self._name,
            ArmorPolicyArgs(
                environment=self._place.environment,
                requests_per_minute=domain.requests_per_minute,
                path_limits={WEBHOOK: rudderstack.requests_per_minute},
                waf=domain.waf,
            ),
            ResourceOptions(parent=self),
        ).policy_name

    def _lead(self, backend: Backend) -> None:
        settings, cluster = self._args.settings, self._place.cluster
        rule = Rule(
            paths=public_paths(settings.ai_engine),
            backends=[WeightedBackend(service=backend.service, port=backend.port)],
        )
        Route(
            self._name,
            RouteArgs(
                gateway=self._args.gateway,
                cluster=cluster,
                namespace=self._place.namespace,
                name=API,
                hosts=[settings.domain.name],
                rules=[rule],
            ),
            cluster.options(self),
        )
