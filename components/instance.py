"""What an instance of a Cloud Run service is made of: containers and volumes that fit each other.

Pure checks of what Cloud Run refuses only when the service is created, minutes into an update.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.containers import Container
from components.volumes import ScratchVolume, Volume

_MOST_CPU, _MOST_MEMORY_MB, _LEAST_MEMORY_MB, _MOST_CONTAINERS = 8, 32768, 512, 10


def instance_problems(containers: Sequence[Container], volumes: Mapping[str, Volume]) -> Iterator[str]:
    """What is wrong with these containers and volumes together, each with what to write instead."""
    yield from _container_problems(containers)
    yield from _size_problems(containers, volumes)
    yield from _volume_problems(containers, volumes)
    yield from _order_problems(containers)


def _container_problems(containers: Sequence[Container]) -> Iterator[str]:
    names = [container.name for container in containers]
    if len(names) > _MOST_CONTAINERS:
        yield f"{len(names)} containers are too many; write {_MOST_CONTAINERS} or fewer"
    if len(set(names)) < len(names):
        yield f"two containers share a name among {', '.join(names)}; give each its own"
    serving = [container for container in containers if container.port is not None]
    if len(serving) != 1:
        yield (
            f"{len(serving)} containers have a port; write port= for the one that serves requests "
            "and for no other"
        )


def _size_problems(containers: Sequence[Container], volumes: Mapping[str, Volume]) -> Iterator[str]:
    cpu = sum(container.cpu for container in containers)
    memory = sum(container.memory_mb for container in containers)
    if not 1 <= cpu <= _MOST_CPU:
        yield (
            f"the containers' cpu adds up to {cpu:g}; write 1 to {_MOST_CPU}: with less than 1 an instance "
            "takes one request at a time, and has no volumes"
        )
    if not _LEAST_MEMORY_MB <= memory <= _MOST_MEMORY_MB:
        yield (
            f"the containers' memory_mb adds up to {memory}; an instance has {_LEAST_MEMORY_MB} "
            f"to {_MOST_MEMORY_MB}"
        )
    yield from _scratch_problems(containers, volumes)


def _scratch_problems(containers: Sequence[Container], volumes: Mapping[str, Volume]) -> Iterator[str]:
    """A volume in memory is taken from the container that writes to it, so one of them must have the room."""
    for name, volume in sorted(volumes.items()):
        if not isinstance(volume, ScratchVolume) or volume.on_disk:
            continue
        largest = max((each.memory_mb for each in containers if name in each.mounts), default=None)
        if largest is not None and largest <= volume.size_mb:
            yield (
                f"volume {name} takes {volume.size_mb} of the {largest} MiB of the container that fills it; "
                "write a larger memory_mb or a smaller size_mb"
            )


def _volume_problems(containers: Sequence[Container], volumes: Mapping[str, Volume]) -> Iterator[str]:
    mounted = {volume for container in containers for volume in container.mounts}
    for name in sorted(mounted - set(volumes)):
        yield f"volume {name} is mounted and not described; add it to volumes"
    for name in sorted(set(volumes) - mounted):
        yield f"volume {name} is mounted nowhere; add it to a container's mounts or take it out"


def _order_problems(containers: Sequence[Container]) -> Iterator[str]:
    by_name = {container.name: container for container in containers}
    for container in containers:
        for name in container.depends_on:
            if name not in by_name:
                yield f"container {container.name} depends on {name}, which is not there"
            elif by_name[name].startup is None:
                yield (
                    f"container {container.name} waits for {name}, which can't say that it has started; "
                    f"give {name} a startup probe"
                )
    if _has_a_circle({container.name: set(container.depends_on) for container in containers}):
        yield "the containers' depends_on is a circle; take one of its steps out"


def _has_a_circle(waits_for: dict[str, set[str]]) -> bool:
    waiting = dict(waits_for)
    while free := [name for name, needed in waiting.items() if not needed & set(waiting)]:
        for name in free:
            del waiting[name]
    return bool(waiting)
