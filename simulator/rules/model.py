"""The form of a rule: what the cloud says of a resource type, as data, and functions where data falls short.

Names no type. Paths are as in `simulator.paths`; a refusal is a path and a sentence that says what to write
instead.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator.paths import UNKNOWN, value_at, values_at

Refusal = tuple[str, str]

MADE_AT = "2026-01-01T00:00:00Z"
"""When everything was made: a cloud whose clock moved would never give the same answer twice."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A resource that exists.

    Attributes:
        type: its type token.
        id: its ID; what is in a place of its own (an object in a cluster) has that place before it.
        urn: its URN.
        inputs: what was asked for.
        state: what is known of it.
    """

    type: str
    id: str
    urn: str
    inputs: dict[str, Any]
    state: dict[str, Any]

    def get(self, path: str, default: Any = None) -> Any:
        """The value at `path` of its state."""
        return value_at(self.state, path, default)


class World(Protocol):
    """What rules may ask of the cloud."""

    def all(self, *types: str) -> list[Stored]:
        """The resources of these types, in the order of their making."""
        ...

    def find(self, value: object, *types: str) -> Stored | None:
        """The resource of one of these types that `value` names: its ID, link, name or address."""
        ...

    def was_there(self, value: object) -> bool:
        """Whether `value` names something that was there before the program."""
        ...

    def setting(self, package: str, name: str) -> Any:
        """What the package's provider was configured with."""
        ...

    def buried(self, name: str) -> bool:
        """Whether `name` was used by something deleted that still blocks it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Request:
    """A resource as asked for, and the cloud it is asked of.

    Attributes:
        type: its type token.
        urn: its URN.
        inputs: what is asked for.
        world: the cloud.
        id: its ID, where it exists.
        provider: the settings of the provider that asks, where each provider asks for a place of its own.
    """

    type: str
    urn: str
    inputs: Mapping[str, Any]
    world: World
    id: str | None = None
    provider: Mapping[str, Any] = field(default_factory=dict)

    def get(self, path: str, default: Any = None) -> Any:
        """The first known value at `path` of the inputs."""
        return value_at(self.inputs, path, default)

    def every(self, path: str) -> list[tuple[str, Any]]:
        """Each known value at `path` of the inputs, with its concrete path."""
        return list(values_at(self.inputs, path))

    @property
    def project(self) -> str:
        """The project it belongs to: its own, else the provider's."""
        return str(self.get("project") or self.world.setting("gcp", "project") or "project")

    @property
    def region(self) -> str:
        """The region it is in: its own, else the provider's."""
        return last(self.get("region") or self.world.setting("gcp", "region") or "us-central1")

    @property
    def zone(self) -> str:
        """The zone it is in: its own, else the provider's."""
        return last(self.get("zone") or self.world.setting("gcp", "zone") or f"{self.region}-b")

    @property
    def name(self) -> str:
        """Its physical name."""
        return str(self.get("name") or self.logical_name)

    @property
    def logical_name(self) -> str:
        """Its name in the program."""
        return self.urn.rsplit("::", 1)[-1]

    def digest(self, *salt: object, length: int = 64) -> str:
        """Hexadecimal digits that are the same for the same URN and `salt`."""
        whole = json.dumps([self.urn, *salt], sort_keys=True, default=str)
        return hashlib.sha256(whole.encode()).hexdigest()[:length]

    def number(self, *salt: object, digits: int = 19) -> str:
        """A decimal number of `digits` digits that is the same for the same URN and `salt`."""
        return f"{1 + int(self.digest(*salt), 16) % (9 * 10 ** (digits - 1)):0>{digits}}"

    def target(self, path: str, *types: str) -> Stored | None:
        """The resource that the value at `path` names."""
        return self.world.find(self.get(path), *types)


