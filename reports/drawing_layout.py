"""Where everything in a drawing stands.

Left to right: the internet, the ways in, and the systems, each a box with what runs in front of what holds.
What is in a column stands in the order of who asks for it, so that few arrows cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.drawing_model import Drawing, Node

WIDTH, HEIGHT = 196, 60
_GAP, _PAD, _TITLE = 20, 18, 30
_TOP, _LEFT = 96, 28
CLIENT_WIDTH = 84
_WAYS = _LEFT + CLIENT_WIDTH + 84
_SYSTEMS = _WAYS + WIDTH + 96
_BETWEEN = 130


@dataclass(frozen=True)
class Box:
    """A rectangle.

    Attributes:
        x: left edge.
        y: upper edge.
        width: width.
        height: height.
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The height at which an arrow meets it."""
        return self.y + self.height / 2


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where everything is.

    Attributes:
        width: the drawing's width.
        height: its height, down to the last system.
        client: the internet.
        nodes: each node by its ID.
        systems: each system's box by its name.
    """

    width: float
    height: float
    client: Box
    ways: float
    nodes: dict[str, Box]
    systems: dict[str, Box]


def layout_of(drawing: Drawing) -> Layout:
    """Where everything in a drawing stands."""
    nodes: dict[str, Box] = {}
    systems: dict[str, Box] = {}
    y: float = _TOP
    for system in drawing.systems:
        box = _place_system(drawing, system, y, nodes)
        if box is not None:
            systems[system] = box
            y = box.y + box.height + _GAP
    ways = [node for node in drawing.nodes if _is_way_in(node)]
    _place_ways(ways, drawing, nodes)
    bottom = max((box.y + box.height for box in [*systems.values(), *nodes.values()]), default=_TOP + HEIGHT)
    public = [nodes[node.id].middle for node in drawing.nodes if node.public]
    middle = _mean(public) if public else _TOP
    return Layout(
        width=_SYSTEMS + 2 * _PAD + 2 * WIDTH + _BETWEEN + _LEFT,
        height=bottom,
        client=Box(_LEFT, middle - HEIGHT / 2, CLIENT_WIDTH, HEIGHT),
        ways=_WAYS,
        nodes=nodes,
        systems=systems,
    )


def _is_way_in(node: Node) -> bool:
    return node.shape == "entrance" or node.kind == "Cloud Scheduler"


def _place_system(drawing: Drawing, system: str, y: float, nodes: dict[str, Box]) -> Box | None:
    inside = [node for node in drawing.nodes if node.system == system and not _is_way_in(node)]
    if not inside:
        return None
    front = [node for node in inside if node.shape != "store"]
    order = {node.id: place for place, node in enumerate(front)}
    asked = {
        node.id: _mean(
            [order[edge.source] for edge in drawing.edges if edge.target == node.id and edge.source in order]
        )
        for node in inside
    }
    back = sorted((node for node in inside if node.shape == "store"), key=lambda node: asked[node.id])
    inner = max(_column_height(front), _column_height(back))
    for column, x in ((front, _SYSTEMS + _PAD), (back, _SYSTEMS + _PAD + WIDTH + _BETWEEN)):
        top = y + _TITLE + (inner - _column_height(column)) / 2
        for place, node in enumerate(column):
            nodes[node.id] = Box(x, top + place * (HEIGHT + _GAP), WIDTH, HEIGHT)
    return Box(_SYSTEMS, y, 2 * _PAD + 2 * WIDTH + _BETWEEN, inner + _TITLE + _PAD)


def _place_ways(ways: Sequence[Node], drawing: Drawing, nodes: dict[str, Box]) -> None:
    """Each way in at the height of what it leads to, and none over another."""
    wanted = {
        way.id: _mean(
            [
                nodes[edge.target].middle
                for edge in drawing.edges
                if edge.source == way.id and edge.target in nodes
            ]
        )
        for way in ways
    }
    y: float = _TOP + _TITLE
    for way in sorted(ways, key=lambda one: wanted[one.id]):
        y = max(y, wanted[way.id] - HEIGHT / 2)
        nodes[way.id] = Box(_WAYS, y, WIDTH, HEIGHT)
        y += HEIGHT + _GAP


def _column_height(column: Sequence[Node]) -> float:
    return len(column) * (HEIGHT + _GAP) - _GAP if column else 0


def _mean(numbers: Iterable[float]) -> float:
    known = list(numbers)
    return sum(known) / len(known) if known else 0
