"""Pulumi's wait for a program's outputs, in time that grows with their number and not with its square.

Before a program ends, Pulumi's SDK waits until every output is known. It asks for the first that is, and
then once more for all that are left (`wait_for_rpcs` in `pulumi.runtime.stack`): with thousands of
outputs, as here, that is half of the time of a preview on the real engine. Importing this module makes
that question the one for all of them, or the first that fails. What is waited for, and what a failure
does, stay the same.

It rests on one line of the SDK. Where another version waits in another way, importing this changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from pulumi.runtime import stack


class _Asyncio:
    """`asyncio` as the SDK's module sees it: the same but for `wait`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def wait(
        self, pending: Iterable[asyncio.Task[Any]], **_options: Any
    ) -> tuple[set[asyncio.Task[Any]], set[asyncio.Task[Any]]]:
        """Waits for all of them, or the first that fails."""
        return await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)


def waits_for_one_at_a_time() -> bool:
    """Whether this version of the SDK does."""
    return {"wait", "FIRST_COMPLETED"} <= {*stack.wait_for_rpcs.__code__.co_names}


if waits_for_one_at_a_time():
    vars(stack)["asyncio"] = _Asyncio()
