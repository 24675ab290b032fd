"""What the components would refuse of memorise's settings, asked before anything is made.

Owns which setting a refusal belongs to. The rules are the components' own: each is asked with the settings'
values and a stand-in for what is known only once something exists.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.cron import check_time_zone
from components.environment import Environment
from components.kubernetes.cron_job import check_schedule
from components.kubernetes.pod import PodContainer
from services.clusters.settings import ClusterSettings, KubernetesSettings
from services.image_checks import source_refusals
from services.memorise import ai_engine, content_engine
from services.memorise.containers import api_container, content_container
from services.memorise.contract import own_variables
from services.memorise.regions import apart, region_refusals
from services.memorise.routing import covers_webhook
from services.memorise.settings import EngineSettings, MemoriseSettings
from services.memorise.store_checks import qdrant_refusals, redis_refusals
from services.refusals import Refusal, refused

_LATER = "-@sha256:" + "0" * 64
"""Stands for an image that will be there."""


def memorise_refusals(
    settings: MemoriseSettings, kubernetes: KubernetesSettings | None, environment: Environment
) -> Iterator[Refusal]:
    """Each setting that can't be deployed, with the reason and what to write instead."""
    cluster = kubernetes.clusters.get(settings.cluster) if kubernetes else None
    yield from _place(settings, kubernetes, cluster, environment)
    yield from _origins(settings, environment)
    yield from _images(settings, environment)
    yield from _variables(settings)
    yield from _containers(settings)
    yield from _schedule(settings)
    yield from _paths(settings)
    yield from qdrant_refusals(settings.qdrant, cluster)
    yield from redis_refusals(settings.redis, cluster, environment)


def memorise_warnings(settings: MemoriseSettings, *, stack: str, cluster: str) -> Iterator[str]:
    """What may be meant, and is worth a second look.

    Args:
        settings: memorise's.
        stack: the stack's region.
        cluster: the cluster's region.
    """
    if "*" in settings.cors_origins:
        yield "cors_origins holds *, so any page may call the API; name the front ends before production"
    if told := apart(settings, stack=stack, cluster=cluster):
        yield f"{told}: each answer crosses regions, which takes time and is charged"
    if settings.qdrant.url is None and settings.qdrant.snapshots is None:
        yield "qdrant.snapshots is null, so nothing of the collection is saved beside its disk"


def _place(
    settings: MemoriseSettings,
    kubernetes: KubernetesSettings | None,
    cluster: ClusterSettings | None,
    environment: Environment,
) -> Iterator[Refusal]:
    if kubernetes is None:
        yield Refusal("memorise", "runs in a cluster; write kubernetes: {clusters: {main: {}}}")
    elif cluster is None:
        there = ", ".join(sorted(kubernetes.clusters))
        yield Refusal("memorise.cluster", f"there is no cluster {settings.cluster!r}; write one of {there}")
    else:
        region = cluster.region_in(environment.region)
        yield from region_refusals(settings, stack=environment.region, cluster=region)


def _origins(settings: MemoriseSettings, environment: Environment) -> Iterator[Refusal]:
    if "*" in settings.cors_origins and environment.protect:
        yield Refusal(
            "memorise.cors_origins",
            "* lets any page call the API; write the front ends' origins, like https://visit.acme.com",
        )


def _images(settings: MemoriseSettings, environment: Environment) -> Iterator[Refusal]:
    engines: tuple[tuple[str, EngineSettings, str], ...] = (
        ("memorise.ai_engine", settings.ai_engine, ai_engine.DOCKERFILE),
        ("memorise.content_engine", settings.content_engine, content_engine.DOCKERFILE),
    )
    for key, engine, dockerfile in engines:
        if image := engine.image:
            yield from refused(f"{key}.image", lambda image=image: PodContainer(name="engine", image=image))
        yield from source_refusals(key, engine.source, dockerfile, environment)


def _variables(settings: MemoriseSettings) -> Iterator[Refusal]:
    engines = {"ai_engine": settings.ai_engine, "content_engine": settings.content_engine}
    for name, engine in engines.items():
        taken = own_variables(settings, name)
        for section, variables in (("env", engine.env), ("secrets", engine.secrets)):
            for variable in sorted(set(variables) & taken):
                yield Refusal(
                    f"memorise.{name}.{section}.{variable}",
                    "follows from other settings, or from a data store; take it out",
                )


def _containers(settings: MemoriseSettings) -> Iterator[Refusal]:
    content = settings.content_engine
    yield from refused("memorise.ai_engine", lambda: api_container(settings.ai_engine, image=_LATER))
    yield from refused("memorise.content_engine", lambda: content_container(content, image=_LATER))


def _schedule(settings: MemoriseSettings) -> Iterator[Refusal]:
    content = settings.content_engine
    if schedule := content.schedule:
        yield from refused("memorise.content_engine.schedule", lambda: check_schedule(schedule))
        yield from refused("memorise.content_engine.time_zone", lambda: check_time_zone(content.time_zone))


def _paths(settings: MemoriseSettings) -> Iterator[Refusal]:
    for path in settings.ai_engine.public_paths:
        if covers_webhook(path):
            yield Refusal(
                "memorise.ai_engine.public_paths",
                f"{path} publishes the webhook for every method, and all beside it; write the paths "
                "that front ends call, like /api/recommend",
            )
