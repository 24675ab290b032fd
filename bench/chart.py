"""The first deployment of a stack over time, as SVG: `python -m bench.chart [STACK]` writes the document.

One bar each for what takes a while, by system; the rest of a system is one row of ticks. A test compares the
document with the plan.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from bench.deployment import Deployment, Step
from simulator.program import PROJECT_FOLDER, plan_stack

DOCUMENT = PROJECT_FOLDER / "docs" / "first-deployment.svg"
STACK = "prod"
COMMAND = "make deployment-chart"
_SHOWN_SECONDS = 25
_LEFT, _TOP, _ROW, _WIDTH, _LABEL = 20, 74, 17, 1180, 270
_CRITICAL, _USUAL, _LIGHT = "#d9480f", "#1971c2", "#a5d8ff"
_STYLE = (
    "text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;font-size:11px;fill:#1b1f24}"
    ".system{font-size:13px;font-weight:bold}.small{font-size:10px;fill:#57606a}.title{font-size:18px}"
)


def as_svg(stack: str, deployment: Deployment) -> str:
    """The chart as an SVG document."""
    rows = list(_rows(deployment))
    height = _TOP + len(rows) * _ROW + 30
    minutes = deployment.seconds / 60
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
            f' viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>First deployment of stack {escape(stack)} over time</title>",
            f'<rect width="100%" height="100%" fill="#ffffff"/><style>{_STYLE}</style>',
            _text(_LEFT, 28, f"First deployment of stack {stack}: {minutes:.1f} minutes", "title"),
            _text(_LEFT, 46, f"From the plan and typical creation times. Made by {COMMAND}.", "small"),
            _rect(520, 37, 12, 10, _CRITICAL),
            _text(537, 46, "the longest chain", "small"),
            _rect(640, 37, 12, 10, _USUAL),
            _text(657, 46, "beside it", "small"),
            *_scale(deployment, _TOP + len(rows) * _ROW),
            *(line for number, row in enumerate(rows) for line in _drawn(row, number, deployment)),
            "</svg>",
            "",
        ]
    )


def _rows(deployment: Deployment) -> Iterator[tuple[str, list[Step]]]:
    """A label and its bars: a system's name with what is quick, then what takes a while, by its start."""
    systems: dict[str, list[Step]] = defaultdict(list)
    for step in deployment.steps.values():
        if step.end > step.start:
            systems[step.system].append(step)
    for system, steps in sorted(systems.items(), key=lambda each: min(step.start for step in each[1])):
        slow = [step for step in steps if _is_shown(step)]
        yield system, [step for step in steps if not _is_shown(step)]
        for step in sorted(slow, key=lambda step: (step.start, step.end, step.resource.name)):
            yield f"{step.resource.name} ({step.resource.type.rpartition(':')[2]})", [step]


def _is_shown(step: Step) -> bool:
    return step.end - step.start >= _SHOWN_SECONDS


def _drawn(row: tuple[str, list[Step]], number: int, deployment: Deployment) -> Iterator[str]:
    label, steps = row
    top = _TOP + number * _ROW
    if not (len(steps) == 1 and _is_shown(steps[0])):
        yield f'<line x1="{_LEFT}" x2="{_WIDTH - _LEFT}" y1="{top + 1}" y2="{top + 1}" stroke="#d0d7de"/>'
        yield _text(_LEFT, top + 13, f"{label}: {len(steps)} quick ones", "system")
    else:
        yield _text(_LEFT + 8, top + 12, label)
    for step in sorted(steps, key=lambda step: (step in deployment.critical_path, step.start)):
        colour = _CRITICAL if step in deployment.critical_path else _USUAL if _is_shown(step) else _LIGHT
        start, end = _across(step.start, deployment), _across(step.end, deployment)
        yield _rect(start, top + 4, max(end - start, 2), _ROW - 7, colour)


def _scale(deployment: Deployment, bottom: int) -> Iterator[str]:
    for minute in range(int(deployment.seconds // 60) + 1):
        x = _across(minute * 60, deployment)
        yield f'<line x1="{x:g}" x2="{x:g}" y1="{_TOP - 8}" y2="{bottom}" stroke="#eaeef2"/>'
        yield _text(x + 2, _TOP - 8, f"{minute} min", "small")


def _across(seconds: float, deployment: Deployment) -> float:
    wide = _WIDTH - 2 * _LEFT - _LABEL
    return round(_LEFT + _LABEL + wide * seconds / deployment.seconds, 1)


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:.1f}" height="{height:g}" rx="2" fill="{colour}"/>'


def _text(x: float, y: float, content: str, style: str = "") -> str:
    shown = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{shown}>{escape(content)}</text>'


def main(arguments: Sequence[str]) -> int:
    """Writes the document."""
    stack = arguments[0] if arguments else STACK
    DOCUMENT.write_text(as_svg(stack, Deployment(plan_stack(stack))))
    sys.stdout.write(f"{DOCUMENT.relative_to(PROJECT_FOLDER)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
