"""The AI Engine API: the public part of memorise, which recommends and takes RudderStack's events.

Owns its configuration, its secrets and its pods. Its way in is `entrance`. Names that the document
fixes are the document's: the Deployment and its label, the container, the ConfigMap and the Secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.kubernetes.configuration import Configuration
from components.kubernetes.gateway import Gateway
from components.kubernetes.mirrored_secret import MirroredSecret
from components.kubernetes.peers import Allow, balancer, internet
from components.kubernetes.pod import PodContainer
from components.kubernetes.workload import Replicas, Workload, WorkloadArgs
from components.secret import SecretRef
from services.memorise.containers import api_container
from services.memorise.contract import (
    AI_ENGINE_PORT,
    CONTENT_KEY,
    INGEST_KEY,
    REDIS_AUTHORITY,
    ai_engine_secrets,
    ai_engine_variables,
)
from services.memorise.engine import (
    configuration,
    engine_image,
    identity,
    mirrored,
    own_secrets,
)
from services.memorise.entrance import Entrance, EntranceArgs
from services.memorise.place import API, Place
from services.memorise.settings import AiEngineSettings, MemoriseSettings
from services.memorise.stores import MemoriseStores
from services.stack_secrets import StackSecrets

DOCKERFILE = "services/memorise/ai_engine/Dockerfile"


@dataclass(frozen=True, kw_only=True)
class AiEngineArgs:
    """What it is.

    Attributes:
        place: where memorise is.
        settings: memorise's settings.
        secrets: the values in the stack's configuration.
        stores: what it reads from.
        gateway: its way in.
        content: how it reaches a Content Engine that is always there; `None` where there is none.
    """

    place: Place
    settings: MemoriseSettings
    secrets: StackSecrets
    stores: MemoriseStores
    gateway: Gateway
    content: ContentAccess | None


@dataclass(frozen=True, kw_only=True)
class ContentAccess:
    """How the Content Engine is called from inside.

    Attributes:
        url: its address.
        key: what it wants as X-API-Key.
        way: the way to it.
    """

    url: str
    key: SecretRef
    way: Allow


class AiEngine(ComponentResource):
    """The AI Engine API.

    Attributes:
        image: what runs, by digest.
        deployment: the Deployment's name, known once its pods are ready.
        webhook_key: what RudderStack sends as X-API-Key.
    """

    image: Output[str]
    deployment: Output[str]
    webhook_key: SecretRef

    def __init__(self, name: str, args: AiEngineArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:AiEngine", name, None, opts)
        self._args, self._place, self._settings = args, args.place, args.settings
        self._engine: AiEngineSettings = args.settings.ai_engine

        self.image = engine_image("ai-engine", self._engine, self._place, DOCKERFILE, self)
        own = own_secrets("ai-engine", ai_engine_secrets(self._settings), self._place, args.secrets, self)
        self.webhook_key = own[INGEST_KEY]
        workload = self._deploy(self._create_secrets(own), self._configure())
        self._open(workload.selector)

        self.deployment = workload.name
        self.register_outputs({"image": self.image, "deployment": self.deployment})

    def _create_secrets(self, own: Mapping[str, SecretRef]) -> MirroredSecret:
        stores, content = self._args.stores, self._args.content
        found = {"QDRANT_API_KEY": stores.qdrant_key, "REDIS_URL": stores.redis_url}
        called = {CONTENT_KEY: content.key} if content else {}
        return mirrored("ai-engine-secrets", {**own, **found, **called}, self._place, self)

    def _configure(self) -> Configuration:
        variables: dict[str, Input[str]] = {**ai_engine_variables(self._settings)}
        variables["QDRANT_API_URL"] = self._args.stores.qdrant_url
        if self._args.content:
            variables["CONTENT_ENGINE_URL"] = self._args.content.url
        return configuration("ai-engine-config", variables, self._place, self)

    def _deploy(self, secrets: MirroredSecret, config: Configuration) -> Workload:
        engine, cluster = self._engine, self._place.cluster
        return Workload(
            self._place.logical(API),
            WorkloadArgs(
                **self._place.args,
                name=API,
                container=self._container(secrets, config),
                component="api",
                identity=identity(API, "memorise's AI Engine API", self._place, self),
                replicas=Replicas(minimum=engine.replicas, maximum=engine.max_replicas),
                longest_request_seconds=engine.request_timeout_seconds,
                # Its public code leaves its search out until the next start where Qdrant does not answer.
                after=self._args.stores.qdrant_ready,
                ingress=balancer(cluster, AI_ENGINE_PORT),
                egress=self._egress(),
            ),
            cluster.options(self),
        )

    def _container(self, secrets: MirroredSecret, config: Configuration) -> PodContainer:
        pem = self._args.stores.redis_authority
        authority = (
            configuration("ai-engine-redis-ca", {REDIS_AUTHORITY: pem}, self._place, self)
            if pem is not None
            else None
        )
        return api_container(self._engine, image=self.image, env_from=(secrets, config), authority=authority)

    def _egress(self) -> list[Allow]:
        stores, content = self._args.stores, self._args.content
        # The LLM, Keycloak, and where the embedding model is fetched from have no addresses to name.
        ports = {443, *(port for url in self._addresses() if (port := urlsplit(url).port))}
        called = [content.way] if content else []
        return [*stores.to_qdrant, *stores.to_redis, *called, *internet(*sorted(ports))]

    def _addresses(self) -> list[str]:
        keycloak, router = self._settings.keycloak, self._settings.openrouter
        return [each.url for each in (keycloak, router) if each]

    def _open(self, selector: Mapping[str, str]) -> None:
        Entrance(
            self._place.logical(API),
            EntranceArgs(
                place=self._place, settings=self._settings, gateway=self._args.gateway, selector=selector
            ),
            ResourceOptions(parent=self),
        )
