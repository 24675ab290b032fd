"""A container of a Cloud Run service and the probes that ask after it.

Owns what can be said, and refused, of one container by itself. What only makes sense beside the other
containers, the volumes and the scaling is checked by `CloudRunService`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input

from components.secret import SecretRef

_WHOLE_CPUS = {1: (128, 4096), 2: (128, 8192), 4: (2048, 16384), 6: (4096, 24576), 8: (4096, 32768)}
"""Least and most MiB of memory beside each number of vCPUs."""

_RESERVED = {"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"}
_FORBIDDEN_MOUNTS = ("/dev", "/proc", "/sys")
_STARTUP_LIMIT_SECONDS = 240


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A question that Cloud Run asks a container again and again.

    Attributes:
        port: the port asked, which may be another than the container serves on.
        path: path of the GET request; without one a TCP connection is enough.
        period_seconds: time between two attempts.
        timeout_seconds: time an answer may take, less than the period.
        failures: attempts in a row that must fail.
    """

    port: int
    path: str | None = None
    period_seconds: int = 10
    timeout_seconds: int = 5
    failures: int = 3

    def __post_init__(self) -> None:
        if self.path is not None and not self.path.startswith("/"):
            raise ValueError(f"Probe.path {self.path!r} must begin with a slash; write '/{self.path}'")
        if not 1 <= self.timeout_seconds < self.period_seconds:
            raise ValueError(
                f"Probe.timeout_seconds {self.timeout_seconds} must be 1 or more and less than "
                f"period_seconds {self.period_seconds}; write timeout_seconds={self.period_seconds - 1}"
            )
        if self.failures < 1:
            raise ValueError(f"Probe.failures {self.failures} can't be counted; write 1 or more")


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a service's instances.

    Attributes:
        name: its name in the service, a DNS label.
        image: its image, by digest: a tag that moves makes no new revision.
        port: the port it serves requests on, told to it as PORT; only the ingress container has one.
        cpu: vCPUs: 1, 2, 4, 6, 8, or a fraction from 0.08 on where the service's add up to 1 or more.
        memory_mb: memory in MiB.
        command: replaces the image's entrypoint.
        args: replaces the image's command.
        env: plain variables.
        secret_env: variables that hold a secret's pinned version.
        startup: gates everything else until it succeeds; at most 240 seconds in all.
        liveness: restarts the container where it fails; over HTTP.
        readiness: keeps new requests from the instance while it fails; over HTTP.
        mounts: volume name to the path it is mounted at.
        depends_on: containers that must have started first; each needs a startup probe.
    """

    name: str
    image: Input[str]
    port: int | None = None
    cpu: float = 1
    memory_mb: int = 512
    command: Sequence[Input[str]] = ()
    args: Sequence[Input[str]] = ()
    env: Mapping[str, Input[str]] = field(default_factory=dict)
    secret_env: Mapping[str, SecretRef] = field(default_factory=dict)
    startup: Probe | None = None
    liveness: Probe | None = None
    readiness: Probe | None = None
    mounts: Mapping[str, str] = field(default_factory=dict)
    depends_on: Sequence[str] = ()

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(f"container {self.name}: {problem}")

    @property
    def limits(self) -> dict[str, Input[str]]:
        """CPU and memory as Kubernetes quantities."""
        cpu = str(int(self.cpu)) if self.cpu == int(self.cpu) else f"{round(self.cpu * 1000)}m"
        return {"cpu": cpu, "memory": f"{self.memory_mb}Mi"}

    def _problems(self) -> Iterator[str]:
        if not re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", self.name):
            yield "its name is no DNS label; write lower-case letters, digits and dashes, a letter first"
        if self.port is not None and not 1 <= self.port <= 65535:
            yield f"port {self.port} does not exist; write 1 to 65535"
        yield from self._resource_problems()
        yield from self._variable_problems()
        yield from self._probe_problems()
        yield from self._mount_problems()

    def _resource_problems(self) -> Iterator[str]:
        if self.cpu < 1:
            least, most = 128, 512 if self.cpu < 0.5 else 1024
            if self.cpu < 0.08:
                yield f"cpu {self.cpu} is below Cloud Run's least; write 0.08 or more"
        elif self.cpu in _WHOLE_CPUS:
            least, most = _WHOLE_CPUS[int(self.cpu)]
        else:
            yield f"cpu {self.cpu} is no size of Cloud Run; write 1, 2, 4, 6 or 8, or less than 1"
            return
        if not least <= self.memory_mb <= most:
            yield f"memory_mb {self.memory_mb} does not go with cpu {self.cpu}; write {least} to {most}"

    def _variable_problems(self) -> Iterator[str]:
        names = [*self.env, *self.secret_env]
        for name in names:
            if name in _RESERVED or name.startswith("X_GOOGLE_"):
                yield f"Cloud Run sets {name} itself and refuses it here; take it out of the variables"
            if not name or "=" in name:
                yield f"{name!r} is no variable's name"
        if both := sorted(set(self.env) & set(self.secret_env)):
            yield f"{', '.join(both)} stands in env and in secret_env; keep it in one"

    def _probe_problems(self) -> Iterator[str]:
        probes = {"startup": self.startup, "liveness": self.liveness, "readiness": self.readiness}
        for kind, probe in probes.items():
            if kind != "startup" and probe and probe.path is None:
                yield f"its {kind} probe must be an HTTP request; write Probe(path='/…')"
        if self.startup and self.startup.failures * self.startup.period_seconds > _STARTUP_LIMIT_SECONDS:
            most = _STARTUP_LIMIT_SECONDS // self.startup.period_seconds
            yield (
                f"its startup probe waits longer than {_STARTUP_LIMIT_SECONDS} seconds; write failures={most}"
            )

    def _mount_problems(self) -> Iterator[str]:
        for volume, path in self.mounts.items():
            if not path.startswith("/") or ":" in path:
                yield f"volume {volume} can't be mounted at {path!r}; write an absolute path without a colon"
            elif any(path == top or path.startswith(f"{top}/") for top in _FORBIDDEN_MOUNTS):
                yield f"volume {volume} can't be mounted at {path}; write a path outside /dev, /proc and /sys"
        if len(set(self.mounts.values())) < len(self.mounts):
            yield "two volumes share a path; give each its own"
