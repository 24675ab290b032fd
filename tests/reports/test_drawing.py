"""The drawing: what the documents show is the plan, and the plan's own edges are in it."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from reports import drawing as command
from reports.drawing import COMMAND, README, STACK, SVG, written
from reports.drawing_layout import Box, layout_of
from reports.drawing_mermaid import as_mermaid
from reports.drawing_model import Drawing
from reports.drawing_plan import drawing_of
from reports.drawing_svg import as_svg
from reports.planned import Planned
from simulator.in_process import Plan
from simulator.program import PROJECT_FOLDER
from tests.program.variants import EVERY_PLAN, plan_of

NAMESPACE = {"svg": "http://www.w3.org/2000/svg"}


def drawn(name: str) -> Drawing:
    return drawing_of(Planned.of(name, plan_of(name)))


@pytest.fixture(scope="module")
def shown() -> Drawing:
    return drawn(STACK)


def test_the_documents_show_the_plan_that_is_there(shown: Drawing) -> None:
    for path, text in written(shown, PROJECT_FOLDER).items():
        assert path.read_text() == text, (
            f"{path.name} shows another plan; run `{COMMAND}` and read the difference"
        )


def arrows(drawing: Drawing) -> set[tuple[str, str]]:
    titles = {node.id: f"{node.system}: {node.title}" for node in drawing.nodes}
    return {(titles[edge.source], titles[edge.target]) for edge in drawing.edges}


def test_an_api_is_drawn_with_everything_that_it_is_given(shown: Drawing) -> None:
    stores = {"axis: postgres", "axis: redis", "axis: falkordb", "axis: api-snapshots"}
    assert {("axis: api", store) for store in stores} <= arrows(shown)
    assert ("axis: api.axis.acme.com", "axis: api") in arrows(shown)


def test_a_system_talks_only_to_its_own_stores(shown: Drawing) -> None:
    nodes = {node.id: node for node in shown.nodes}
    for edge in shown.edges:
        if nodes[edge.target].shape == "store":
            assert nodes[edge.source].system == nodes[edge.target].system


def test_what_the_plan_encrypts_is_labelled(shown: Drawing) -> None:
    kinds = {node.id: node.kind for node in shown.nodes}
    assert {edge.label for edge in shown.edges if kinds[edge.target] == "Cloud SQL"} == {"TLS"}


def test_only_ways_in_are_public_where_everything_is_behind_one(shown: Drawing) -> None:
    assert {node.shape for node in shown.nodes if node.public} == {"entrance"}


def test_a_service_that_the_internet_reaches_itself_is_public() -> None:
    (api,) = [node for node in drawn("no domain").nodes if node.kind == "Cloud Run"]
    assert api.public


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_plan_can_be_drawn(name: str) -> None:
    drawing = drawn(name)
    identifiers = [node.id for node in drawing.nodes]
    assert len(identifiers) == len(set(identifiers))
    root = ET.fromstring(as_svg(drawing))
    texts = {element.text for element in root.iterfind(".//svg:text", NAMESPACE)}
    assert {node.title for node in drawing.nodes} <= texts
    assert all(f"{edge.source} -->" in as_mermaid(drawing) for edge in drawing.edges)


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_nothing_stands_on_anything_else(name: str) -> None:
    drawing = drawn(name)
    layout = layout_of(drawing)
    for one, other in itertools.combinations(layout.nodes.values(), 2):
        assert not _overlap(one, other)
    for node in drawing.nodes:
        box = layout.nodes[node.id]
        assert box.x >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height


def _overlap(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    over = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (beside or over)


def test_the_same_plan_gives_the_same_text(prod: Plan) -> None:
    once, again = (drawing_of(Planned.of("prod", prod)) for _ in range(2))
    assert as_svg(once) == as_svg(again)
    assert as_mermaid(once) == as_mermaid(again)


def test_the_command_writes_both_documents(
    prod: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "plan_stack", lambda *_: prod)
    (tmp_path / "docs").mkdir()
    shutil.copy(PROJECT_FOLDER / README, tmp_path)
    assert command.main([], tmp_path) == 0
    assert capsys.readouterr().out.split() == [str(SVG), str(README)]
    assert (tmp_path / SVG).read_text().startswith("<svg ")


def test_a_readme_without_a_place_for_it_is_refused(
    prod: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "plan_stack", lambda *_: prod)
    (tmp_path / README).write_text("# Nothing\n")
    assert command.main([], tmp_path) == 2
    assert "README.md: write" in capsys.readouterr().err
