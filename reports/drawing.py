"""`make drawing`: the architecture of a stack, from its plan, into the documents that show it.

Writes `docs/architecture.svg` and the Mermaid chart between two marks in `README.md`. A test compares both
with the plan.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pulumi

from reports.drawing_mermaid import as_mermaid
from reports.drawing_model import Drawing
from reports.drawing_plan import drawing_of
from reports.drawing_svg import as_svg
from reports.planned import Planned
from simulator.in_process import PlanRefused
from simulator.program import PROJECT_FOLDER, plan_stack
from simulator.stack_files import StackFileError

STACK = "prod"
"""The stack whose drawing the documents show."""

COMMAND = "make drawing"
SVG = Path("docs") / "architecture.svg"
README = Path("README.md")
_OPENING = f"<!-- drawing: written by {COMMAND} -->"
_CLOSING = "<!-- end of drawing -->"
_BLOCK = re.compile(f"{re.escape(_OPENING)}.*?{re.escape(_CLOSING)}", re.DOTALL)


def written(drawing: Drawing, folder: Path) -> dict[Path, str]:
    """Each document that shows the drawing, to its text.

    Raises:
        ValueError: the README has no place for it.
    """
    readme = (folder / README).read_text()
    if len(_BLOCK.findall(readme)) != 1:
        raise ValueError(f"{README}: write `{_OPENING}` and `{_CLOSING}` once, where the drawing is to stand")
    chart = f"{_OPENING}\n```mermaid\n{as_mermaid(drawing)}```\n{_CLOSING}"
    return {folder / SVG: as_svg(drawing), folder / README: _BLOCK.sub(lambda _: chart, readme)}


def main(arguments: Sequence[str], folder: Path = PROJECT_FOLDER) -> int:
    """Writes the documents; the exit status is 1 when the plan is refused and 2 when there is no such stack.

    Args:
        arguments: the stack's name, if it is another than prod.
        folder: where the stack's file and the documents are.
    """
    parser = argparse.ArgumentParser(prog="drawing", description=__doc__)
    parser.add_argument("stack", nargs="?", default=STACK)
    stack = parser.parse_args(arguments).stack
    try:
        drawing = drawing_of(Planned.of(stack, plan_stack(stack, folder)))
        texts = written(drawing, folder)
    except (StackFileError, ValueError) as error:
        return _refused(2, str(error))
    except (PlanRefused, pulumi.RunError) as refusal:
        return _refused(1, str(refusal))
    for path, text in texts.items():
        path.write_text(text)
        sys.stdout.write(f"{path.relative_to(folder)}\n")
    return 0


def _refused(status: int, reasons: str) -> int:
    sys.stderr.writelines(f"refused: {line}\n" for line in reasons.splitlines())
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
