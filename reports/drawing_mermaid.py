"""A drawing as Mermaid, which GitHub shows where it stands in a document."""

from __future__ import annotations

from collections.abc import Iterator

from reports.drawing_model import Drawing, Node

_CLASSES = (
    "classDef public fill:#fff1e6,stroke:#d9480f,color:#1b1f24",
    "classDef workload fill:#e7f5ff,stroke:#1971c2,color:#1b1f24",
    "classDef store fill:#fff9db,stroke:#b08900,color:#1b1f24",
    "classDef schedule fill:#f3f0ff,stroke:#7048e8,color:#1b1f24",
)
_BRACKETS = {
    "entrance": ("[/", "/]"),
    "workload": ("[", "]"),
    "store": ("[(", ")]"),
    "schedule": ("([", "])"),
}


def as_mermaid(drawing: Drawing) -> str:
    """The drawing as a Mermaid flow chart."""
    return "\n".join(["flowchart LR", *(f"  {line}" for line in _lines(drawing)), ""])


def _lines(drawing: Drawing) -> Iterator[str]:
    yield "internet((Internet))"
    for node in drawing.nodes:
        if node.public:
            yield _node(node)
    for place, system in enumerate(drawing.systems):
        yield f'subgraph system{place} ["{system}"]'
        inside = [node for node in drawing.nodes if node.system == system and not node.public]
        yield from (f"  {_node(node)}" for node in inside)
        yield "end"
    yield from (f"internet -->|HTTPS| {node.id}" for node in drawing.nodes if node.public)
    for edge in drawing.edges:
        arrow = f"-->|{edge.label}|" if edge.label else "-->"
        yield f"{edge.source} {arrow} {edge.target}"
    yield from _CLASSES


def _node(node: Node) -> str:
    opening, closing = _BRACKETS[node.shape]
    lines = "<br>".join((f"<b>{node.title}</b>", node.kind, node.detail))
    style = "public" if node.public else node.shape
    return f'{node.id}{opening}"{lines}"{closing}:::{style}'