@dataclass(frozen=True, kw_only=True)
class Name:
    """A type's physical name.

    Attributes:
        property: the property that holds it.
        pattern: what it must match as a whole.
        says: the pattern in words.
        limit: its longest length.
        auto: whether the provider makes one, of the logical name and seven digits, when it is not given.
    """

    property: str = "name"
    pattern: str = ""
    says: str = ""
    limit: int = 63
    auto: bool = True

    def refusals(self, inputs: Mapping[str, Any]) -> Iterable[Refusal]:
        """What is wrong with the name in `inputs`."""
        name = inputs.get(self.property)
        if not isinstance(name, str) or name == UNKNOWN:
            return
        if len(name) > self.limit:
            yield self.property, f"{name!r} has {len(name)} characters; use at most {self.limit}"
        elif self.pattern and not re.fullmatch(self.pattern, name):
            yield self.property, f"{name!r} is no valid name; use {self.says}"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A property that names other resources.

    Attributes:
        path: where the property is.
        types: the types that it may name.
        holds: whether the resource named cannot be deleted meanwhile.
        foreign: what a value matches in full that names something outside the program, and is not looked up.
    """

    path: str
    types: tuple[str, ...]
    holds: bool = True
    foreign: str = ""

    def is_foreign(self, value: object) -> bool:
        """Whether `value` names something that this project does not hold."""
        return bool(self.foreign) and isinstance(value, str) and re.fullmatch(self.foreign, value) is not None


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that must exist first and that no property names, so that the program must say the edge.

    Attributes:
        property: the property that makes it needed.
        found: the resource, or `None` when there is none.
        reason: what is wrong without it, and what to write instead.
    """

    property: str
    found: Stored | None
    reason: str


def _nothing(_: Request) -> Iterable[Any]:
    return ()


@dataclass(frozen=True, kw_only=True)
class TypeRules:
    """What the cloud says of one type.

    Attributes:
        name: its physical name, or `None` when it has none of its own.
        defaults: properties of the state that the cloud fills in when they are not given.
        values: path to the values allowed there.
        ranges: path to the least and the greatest number allowed there.
        patterns: path to what a text must match as a whole, and that in words.
        references: the properties that name other resources.
        replaces: the paths whose change replaces the resource.
        replaces_when: path to whether the change from one value to another replaces the resource.
        ignores: the paths whose change is no change.
        delete_before_replace: whether a replacement is always deleted first.
        protections: property to the value that refuses deletion, and whether none given refuses it too.
        identity: its ID.
        computed: the properties that the cloud computes; over `defaults`, under nothing.
        wrong: what is wrong with the inputs alone.
        refused: what is wrong with them in this cloud as it is.
        needs: what must exist first without being named.
        undeletable: why it cannot be deleted now.
        takes: the types of what goes with it when it is deleted.
        contents: what lives in it and goes with it when it is deleted, where no reference says so.
        aliases: further names that others may use for it.
        buries: the names that stay blocked once it is deleted.
        api: the service that must be enabled for it.
        identity_is_unique: whether another resource with the same ID is a name in use.
        place: what its ID is unique in, where that is not the whole cloud.
        unreachable: why that place can't be reached, if it can't.
        filled: the inputs with what the provider adds to them; it is told those of before, if there were any.
        replaced: further paths whose change replaces, as its provider is set.
        renewed: paths for which it is replaced although nothing about it changed.
        makes_way: whether the old one goes before its replacement is made, from the inputs before and after;
            without it, what the name says.
        awaited: whether it is ready only some time after it was made, and may never be.
    """

    name: Name | None = field(default_factory=Name)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Iterable[str]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    patterns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    references: Sequence[Reference] = ()
    replaces: frozenset[str] = frozenset()
    replaces_when: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    ignores: frozenset[str] = frozenset()
    delete_before_replace: bool = False
    protections: Mapping[str, tuple[Any, bool]] = field(default_factory=dict)
    identity: Callable[[Request], str] | None = None
    computed: Callable[[Request], Mapping[str, Any]] = lambda _: {}
    wrong: Callable[[Request], Iterable[Refusal]] = _nothing
    refused: Callable[[Request], Iterable[Refusal]] = _nothing
    needs: Callable[[Request], Iterable[Need]] = _nothing
    undeletable: Callable[[Stored, World], Iterable[str]] = lambda _stored, _world: ()
    takes: tuple[str, ...] = ()
    contents: Callable[[Stored, World], Iterable[Stored]] = lambda _stored, _world: ()
    aliases: Callable[[Stored], Iterable[str]] = lambda _: ()
    buries: Callable[[Stored], Iterable[str]] = lambda _: ()
    api: str | None = None
    identity_is_unique: bool = True
    place: Callable[[Request], str] = lambda _: ""
    unreachable: Callable[[Request], str | None] = lambda _: None
    filled: Callable[[Request, Mapping[str, Any] | None], Mapping[str, Any]] | None = None
    replaced: Callable[[Request], Iterable[str]] = _nothing
    renewed: Callable[[Request], Iterable[str]] = _nothing
    makes_way: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] | None = None
    awaited: bool = False


def last(value: object) -> str:
    """The last part of a link or an ID: the short name."""
    return str(value).rstrip("/").rsplit("/", 1)[-1]


def words(*texts: str) -> frozenset[str]:
    """The words of `texts`: short for a set of paths or values."""
    return frozenset(word for text in texts for word in text.split())
