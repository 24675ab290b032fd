"""A drawing: what runs and what holds, in its systems, and who talks to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["workload", "store", "entrance", "schedule"]


@dataclass(frozen=True, kw_only=True)
class Node:
    """One thing in the drawing.

    Attributes:
        id: letters, digits and underscores, unique in the drawing.
        kind: what it is: `Cloud Run`, `Cloud SQL`.
        title: its name.
        detail: what a reader wants to know of it at a glance.
        system: the system that it belongs to.
        shape: how it is drawn.
        public: whether the internet reaches it.
    """

    id: str
    kind: str
    title: str
    detail: str
    system: str
    shape: Shape
    public: bool = False


@dataclass(frozen=True, order=True)
class Edge:
    """Who talks to whom.

    Attributes:
        source: the ID of who asks.
        target: the ID of who answers.
        label: how, where that is known: `TLS`.
    """

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A stack's architecture.

    Attributes:
        stack: the stack's name.
        region: the region it is in.
        nodes: what is drawn, in the order of the plan.
        edges: who talks to whom, in order.
        platform: what all systems share: what it is, and its names.
    """

    stack: str
    region: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    platform: tuple[tuple[str, str], ...]

    @property
    def systems(self) -> list[str]:
        """The systems that something private belongs to, in the order of the plan."""
        return list(dict.fromkeys(node.system for node in self.nodes if not node.public))
