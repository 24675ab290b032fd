"""The Content Engine: brings the collection into Qdrant, and is reached from inside the cluster alone.

Owns its two ways of running: pods that are always there and take POST /ingest, or a job by the clock that
starts the engine in its pod, asks it for POST /sync/omeka, and ends with it. Nothing here has a route.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Input, ResourceOptions

from components.kubernetes.backend import Backend, BackendArgs
from components.kubernetes.configuration import Configuration
from components.kubernetes.cron_job import CronJob, CronJobArgs
from components.kubernetes.mirrored_secret import MirroredSecret
from components.kubernetes.peers import Allow, Pods, internet
from components.kubernetes.pod import PodContainer
from components.kubernetes.workload import Replicas, Workload, WorkloadArgs
from components.secret import SecretRef
from services.memorise.containers import (
    START_SECONDS,
    SYNC_FILE,
    SYNC_PROGRAM,
    asking_container,
    content_container,
    syncing_container,
)
from services.memorise.contract import INGEST_KEY, content_engine_secrets, content_engine_variables
from services.memorise.engine import configuration, identity, mirrored, own_secrets
from services.memorise.place import API, CONTENT, SYNC, Place
from services.memorise.settings import ContentEngineSettings, MemoriseSettings
from services.memorise.stores import MemoriseStores
from services.stack_secrets import StackSecrets

DOCKERFILE = "services/memorise/content_engine/Dockerfile"
_LONGEST_REQUEST_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class ContentEngineArgs:
    """What it is.

    Attributes:
        place: where memorise is.
        settings: memorise's settings.
        secrets: the values in the stack's configuration.
        stores: what it writes to.
        image: what runs, by digest.
    """

    place: Place
    settings: MemoriseSettings
    secrets: StackSecrets
    stores: MemoriseStores
    image: Input[str]


class ContentEngine(ComponentResource):
    """The Content Engine.

    Attributes:
        ingest_key: what it wants as X-API-Key.
        way: the way to it, where it is always there.
    """

    ingest_key: SecretRef
    way: Allow | None

    def __init__(self, name: str, args: ContentEngineArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:ContentEngine", name, None, opts)
        self._args, self._place = args, args.place
        self._engine: ContentEngineSettings = args.settings.content_engine
        self._always_there = self._engine.mode == "deployment"

        secrets = own_secrets(CONTENT, content_engine_secrets(args.settings), self._place, args.secrets, self)
        self.ingest_key = secrets[INGEST_KEY]
        known = mirrored(f"{CONTENT}-secrets", {**secrets, **self._of_qdrant()}, self._place, self)
        config = self._configure()
        self.way = self._deploy(known, config) if self._always_there else None
        if self._engine.schedule:
            self._sync_by_the_clock(self._engine.schedule, known, config)
        self.register_outputs({})

    def _of_qdrant(self) -> dict[str, SecretRef]:
        return {"QDRANT_API_KEY": self._args.stores.qdrant_key}

    def _configure(self) -> Configuration:
        variables: dict[str, Input[str]] = {**content_engine_variables(self._args.settings)}
        variables["QDRANT_API_URL"] = self._args.stores.qdrant_url
        return configuration(f"{CONTENT}-config", variables, self._place, self)

    def _longest_request_seconds(self) -> int:
        """A sync that is asked for by a schedule is waited for, as the one who asks does."""
        engine = self._engine
        return max(_LONGEST_REQUEST_SECONDS, engine.sync_timeout_seconds if engine.schedule else 0)

    def _deploy(self, secrets: MirroredSecret, config: Configuration) -> Allow:
        """Pods that are always there; the way to them."""
        engine, place = self._engine, self._place
        workload = Workload(
            place.logical(CONTENT),
            WorkloadArgs(
                **place.args,
                name=CONTENT,
                container=content_container(engine, image=self._args.image, env_from=(secrets, config)),
                component="content",
                identity=identity(CONTENT, "memorise's Content Engine", place, self),
                # One: it does what it is told, and nobody waits for an answer of it.
                replicas=Replicas(),
                longest_request_seconds=self._longest_request_seconds(),
                drain_seconds=10,
                after=self._args.stores.qdrant_ready,
                ingress=[Allow(peer=pods, ports=(engine.port,)) for pods in self._callers()],
                egress=[*self._args.stores.to_qdrant, *internet()],
            ),
            place.cluster.options(self),
        )
        Backend(
            place.logical(CONTENT),
            BackendArgs(
                cluster=place.cluster,
                namespace=place.namespace,
                name=CONTENT,
                selector=workload.selector,
                target_port=engine.port,
            ),
            place.cluster.options(self),
        )
        return Allow(peer=workload.pods, ports=(engine.port,))

    def _callers(self) -> list[Pods]:
        """Who may call it: the API, the clock's pods, and those of other namespaces that a setting names."""
        clock = [self._place.pods(SYNC)] if self._engine.schedule else []
        others = [
            Pods(namespace=namespace, labels=labels)
            for namespace, labels in sorted(self._engine.callers.items())
        ]
        return [self._place.pods(API), *clock, *others]

    def _sync_by_the_clock(self, schedule: str, secrets: MirroredSecret, config: Configuration) -> None:
        engine, place = self._engine, self._place
        to_engine = [Allow(peer=place.pods(CONTENT), ports=(engine.port,))]
        beyond = to_engine if self._always_there else [*self._args.stores.to_qdrant, *internet()]
        CronJob(
            place.logical(SYNC),
            CronJobArgs(
                **place.args,
                name=SYNC,
                schedule=schedule,
                time_zone=engine.time_zone,
                container=self._container(secrets, config),
                identity=identity(SYNC, "Asks memorise's Content Engine to sync", place, self),
                component="sync",
                deadline_seconds=engine.sync_timeout_seconds + START_SECONDS,
                # What failed is asked again by the clock: a sync is long, and Omeka is not to be asked twice.
                retries=0,
                after=self._args.stores.qdrant_ready,
                egress=beyond,
            ),
            place.cluster.options(self),
        )

    def _container(self, secrets: MirroredSecret, config: Configuration) -> PodContainer:
        """Asks the engine that is there, or starts one of its own."""
        engine, image = self._engine, self._args.image
        program = configuration(SYNC, {SYNC_FILE: SYNC_PROGRAM.read_text()}, self._place, self)
        if self._always_there:
            key = mirrored(SYNC, {INGEST_KEY: self.ingest_key}, self._place, self)
            return asking_container(engine, image=image, key=key, program=program)
        return syncing_container(engine, image=image, env_from=(secrets, config), program=program)
