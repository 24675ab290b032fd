"""A plan as reports look at it: from the simulated cloud or from the JSON that `make preview` writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from simulator import display
from simulator.in_process import Plan

_PROVIDER = "pulumi:providers:gcp"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One resource.

    Attributes:
        urn: its unique name.
        type: its type token.
        name: its name in the program.
        parent: its parent's URN; empty at the top.
        inputs: what was asked for; a secret is hidden.
        dependencies: the URNs of what is made before.
    """

    urn: str
    type: str
    name: str
    parent: str
    inputs: Mapping[str, Any]
    dependencies: tuple[str, ...]

    @property
    def custom(self) -> bool:
        """Whether a provider makes it."""
        return not self.type.startswith(("ai-platform:", "pulumi:"))


@dataclass(frozen=True)
class Planned:
    """A stack's plan.

    Attributes:
        stack: the stack's name.
        items: every resource.
    """

    stack: str
    items: tuple[Item, ...]

    @classmethod
    def of(cls, stack: str, plan: Plan) -> Planned:
        """A plan of the simulated cloud."""
        return cls.read(display.as_json(stack, plan))

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Planned:
        """What `make preview FORMAT=json` wrote."""
        return cls(content["stack"], tuple(_item(one) for one in content["resources"]))

    @cached_property
    def by_urn(self) -> dict[str, Item]:
        """Each resource by its URN."""
        return {item.urn: item for item in self.items}

    @cached_property
    def region(self) -> str:
        """The region of whatever names none."""
        providers = (item for item in self.items if item.type == _PROVIDER)
        return next((str(provider.inputs["region"]) for provider in providers), "us-central1")

    def of_type(self, *types: str) -> list[Item]:
        """The resources of these types."""
        return [item for item in self.items if item.type in types]

    def ancestors(self, item: Item) -> list[Item]:
        """The resource's parents, the nearest first."""
        found, parent = [], self.by_urn.get(item.parent)
        while parent is not None:
            found.append(parent)
            parent = self.by_urn.get(parent.parent)
        return found

    def system(self, item: Item) -> str:
        """The name of the system that a resource belongs to: its topmost parent."""
        return (self.ancestors(item) or [item])[-1].name

    def region_of(self, item: Item) -> str:
        """The region that a resource is in."""
        inputs = item.inputs
        place = inputs.get("region") or inputs.get("location") or inputs.get("zone") or self.region
        parts = str(place).lower().split("-")
        return "-".join(parts[:2]) if len(parts) > 1 else self.region


def _item(recorded: Mapping[str, Any]) -> Item:
    return Item(
        urn=recorded["urn"],
        type=recorded["type"],
        name=recorded["name"],
        parent=recorded["parent"],
        inputs=recorded["inputs"],
        dependencies=tuple(recorded["dependencies"]),
    )
