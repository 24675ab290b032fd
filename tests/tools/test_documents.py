"""What is written for people agrees with what the program does."""

from __future__ import annotations

import re

from simulator.program import PROJECT_FOLDER
from tests.program.variants import EVERY_PLAN, plan_of
from tools.settings_reference import REFERENCE, reference

README = (PROJECT_FOLDER / "README.md").read_text()
MAKEFILE = (PROJECT_FOLDER / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE))


def test_the_settings_page_is_the_one_that_the_models_make() -> None:
    assert (PROJECT_FOLDER / REFERENCE).read_text() == reference(), "run `make docs`"


def test_every_setting_has_a_meaning() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert [row for row in rows if row.endswith("|  |")] == []


def test_every_target_that_the_readme_names_is_one_of_the_makefile() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", README))
    assert named - TARGETS == set()


def test_the_commands_that_a_newcomer_needs_are_in_the_readme() -> None:
    assert {"preview", "test"} <= set(re.findall(r"\bmake ([a-z][a-z-]+)", README))


def test_every_target_is_told_in_the_list_of_targets() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == TARGETS


def test_every_output_of_a_stack_is_in_the_readme_with_its_reader() -> None:
    outputs = {name for plan in EVERY_PLAN for name in plan_of(plan).outputs}
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", README, re.MULTILINE))
    assert outputs - listed == set(), "add these outputs to the README's table"
    systems = ("axis_", "kubernetes_", "llm_gateway_", "memorise_", "palma_ai_")
    assert {name for name in listed if name.startswith(systems)} - outputs == set(), "these are gone"


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README)
    assert [link for link in links if not (PROJECT_FOLDER / link).exists()] == []


def test_settings_that_the_readme_writes_are_settings() -> None:
    known = set(re.findall(r"^\| `([\w.]+)` \|", reference(), re.MULTILINE))
    written = set(
        re.findall(
            r"`((?:axis|kubernetes|llm_gateway|memorise|network|palma_ai)\.[a-z_]+(?:\.[a-z_]+)*)`", README
        )
    )
    sections = {known_key.rsplit(".", 1)[0] for known_key in known} | {
        "axis",
        "kubernetes",
        "llm_gateway",
        "memorise",
        "network",
        "palma_ai",
    }
    unknown = {
        key for key in written if key not in known and key not in sections and f"{key}.NAME" not in sections
    }
    assert unknown == set()
