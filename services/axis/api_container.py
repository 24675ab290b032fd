"""The API's container: its command, probes and size, from the settings alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import Input

from components.containers import Container, Probe
from components.secret import SecretRef
from services.axis.settings import AxisSettings

PORT = 8500
_GRACEFUL_SECONDS = 5
"""Of the ten that Cloud Run gives after SIGTERM; the rest is the keeper's."""


def api_container(
    settings: AxisSettings,
    *,
    image: Input[str],
    env: Mapping[str, Input[str]],
    secret_env: Mapping[str, SecretRef],
    mounts: Mapping[str, str],
    depends_on: Sequence[str],
) -> Container:
    """The container that serves requests.

    Args:
        settings: its size and what uvicorn is told.
        image: its image.
        env: its plain variables.
        secret_env: its secret variables.
        mounts: volume name to path.
        depends_on: containers that have to start first.
    """
    return Container(
        name="api",
        image=image,
        port=PORT,
        cpu=settings.api.cpu,
        memory_mb=settings.api.memory_mb,
        command=["uvicorn"],
        args=uvicorn_arguments(settings),
        env=env,
        secret_env=secret_env,
        startup=Probe(port=PORT, path="/", period_seconds=10, timeout_seconds=5, failures=24),
        liveness=Probe(port=PORT, path="/", period_seconds=30, timeout_seconds=10, failures=3),
        readiness=Probe(port=PORT, path="/health", period_seconds=15, timeout_seconds=10, failures=2),
        mounts=mounts,
        depends_on=depends_on,
    )


def uvicorn_arguments(settings: AxisSettings) -> list[str]:
    """The document's flags: no reload, the access log; proxies are trusted, since Cloud Run is one."""
    api = settings.api
    return [
        *[api.application, "--host", "0.0.0.0", "--port", str(PORT)],  # noqa: S104 - Cloud Run asks for it
        *["--workers", str(api.workers), "--log-level", api.log_level, "--access-log"],
        *["--proxy-headers", "--forwarded-allow-ips", "*"],
        *["--timeout-graceful-shutdown", str(_GRACEFUL_SECONDS)],
    ]
