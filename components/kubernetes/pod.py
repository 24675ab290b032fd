"""A pod's one container: what runs, what it is given, what it needs, and how one asks whether it is well.

Owns what can be said, and refused, of a container by itself. `pod_spec` renders it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input

from components.containers import Probe
from components.kubernetes.configuration import Configuration
from components.kubernetes.mirrored_secret import MirroredSecret
from components.kubernetes.names import dns_label

Source = Configuration | MirroredSecret

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")
_SIZES = {"cpu_millis": (50, 30_000), "memory_mb": (52, 110 * 1024)}
_LEAST_EPHEMERAL_MB, _MOST_EPHEMERAL_MB = 10, 10 * 1024
_MIB_A_CPU = (1024, 6656)
_ROOM_FOR_LOGS_MB = 10


@dataclass(frozen=True, kw_only=True)
class PodContainer:
    """The container of a pod.

    Attributes:
        name: its name in the pod.
        image: its image, by digest: a tag that moves replaces no pod.
        port: the port it serves on, above 1023; `None` for one that serves nobody.
        command: replaces the image's entrypoint.
        args: replaces the image's command.
        env: plain variables. No secret: who may read the workload reads them.
        env_from: configurations and secrets whose every key is a variable.
        files: directory to the configuration or the secret whose keys are the files in it.
        scratch: directory that it may write to, in MiB at most; everything else is read-only. What is in it
            goes with the pod.
        cpu_millis: thousandths of a vCPU, asked for and at most.
        memory_mb: memory in MiB, asked for and at most.
        ephemeral_mb: disk in MiB for `scratch`, the logs and the container's own layer.
        startup: gates the other two until it succeeds.
        readiness: keeps requests from the pod while it fails.
        liveness: restarts the container where it fails; more patient than `readiness`.
        user: the number of the user it runs as.
    """

    name: str
    image: Input[str]
    port: int | None = None
    command: Sequence[Input[str]] = ()
    args: Sequence[Input[str]] = ()
    env: Mapping[str, Input[str]] = field(default_factory=dict)
    env_from: Sequence[Source] = ()
    files: Mapping[str, Source] = field(default_factory=dict)
    scratch: Mapping[str, int] = field(default_factory=lambda: {"/tmp": 64})  # noqa: S108 - the pod's own
    cpu_millis: int = 250
    memory_mb: int = 512
    ephemeral_mb: int = 1024
    startup: Probe | None = None
    readiness: Probe | None = None
    liveness: Probe | None = None
    user: int = 10001

    def __post_init__(self) -> None:
        dns_label("PodContainer.name", self.name)
        for problem in self._problems():
            raise ValueError(f"container {self.name}: {problem}")

    @property
    def sources(self) -> list[Source]:
        """The configurations and secrets that it reads, each once."""
        return list(dict.fromkeys([*self.env_from, *self.files.values()]))

    @property
    def resources(self) -> dict[str, str]:
        """What it asks for and gets at most, as Kubernetes quantities."""
        return {
            "cpu": f"{self.cpu_millis}m",
            "memory": f"{self.memory_mb}Mi",
            "ephemeral-storage": f"{self.ephemeral_mb}Mi",
        }

    def _problems(self) -> Iterator[str]:
        if isinstance(self.image, str) and not _DIGEST.fullmatch(self.image):
            yield f"image {self.image!r} has no digest; write NAME@sha256:DIGEST, as `docker pull` shows it"
        if self.port is not None and not 1024 <= self.port <= 65535:
            yield f"port {self.port} needs rights that no pod has here; write 1024 to 65535"
        if not 1 <= self.user <= 2**31 - 1:
            yield f"user {self.user} is root or no user; write a number like 10001"
        yield from self._variable_problems()
        yield from self._directory_problems()
        yield from self._size_problems()
        yield from self._probe_problems()

    def _variable_problems(self) -> Iterator[str]:
        names = [*self.env, *(key for source in self.env_from for key in sorted(source.keys))]
        for name in names:
            if not _VARIABLE.fullmatch(name):
                yield f"{name!r} is no variable's name; write letters, digits and underscores, no digit first"
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield f"{', '.join(twice)} comes from two places; keep it in one"

    def _directory_problems(self) -> Iterator[str]:
        directories = [*self.files, *self.scratch]
        for directory in directories:
            if not re.fullmatch(r"(/[^/:\s]+)+", directory):
                yield f"{directory!r} is no directory; write an absolute path with no slash last, like /tmp"
        for directory in sorted(set(self.files) & set(self.scratch)):
            yield f"{directory} holds files and is scratch; take two directories"
        for directory, size in self.scratch.items():
            if size < 1:
                yield f"scratch {directory} of {size} MiB holds nothing; write 1 or more"

    def _size_problems(self) -> Iterator[str]:
        """What Autopilot would raise by itself, so that pods would not be what stands here, and cost more."""
        for name, (least, most) in _SIZES.items():
            if not least <= getattr(self, name) <= most:
                yield f"{name} {getattr(self, name)} is no size of a pod; write {least} to {most}"
        least = max(_LEAST_EPHEMERAL_MB, sum(self.scratch.values()) + _ROOM_FOR_LOGS_MB)
        if not least <= self.ephemeral_mb <= _MOST_EPHEMERAL_MB:
            yield (
                f"ephemeral_mb {self.ephemeral_mb} does not go with its scratch directories; "
                f"write {least} to {_MOST_EPHEMERAL_MB}"
            )
        low, high = (ratio * self.cpu_millis / 1000 for ratio in _MIB_A_CPU)
        if not low <= self.memory_mb <= high:
            yield (
                f"memory_mb {self.memory_mb} does not go with cpu_millis {self.cpu_millis}; "
                f"write {math.ceil(low)} to {math.floor(high)}, or other cpu_millis"
            )

    def _probe_problems(self) -> Iterator[str]:
        if self.readiness and self.liveness and _patience(self.liveness) <= _patience(self.readiness):
            yield (
                f"its liveness probe gives up after {_patience(self.liveness)} seconds, its readiness "
                f"probe after {_patience(self.readiness)}: a spike would restart it; write a liveness probe "
                "that waits longer"
            )


def usual_probes(port: int, path: str, *, startup_seconds: int = 300) -> dict[str, Probe]:
    """The three probes of a service that answers on `path`, as arguments of a container.

    Args:
        port: the port that it serves on.
        path: what is asked.
        startup_seconds: how long its start may take.
    """
    return {
        "startup": Probe(port=port, path=path, failures=max(1, startup_seconds // 10)),
        "readiness": Probe(port=port, path=path, period_seconds=5, timeout_seconds=2),
        "liveness": Probe(port=port, path=path, failures=6),
    }


def _patience(probe: Probe) -> int:
    return probe.failures * probe.period_seconds
