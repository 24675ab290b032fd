"""A drawing as SVG: needs no font, no script and no other file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from xml.sax.saxutils import escape

from reports.drawing_layout import Box, Layout, layout_of
from reports.drawing_model import Drawing, Edge, Node
from reports.drawing_shapes import cylinder, fitting, rect, text

_COLOURS = {
    "entrance": ("#fff1e6", "#d9480f"),
    "schedule": ("#f3f0ff", "#7048e8"),
    "workload": ("#e7f5ff", "#1971c2"),
    "store": ("#fff9db", "#b08900"),
}
_LINE = "#8c959f"
_MARGIN, _PORT, _CHIP, _LEGEND = 28, 9, 52, 44
_MEANINGS = (
    ("entrance", "public, by HTTPS alone"),
    ("workload", "runs, private"),
    ("store", "holds data, private"),
    ("schedule", "asks at set times"),
)
_STYLE = (
    "text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;fill:#1b1f24}"
    ".kind{font-size:10.5px;letter-spacing:.3px}.title{font-weight:bold}"
    ".detail{font-size:11px;fill:#57606a}.system{font-size:14px;font-weight:bold}"
    ".label{font-size:10px;fill:#57606a;paint-order:stroke;stroke:#fff;stroke-width:4px}"
    ".edge{fill:none;stroke:#8c959f;stroke-width:1.4}.from-outside{stroke:#d9480f}"
)
_ARROW = (
    '<marker id="{id}" viewBox="0 0 8 8" refX="7.4" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 .8 7.4 4 0 7.2z" fill="{colour}"/></marker>'
)


def as_svg(drawing: Drawing) -> str:
    """The drawing as an SVG document."""
    layout = layout_of(drawing)
    chips = list(_platform(drawing, layout))
    height = layout.height + _MARGIN + (_CHIP + _MARGIN if chips else 0) + _LEGEND
    body = [
        f'<rect width="100%" height="100%" fill="#ffffff"/><style>{_STYLE}</style><defs>',
        _ARROW.format(id="arrow", colour=_LINE),
        _ARROW.format(id="arrow-public", colour=_COLOURS["entrance"][1]),
        "</defs>",
        text(_MARGIN, 38, f"Architecture of stack {drawing.stack}", "title", 20),
        text(_MARGIN, 60, f"Google Cloud, {drawing.region}. Made from the plan by make drawing.", "detail"),
        *_systems(drawing, layout),
        *_edges(drawing, layout),
        *_client(layout),
        *(line for node in drawing.nodes for line in _node(node, layout.nodes[node.id])),
        *chips,
        *_legend(height),
    ]
    size = f'width="{layout.width:g}" height="{height:g}" viewBox="0 0 {layout.width:g} {height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = f"<title>Architecture of stack {escape(drawing.stack)}</title>"
    return "\n".join([head, title, *body, "</svg>", ""])


def _systems(drawing: Drawing, layout: Layout) -> Iterator[str]:
    if layout.systems:
        boxes = list(layout.systems.values())
        top, bottom = boxes[0].y - 26, boxes[-1].y + boxes[-1].height + 12
        whole = Box(boxes[0].x - 12, top, boxes[0].width + 24, bottom - top)
        yield rect(whole, 14, "#f6f8fa", "#d0d7de", dashed=True)
        inside = any(node.public and node.shape != "entrance" for node in drawing.nodes)
        said = (
            "Private but for what is marked public"
            if inside
            else "Private: the internet reaches nothing here"
        )
        yield text(whole.x + 12, whole.y + 17, said, "detail")
    for name, box in layout.systems.items():
        yield rect(box, 10, "#ffffff", "#d0d7de")
        yield text(box.x + 18, box.y + 21, name, "system")


def _client(layout: Layout) -> Iterator[str]:
    box = layout.client
    yield text(layout.ways, 96, "Ways in", "system")
    yield rect(box, 30, "#ffffff", _COLOURS["entrance"][1])
    yield text(box.x + box.width / 2, box.middle + 4, "Internet", "title", 13, middle=True)


def _node(node: Node, box: Box) -> Iterator[str]:
    fill, line = _COLOURS["entrance" if node.public else node.shape]
    if node.shape == "store":
        yield cylinder(box, fill, line)
    else:
        yield rect(box, 8, fill, line)
    x = box.x + 14
    yield text(x, box.y + 20, node.kind, "kind", colour=line)
    yield text(x, box.y + 36, node.title, "title", fitting(node.title, box.width - 24))
    yield text(x, box.y + 51, node.detail, "detail", min(11, fitting(node.detail, box.width - 24)))


def _edges(drawing: Drawing, layout: Layout) -> Iterator[str]:
    for node in sorted(drawing.nodes, key=lambda one: layout.nodes[one.id].y):
        if node.public:
            box = layout.nodes[node.id]
            start, end = (layout.client.x + layout.client.width, layout.client.middle), (box.x, box.middle)
            yield _arrow(start, end, "HTTPS", outside=True)
    leaving, arriving = _ports(drawing, layout)
    for edge in drawing.edges:
        source, target = layout.nodes[edge.source], layout.nodes[edge.target]
        start = (source.x + source.width, source.middle + leaving.get(edge, 0))
        if _in_one_column(edge, layout):
            yield _upright(source, target)
        else:
            yield _arrow(start, (target.x, target.middle + arriving[edge]), edge.label)


def _ports(drawing: Drawing, layout: Layout) -> tuple[dict[Edge, float], dict[Edge, float]]:
    """How far from the middle each arrow leaves and arrives, so that none covers another."""
    leaving, arriving = defaultdict(list), defaultdict(list)
    for edge in drawing.edges:
        if _in_one_column(edge, layout):
            continue
        leaving[edge.source].append((layout.nodes[edge.target].y, edge))
        arriving[edge.target].append((layout.nodes[edge.source].y, edge))
    return _spread(leaving), _spread(arriving)


def _spread(by_node: dict[str, list[tuple[float, Edge]]]) -> dict[Edge, float]:
    offsets = {}
    for ends in by_node.values():
        for place, (_, edge) in enumerate(sorted(ends)):
            offsets[edge] = (place - (len(ends) - 1) / 2) * _PORT
    return offsets


def _arrow(start: tuple[float, float], end: tuple[float, float], label: str, *, outside: bool = False) -> str:
    bend = max((end[0] - start[0]) / 2, 24)
    path = (
        f"M{start[0]:g} {start[1]:g}C{start[0] + bend:g} {start[1]:g} "
        f"{end[0] - bend:g} {end[1]:g} {end[0]:g} {end[1]:g}"
    )
    extra, marker = (" from-outside", "arrow-public") if outside else ("", "arrow")
    line = f'<path class="edge{extra}" d="{path}" marker-end="url(#{marker})"/>'
    return line + (text(end[0] - 14, end[1] - 5, label, "label", end=True) if label else "")


def _in_one_column(edge: Edge, layout: Layout) -> bool:
    return layout.nodes[edge.source].x == layout.nodes[edge.target].x


def _upright(source: Box, target: Box) -> str:
    """An arrow to a neighbour above or below."""
    x = source.x + source.width / 2
    down = target.y > source.y
    start, end = (source.y + source.height, target.y) if down else (source.y, target.y + target.height)
    return f'<path class="edge" d="M{x:g} {start:g}V{end:g}" marker-end="url(#arrow)"/>'


def _platform(drawing: Drawing, layout: Layout) -> Iterator[str]:
    """What all systems share, side by side."""
    count = len(drawing.platform)
    if not count:
        return
    width = (layout.width - 2 * _MARGIN - (count - 1) * 8) / count
    for place, (what, names) in enumerate(drawing.platform):
        box = Box(_MARGIN + place * (width + 8), layout.height + _MARGIN, width, _CHIP)
        yield rect(box, 8, "#f6f8fa", "#d0d7de")
        yield text(box.x + 10, box.y + 21, what, "title", min(11.5, fitting(what, width - 16)))
        yield text(box.x + 10, box.y + 38, names, "detail", min(11, fitting(names, width - 16)))


def _legend(height: float) -> Iterator[str]:
    x: float = _MARGIN
    for shape, meaning in _MEANINGS:
        fill, line = _COLOURS[shape]
        yield rect(Box(x, height - 30, 16, 12), 3, fill, line)
        yield text(x + 24, height - 20, meaning, "detail")
        x += 50 + 6.2 * len(meaning)
