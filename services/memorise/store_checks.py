"""What the components would refuse of the settings of Qdrant and Redis, and what their cluster rules out."""

from __future__ import annotations

from collections.abc import Iterator

from components.cron import check_time_zone
from components.environment import Environment
from components.kubernetes.cron_job import check_schedule
from components.kubernetes.peers import Addresses
from components.kubernetes.pod import PodContainer
from components.redis import RedisArgs
from services.clusters.settings import ClusterSettings
from services.memorise.store_settings import MemoriseRedisSettings, QdrantSettings
from services.refusals import Refusal, refused


def qdrant_refusals(settings: QdrantSettings, cluster: ClusterSettings | None) -> Iterator[Refusal]:
    """Of Qdrant, where it is in the cluster."""
    if settings.url:
        return
    image = settings.image
    yield from refused("memorise.qdrant.image", lambda: PodContainer(name="qdrant", image=image))
    yield from refused(
        "memorise.qdrant",
        lambda: PodContainer(
            name="qdrant",
            image="-@sha256:" + "0" * 64,
            cpu_millis=settings.cpu_millis,
            memory_mb=settings.memory_mb,
        ),
    )
    if snapshots := settings.snapshots:
        yield from refused("memorise.qdrant.snapshots.schedule", lambda: check_schedule(snapshots.schedule))
        yield from refused(
            "memorise.qdrant.snapshots.time_zone", lambda: check_time_zone(snapshots.time_zone)
        )
        if _is_foreign(cluster):
            yield Refusal(
                "memorise.qdrant.snapshots",
                "only pods of GKE have an identity that may write to a bucket; write snapshots: null",
            )


def redis_refusals(
    settings: MemoriseRedisSettings, cluster: ClusterSettings | None, environment: Environment
) -> Iterator[Refusal]:
    """Of Redis, made here or found."""
    if existing := settings.existing:
        if existing.ranges:
            yield from refused("memorise.redis.existing.ranges", lambda: Addresses(ranges=existing.ranges))
        return
    sizes = settings.model_dump(exclude={"existing"})
    yield from refused("memorise.redis", lambda: RedisArgs(environment=environment, network="-", **sizes))
    if cluster and cluster.existing:
        yield Refusal(
            "memorise.redis",
            "a Redis that is made here is reached from the stack's own network alone, and that cluster is in "
            "another; write redis.existing, with its url and its region",
        )


def _is_foreign(cluster: ClusterSettings | None) -> bool:
    return bool(cluster and cluster.existing and not cluster.existing.identifier)
