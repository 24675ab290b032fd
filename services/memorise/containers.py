"""The containers of both engines, and of the job that syncs: their commands, probes and sizes."""

from __future__ import annotations

from pathlib import Path

from pulumi import Input

from components.kubernetes.configuration import Configuration
from components.kubernetes.mirrored_secret import MirroredSecret
from components.kubernetes.pod import PodContainer, usual_probes
from services.memorise.contract import AI_ENGINE_PORT, REDIS_DIRECTORY, SCRATCH
from services.memorise.place import CONTENT
from services.memorise.settings import AiEngineSettings, ContentEngineSettings, EngineSettings

KEEP_ALIVE_SECONDS = 620
"""Longer than the load balancer keeps a connection it does not use: otherwise it sends into closed ones."""

START_SECONDS = 600
"""How long a start may take, the embedding model's way here included."""

CONTENT_URL = f"http://{CONTENT}"
"""The Content Engine's address in the namespace, where it is always there."""

SYNC_PROGRAM, SYNC_FILE = Path(__file__).with_name("sync_program.py"), "sync.py"

SYNC_CONTAINER = "sync"

_SYNC_DIRECTORY = "/opt/sync"
_COMMAND = "content-engine"
_ROOM_MB = 1024

Sources = tuple[MirroredSecret, Configuration] | tuple[()]


def api_container(
    settings: AiEngineSettings,
    *,
    image: Input[str],
    env_from: Sources = (),
    authority: Configuration | None = None,
) -> PodContainer:
    """The API's, as the document describes it; each has one worker, and the autoscaler makes more pods."""
    probes = usual_probes(AI_ENGINE_PORT, settings.health_path, startup_seconds=START_SECONDS)
    return PodContainer(
        name="api",
        image=image,
        port=AI_ENGINE_PORT,
        command=["uvicorn"],
        args=uvicorn_arguments(settings),
        env_from=env_from,
        files={REDIS_DIRECTORY: authority} if authority else {},
        scratch={SCRATCH: settings.scratch_mb},
        cpu_millis=settings.cpu_millis,
        memory_mb=settings.memory_mb,
        ephemeral_mb=_ephemeral_mb(settings),
        startup=probes["startup"],
        readiness=probes["readiness"],
        liveness=probes["liveness"],
    )


def uvicorn_arguments(settings: AiEngineSettings) -> list[str]:
    """What is served, where, and that the load balancer's word on a client's address is taken for the log."""
    return [
        *[settings.application, "--host", "0.0.0.0", "--port", str(AI_ENGINE_PORT)],  # noqa: S104 - the pod's
        *["--timeout-keep-alive", str(KEEP_ALIVE_SECONDS)],
        *["--timeout-graceful-shutdown", str(settings.request_timeout_seconds)],
        *["--proxy-headers", "--forwarded-allow-ips", "*"],
    ]


def content_container(
    settings: ContentEngineSettings, *, image: Input[str], env_from: Sources = ()
) -> PodContainer:
    """The Content Engine's that is always there."""
    probes = usual_probes(settings.port, "/health", startup_seconds=START_SECONDS)
    return PodContainer(
        name=CONTENT,
        image=image,
        port=settings.port,
        command=[_COMMAND],
        env_from=env_from,
        scratch={SCRATCH: settings.scratch_mb},
        cpu_millis=settings.cpu_millis,
        memory_mb=settings.memory_mb,
        ephemeral_mb=_ephemeral_mb(settings),
        startup=probes["startup"],
        readiness=probes["readiness"],
        liveness=probes["liveness"],
    )


def syncing_container(
    settings: ContentEngineSettings, *, image: Input[str], env_from: Sources, program: Configuration
) -> PodContainer:
    """A job's that starts an engine of its own, asks it, and ends it."""
    return PodContainer(
        name=SYNC_CONTAINER,
        image=image,
        command=["python3", f"{_SYNC_DIRECTORY}/{SYNC_FILE}", _COMMAND],
        env=_sync_variables(settings, f"http://127.0.0.1:{settings.port}"),
        env_from=env_from,
        files={_SYNC_DIRECTORY: program},
        scratch={SCRATCH: settings.scratch_mb},
        cpu_millis=settings.cpu_millis,
        memory_mb=settings.memory_mb,
        ephemeral_mb=_ephemeral_mb(settings),
    )


def asking_container(
    settings: ContentEngineSettings, *, image: Input[str], key: MirroredSecret, program: Configuration
) -> PodContainer:
    """A job's that asks the engine that is always there."""
    return PodContainer(
        name=SYNC_CONTAINER,
        image=image,
        command=["python3", f"{_SYNC_DIRECTORY}/{SYNC_FILE}"],
        env=_sync_variables(settings, CONTENT_URL),
        env_from=[key],
        files={_SYNC_DIRECTORY: program},
    )


def _sync_variables(settings: ContentEngineSettings, url: str) -> dict[str, Input[str]]:
    return {
        "CONTENT_ENGINE_URL": url,
        "START_SECONDS": str(START_SECONDS),
        "SYNC_SECONDS": str(settings.sync_timeout_seconds),
    }


def _ephemeral_mb(settings: EngineSettings) -> int:
    """Disk of a pod: what it may write, and its logs."""
    return settings.scratch_mb + _ROOM_MB
