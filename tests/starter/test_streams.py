"""The stream under real uvicorn: in pieces, alive while silent, resumable, over when told to stop."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.starter.application import Application


def _frames(answer: httpx.Response) -> Iterator[tuple[float, dict[str, str]]]:
    """Each frame with the time it came at; a comment's key is empty."""
    frame: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            key, _, value = line.partition(":")
            frame[key] = value.strip()
        elif frame:
            yield time.monotonic(), frame
            frame = {}


def test_events_arrive_one_by_one_and_nothing_on_the_way_may_hold_them_back(application: Application) -> None:
    with application.client.stream("GET", "/api/stream?seconds=1.5&interval=0.5") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "no-transform" in answer.headers["cache-control"]
        assert answer.headers["x-accel-buffering"] == "no"
        frames = list(_frames(answer))
    ticks = [(at, frame) for at, frame in frames if frame.get("event") == "tick"]
    assert [frame["id"] for _, frame in ticks] == ["1", "2", "3"]
    assert [json.loads(frame["data"])["number"] for _, frame in ticks] == [1, 2, 3]
    gaps = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(ticks)]
    assert all(0.3 < gap < 1.2 for gap in gaps)
    assert frames[-1][1]["event"] == "end"


def test_a_client_that_comes_back_continues_after_the_last_event_it_saw(application: Application) -> None:
    headers = {"Last-Event-ID": "3"}
    with application.client.stream("GET", "/api/stream?seconds=0.5&interval=0.1", headers=headers) as answer:
        ids = [frame["id"] for _, frame in _frames(answer) if "id" in frame]
    assert ids == ["4", "5"]


@pytest.mark.parametrize("query", ["seconds=0", "seconds=3601", "interval=0", "seconds=x"])
def test_a_stream_that_could_not_be_kept_is_refused(application: Application, query: str) -> None:
    assert application.get(f"/api/stream?{query}").status_code == 422


def test_a_silent_stream_carries_heartbeats_and_ends_when_the_process_is_told_to_stop(tmp_path: Path) -> None:
    application = Application({"STREAM_HEARTBEAT_SECONDS": "0.2"}, tmp_path / "log")
    with application.client.stream("GET", "/api/stream?seconds=600&interval=60") as answer:
        frames = _frames(answer)
        seen = [next(frames) for _ in range(4)]
        assert [frame for _, frame in seen[1:]] == [{"": "heartbeat"}] * 3
        began = time.monotonic()
        application.process.terminate()
        rest = [frame for _, frame in frames]
    assert rest[-1]["event"] == "restart"
    assert "id" not in rest[-1]
    assert application.stop() == 0
    assert time.monotonic() - began < 4
    assert "Traceback" not in application.output
