"""What many methods of the stand-in have in common: reading, making and changing a thing by its name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bootstrap.google import Google


class Refusal(Exception):  # noqa: N818 - an answer, not an error of ours
    """An answer that is a refusal."""

    def __init__(self, status: int, reason: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.details = status, reason, details or []


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that its API's description knows."""

    path: str
    names: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]

    @property
    def name(self) -> str:
        """The full name of what it is about."""
        return self.path.split("/", 1)[1].split(":", 1)[0]


Answer = Callable[["Google", Request], dict[str, Any]]


def off(service: str) -> Refusal:
    """The refusal of an API that is not enabled."""
    return Refusal(
        403,
        f"{service} has not been used in project before or it is disabled",
        [{"reason": "SERVICE_DISABLED", "metadata": {"service": service}}],
    )


def needs(google: Google, service: str) -> None:
    """Refuses what belongs to an API that is not enabled."""
    if service not in google.enabled:
        raise off(service)


def found(google: Google, name: str) -> dict[str, Any]:
    """What has this name, or the refusal that nothing has."""
    if name not in google.things:
        raise Refusal(404, f"{name} was not found")
    return google.things[name]


def get(service: str) -> Answer:
    """Answers with what has the name."""

    def answer(google: Google, request: Request) -> dict[str, Any]:
        needs(google, service)
        return found(google, request.name)

    return answer


def create(service: str, id_field: str, *, operation: bool = False) -> Answer:
    """Makes what has no such name yet."""

    def answer(google: Google, request: Request) -> dict[str, Any]:
        needs(google, service)
        name = f"{request.name}/{request.query[id_field]}"
        if name in google.things:
            raise Refusal(409, f"{name} already exists")
        google.things[name] = {**copy.deepcopy(request.body), "name": name}
        google.writes.append(f"create {name}")
        return started(google, name) if operation else google.things[name]

    return answer


def patch(service: str, *, operation: bool = False) -> Answer:
    """Changes what the mask names, and nothing else."""

    def answer(google: Google, request: Request) -> dict[str, Any]:
        needs(google, service)
        thing = found(google, request.name)
        mask = request.query["updateMask"].split(",")
        if set(mask) != set(request.body):
            raise Refusal(400, f"updateMask {mask} is not what the body holds")
        thing.update(copy.deepcopy(request.body))
        google.writes.append(f"patch {request.name}")
        return started(google, request.name) if operation else thing

    return answer


def undelete(google: Google, request: Request) -> dict[str, Any]:
    """Brings back what was deleted."""
    found(google, request.name).pop("state")
    google.writes.append(f"undelete {request.name}")
    return started(google, request.name)


def started(google: Google, name: str) -> dict[str, Any]:
    """An operation that is done at the second look."""
    operation = f"{name}/operations/{len(google.writes)}".lstrip("/")
    google.things[operation] = {"name": operation, "looks": 0}
    return {"name": operation}


def look(google: Google, request: Request) -> dict[str, Any]:
    """Answers with how far an operation is."""
    operation = found(google, request.name)
    operation["looks"] += 1
    return {"name": request.name, "done": operation["looks"] > 1}
