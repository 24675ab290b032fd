"""`GET /api/stream`: server-sent events that arrive one by one.

Owns the frames, the heartbeats and the end of a stream. A stream ends by itself, when its client goes, or
when the process is told to stop; then the client comes back with `Last-Event-ID` and continues where it was.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

_RETRY_MILLISECONDS = 2000
# Cloud Run's own limit of a request: nothing longer could be kept.
_LONGEST_SECONDS = 3600
_HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}

router = APIRouter()


@router.get("/api/stream")
async def stream(
    request: Request,
    seconds: Annotated[float, Query(gt=0, le=_LONGEST_SECONDS)] = 10,
    interval: Annotated[float, Query(ge=0.05, le=_LONGEST_SECONDS)] = 1,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """An event every `interval` seconds for `seconds` seconds, numbered from 1."""
    last = math.ceil(seconds / interval)
    done = int(last_event_id) if last_event_id and last_event_id.isdecimal() else 0
    frames = _frames(done, last, interval, request.app.state.settings.heartbeat, request.app.state.stopping)
    return StreamingResponse(frames, media_type="text/event-stream", headers=_HEADERS)


async def _frames(
    done: int, last: int, interval: float, heartbeat: float, stopping: asyncio.Event
) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MILLISECONDS}\n\n"
    for number in range(done + 1, last + 1):
        async for beat in _silence(interval, heartbeat, stopping):
            yield beat
        if stopping.is_set():
            # No id, so that the client resumes after the last event it really got.
            yield "event: restart\ndata: {}\n\n"
            return
        data = json.dumps({"number": number, "of": last, "at": datetime.now(UTC).isoformat()})
        yield f"id: {number}\nevent: tick\ndata: {data}\n\n"
    yield "event: end\ndata: {}\n\n"


async def _silence(length: float, heartbeat: float, stopping: asyncio.Event) -> AsyncIterator[str]:
    """Waits `length` seconds, with a comment at least every `heartbeat`; ends early when told to stop."""
    loop = asyncio.get_running_loop()
    until = loop.time() + length
    while not stopping.is_set() and (left := until - loop.time()) > 0:
        try:
            await asyncio.wait_for(stopping.wait(), min(left, heartbeat))
        except TimeoutError:
            if left > heartbeat:
                yield ": heartbeat\n\n"
