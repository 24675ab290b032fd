"""The shapes and texts that a drawing is made of, as SVG."""

from __future__ import annotations

from xml.sax.saxutils import escape

from reports.drawing_layout import Box


def fitting(text: str, width: float, most: float = 13) -> float:
    """The size at which a text fits a width, whatever the font: no letter is much over 0.66 of it wide."""
    return min(most, max(7, round(width / (0.66 * max(len(text), 1)), 1)))


def rect(box: Box, radius: float, fill: str, line: str, *, dashed: bool = False) -> str:
    """A rectangle with round corners."""
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    place = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{radius:g}"'
    return f'<rect {place} fill="{fill}" stroke="{line}" stroke-width="1.2"{dash}/>'


def cylinder(box: Box, fill: str, line: str) -> str:
    """What stands for something that holds data."""
    across, lid = box.width / 2, 5
    side = f"M{box.x:g} {box.y + lid:g}v{box.height - 2 * lid:g}a{across:g} {lid} 0 0 0 {box.width:g} 0"
    top = f"v-{box.height - 2 * lid:g}a{across:g} {lid} 0 0 0 -{box.width:g} 0z"
    rim = f"M{box.x:g} {box.y + lid:g}a{across:g} {lid} 0 0 0 {box.width:g} 0"
    drawn = f'stroke="{line}" stroke-width="1.2"'
    return f'<path d="{side}{top}" fill="{fill}" {drawn}/><path d="{rim}" fill="none" {drawn}/>'


def text(
    x: float,
    y: float,
    words: str,
    style: str,
    size: float | None = None,
    *,
    colour: str = "",
    middle: bool = False,
    end: bool = False,
) -> str:
    """A line of text, from its left end unless it is said otherwise."""
    looks = "".join((f"font-size:{size:g}px;" if size else "", f"fill:{colour};" if colour else ""))
    anchor = ' text-anchor="middle"' if middle else ' text-anchor="end"' if end else ""
    styled = f' style="{looks}"' if looks else ""
    return f'<text class="{style}" x="{x:g}" y="{y:g}"{anchor}{styled}>{escape(words)}</text>'
