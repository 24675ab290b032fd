"""The starter's application: `GET /`, `GET /health`, a stream, and the DuckDB store.

Owns the wiring and the end of the process. It keeps the whole contract that a deployed system has (its
databases, its origins, its streams, its shutdown), so that a first deployment proves itself before the team's
code is there.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from types import FrameType

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from . import streams, sync
from .databases import find_databases
from .health import Health
from .settings import Settings, read_settings
from .store import read_store_settings


def create_app(settings: Settings) -> FastAPI:
    """The application with `settings`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.stopping = asyncio.Event()
        restore = _on_stop(app.state.stopping)
        databases = find_databases(settings)
        app.state.health = Health(settings, databases)
        store_settings = read_store_settings(settings)
        app.state.syncer = sync.Syncer(store_settings, databases) if store_settings else None
        if app.state.syncer and app.state.syncer.starts_with_sync:
            app.state.syncer.start(list(app.state.syncer.databases))
        yield
        if app.state.syncer:
            await app.state.syncer.stop()
        restore()

    app = FastAPI(title=settings.service, version=settings.version, lifespan=lifespan)
    app.state.settings = settings
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.origins),
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
    )
    app.include_router(streams.router)
    app.include_router(sync.router)
    app.add_api_route("/", _root)
    app.add_api_route("/health", _health)
    return app


async def _root(request: Request) -> dict[str, str]:
    """That the process is alive; asks nobody."""
    settings: Settings = request.app.state.settings
    return {"status": "healthy", "service": settings.service, "version": settings.version}


async def _health(request: Request) -> JSONResponse:
    """200 when everything that is configured answers, else 503 with what is down."""
    report = await request.app.state.health.report()
    return JSONResponse(report.body(), status_code=200 if report.healthy else 503)


def _on_stop(stopping: asyncio.Event) -> Callable[[], None]:
    """Sets `stopping` as soon as the signal comes; the answer puts the old handlers back.

    Uvicorn waits for open answers before it ends the lifespan, so a stream that waited for the lifespan's end
    would be waited for itself, until it is cut in the middle of an event.
    """
    loop = asyncio.get_running_loop()
    previous: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.set)
        earlier = previous[number]
        if callable(earlier):
            earlier(number, frame)

    def restore() -> None:
        for number, earlier in previous.items():
            signal.signal(number, earlier)

    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            previous[number] = signal.signal(number, handle)
    except ValueError:
        # Not the main thread, as under a test client: nothing will send this loop a signal.
        previous.clear()
    return restore


def _configure_logging(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s [%(levelname)s] %(name)s: %(message)s")
    # These name hosts and users when a connection fails; our own lines say what is down.
    for library in ("psycopg", "redis", "asyncio"):
        logging.getLogger(library).setLevel(logging.CRITICAL)


_settings = read_settings()
_configure_logging(_settings.log_level)
app = create_app(_settings)
