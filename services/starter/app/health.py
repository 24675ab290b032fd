"""`GET /health`: asks every dependency a real question.

Owns what counts as healthy and the bounds in time. Says which component is down and nothing else: neither the
answer nor the log carries an address, a user, a password or a library's own words about them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from redis.asyncio import Redis
from redis.asyncio.connection import SSLConnection
from redis.exceptions import ResponseError

from .databases import Database
from .settings import Settings

_log = logging.getLogger("starter.health")
_NOT_CONFIGURED = "not configured"
_UP, _DOWN = "up", "down"

Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Report:
    """One answer of `/health`.

    Attributes:
        components: `up`, `down` or `not configured` by component.
        taken_at: monotonic time of the answer.
    """

    components: Mapping[str, str]
    taken_at: float

    @property
    def healthy(self) -> bool:
        """Whether nothing that is configured is down."""
        return _DOWN not in self.components.values()

    def body(self) -> dict[str, object]:
        """What the route answers."""
        return {"status": "healthy" if self.healthy else "unhealthy", "components": self.components}


class Health:
    """Checks the dependencies together, and shares one answer between callers that ask at the same time."""

    def __init__(self, settings: Settings, databases: list[Database]) -> None:
        self._timeout, self._cache = settings.health_timeout, settings.health_cache
        self._checks = _checks(settings, databases)
        self._lock = asyncio.Lock()
        self._last: Report | None = None

    async def report(self) -> Report:
        """The newest answer, at most `HEALTH_CACHE_SECONDS` old.

        The route is public, so what it costs the databases must not grow with the number of callers.
        """
        async with self._lock:
            if self._last is None or time.monotonic() - self._last.taken_at >= self._cache:
                answers = await asyncio.gather(*(self._ask(*entry) for entry in self._checks.items()))
                self._last = Report(dict(zip(self._checks, answers, strict=True)), time.monotonic())
            return self._last

    async def _ask(self, component: str, check: Check | None) -> str:
        if check is None:
            return _NOT_CONFIGURED
        try:
            async with asyncio.timeout(self._timeout):
                await check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is "down"
            _log.warning("%s is down: %s", component, type(error).__name__)
            return _DOWN
        return _UP


def _checks(settings: Settings, databases: list[Database]) -> dict[str, Check | None]:
    checks: dict[str, Check | None] = {"postgres": None} if not databases else {}
    for database in databases:
        checks[f"postgres:{database.name}"] = _postgres(database, settings.health_timeout)
    checks["redis"] = _redis(settings) if settings.redis_url else None
    checks["falkordb"] = _falkordb(settings) if settings.graph_host else None
    return checks


def _postgres(database: Database, timeout: float) -> Check:
    async def check() -> None:
        if database.conninfo is None:
            raise ValueError("its configuration is broken")
        # libpq's own limit too: a cancelled task does not end a TCP handshake that is under way.
        async with await psycopg.AsyncConnection.connect(
            database.conninfo, connect_timeout=max(2, round(timeout)), application_name="starter-health"
        ) as connection:
            await connection.execute("SELECT 1")

    return check


def redis_options(settings: Settings) -> dict[str, Any]:
    """How to connect to Redis: bounded in time, and by TLS with the given authority where the URL says so."""
    options: dict[str, Any] = {
        "socket_timeout": settings.health_timeout,
        "socket_connect_timeout": settings.health_timeout,
    }
    if (settings.redis_url or "").startswith("rediss://"):
        # The chain must lead to the given authority, which signs for this one instance alone. The name is not
        # compared: Memorystore puts an address in the common name, which Python rightly does not look at, and
        # no alternative name, so that the comparison could only fail (envoyproxy/ratelimit pull request 409).
        options |= {
            "connection_class": SSLConnection,
            "ssl_cert_reqs": "required",
            "ssl_check_hostname": False,
            "ssl_ca_data": settings.redis_ca,
        }
    return options


def _redis(settings: Settings) -> Check:
    async def check() -> None:
        async with Redis.from_url(settings.redis_url or "", **redis_options(settings)) as client:
            await client.execute_command("PING")

    return check


def _falkordb(settings: Settings) -> Check:
    async def check() -> None:
        async with Redis(
            host=settings.graph_host or "",
            port=settings.graph_port,
            password=settings.graph_password,
            socket_timeout=settings.health_timeout,
            socket_connect_timeout=settings.health_timeout,
        ) as client:
            try:
                # Read-only: a plain GRAPH.QUERY would create the graph that it asks about.
                await client.execute_command("GRAPH.RO_QUERY", settings.graph_name, "RETURN 1")
            except ResponseError as error:
                # The graph appears with the first write; until then its absence is not an outage.
                if "empty key" not in str(error):
                    raise

    return check
