"""Pulumi waits for every output of a program, and asks once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from pulumi.runtime import stack
from pulumi.runtime.rpc_manager import RPCManager
from pulumi.runtime.settings import SETTINGS

import linear_wait


@pytest.fixture(autouse=True)
def _pulumi_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(stack, "_get_rpc_manager", RPCManager)
    kept, SETTINGS.outputs = SETTINGS.outputs, set()
    yield
    SETTINGS.outputs = kept


def wait_for(*outputs: Coroutine[Any, Any, object]) -> None:
    """What Pulumi does at the end of a program that has these outputs."""

    async def end() -> None:
        SETTINGS.outputs.update(asyncio.ensure_future(output) for output in outputs)
        await stack.wait_for_rpcs()

    asyncio.run(end())


async def known(after: float, seen: list[float]) -> None:
    await asyncio.sleep(after)
    seen.append(after)


async def failing(after: float) -> None:
    await asyncio.sleep(after)
    raise ValueError("no such bucket")


def test_this_version_of_the_sdk_is_one_that_asks_for_each_output() -> None:
    assert linear_wait.waits_for_one_at_a_time(), "take linear_wait out: the SDK no longer needs it"


def test_every_output_is_waited_for() -> None:
    seen: list[float] = []
    wait_for(*(known(after / 1000, seen) for after in range(20)))
    assert len(seen) == 20


def test_outputs_that_others_make_are_waited_for() -> None:
    seen: list[float] = []

    async def making() -> None:
        SETTINGS.outputs.add(asyncio.ensure_future(known(0.02, seen)))

    wait_for(making())
    assert seen == [0.02]


def test_the_first_failure_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="no such bucket"):
        wait_for(failing(0.01), known(60, []))


def test_it_asks_as_often_with_many_outputs_as_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    wait = asyncio.wait

    async def counting(pending: Any, **options: Any) -> Any:
        asked.append(len(pending))
        return await wait(pending, **options)

    monkeypatch.setattr(asyncio, "wait", counting)
    wait_for(*(known(after / 1000, []) for after in range(50)))
    assert asked == [50]
