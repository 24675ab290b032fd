"""How the simulated cloud says no, and the faults that a test asks it for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class CloudRefused(Exception):  # noqa: N818 - the cloud refuses; nothing is in error
    """The cloud refuses an operation.

    Attributes:
        reason: what is wrong and what to write instead.
        property: the property at fault, if one is.
    """

    def __init__(self, reason: str, property: str | None = None) -> None:
        super().__init__(f"{property}: {reason}" if property else reason)
        self.reason, self.property = reason, property


class CloudUnready(CloudRefused):
    """Something was made or changed, and did not become ready: it is there all the same.

    Attributes:
        id: its ID.
        state: what is known of it.
    """

    def __init__(self, reason: str, id: str, state: Mapping[str, Any]) -> None:
        super().__init__(reason)
        self.id, self.state = id, dict(state)


class Faults:
    """The faults that a test asks for; each happens once.

    Attributes:
        operations: how many mutating operations were asked for.
    """

    def __init__(self, fail_on: int | str | None, unready: str | None) -> None:
        """Ask for faults.

        Args:
            fail_on: the number of the mutating operation that fails, counted from one; or the end of a URN,
                the first operation on which fails.
            unready: the end of a URN of something that is awaited, and does not become ready the first time.
        """
        self.operations = 0
        self._fail_on, self._unready = fail_on, unready

    def attempt(self, urn: str) -> None:
        """Count a mutating operation, and fail it if it is the one that was asked to fail."""
        self.operations += 1
        fails = self._fail_on == self.operations or (
            isinstance(self._fail_on, str) and urn.endswith(self._fail_on)
        )
        if fails:
            self._fail_on = None
            raise CloudRefused("the simulated cloud was told to fail this operation once; run it again")

    def becomes_ready(self, urn: str) -> bool:
        """Whether what was made or changed becomes ready."""
        if self._unready is None or not urn.endswith(self._unready):
            return True
        self._unready = None
        return False
