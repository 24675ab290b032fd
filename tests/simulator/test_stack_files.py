"""A stack's configuration from its files, as the engine would hand it over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.program import PROJECT_FOLDER
from simulator.stack_files import PLACEHOLDER, StackConfig, StackFileError, load

PROJECT = """
name: town
config:
  region: {type: string, default: europe-west1}
  prefix: {value: ai}
  bare: plain
  undeclared: {type: string}
  pulumi:disable-default-providers: {value: ["*"]}
"""


def stack(folder: Path, text: str, project: str = PROJECT) -> StackConfig:
    (folder / "Pulumi.yaml").write_text(project)
    (folder / "Pulumi.dev.yaml").write_text(text)
    return load(folder, "dev")


def test_defaults_of_the_project_hold_where_the_stack_says_nothing(tmp_path: Path) -> None:
    given = stack(tmp_path, "config: {}")
    assert given.values == {
        "town:region": "europe-west1",
        "town:prefix": "ai",
        "town:bare": "plain",
        "pulumi:disable-default-providers": '["*"]',
    }


def test_the_stack_overrides_the_project_with_and_without_a_namespace(tmp_path: Path) -> None:
    given = stack(tmp_path, "config: {town:region: us-central1, prefix: x, other:key: y}")
    assert given.values["town:region"] == "us-central1"
    assert given.values["town:prefix"] == "x"
    assert given.values["other:key"] == "y"


def test_values_are_text_as_the_engine_hands_them_over(tmp_path: Path) -> None:
    given = stack(
        tmp_path, "config: {yes: true, no: false, number: 3, share: 0.5, list: [1, a], object: {a: null}}"
    )
    own = {key.removeprefix("town:"): value for key, value in given.values.items()}
    assert (own["True"], own["False"]) == ("true", "false"), "YAML 1.1 reads yes and no as switches"
    assert (own["number"], own["share"]) == ("3", "0.5")
    assert json.loads(own["list"]) == [1, "a"]
    assert json.loads(own["object"]) == {"a": None}


def test_a_date_inside_an_object_is_text(tmp_path: Path) -> None:
    assert json.loads(stack(tmp_path, "config: {labels: {since: 2026-01-31}}").values["town:labels"]) == {
        "since": "2026-01-31"
    }


def test_null_leaves_a_key_out(tmp_path: Path) -> None:
    assert "town:axis" not in stack(tmp_path, "config: {axis: null}").values


SECRETS = [
    ("a value", "config: {key: {secure: v1:abc}}", PLACEHOLDER),
    ("a value in an object", "config: {key: {a: {secure: v1:abc}, b: 1}}", {"a": PLACEHOLDER, "b": 1}),
    ("a value in a list", "config: {key: [{secure: v1:abc}, 1]}", [PLACEHOLDER, 1]),
]


@pytest.mark.parametrize(
    ("text", "opened"), [each[1:] for each in SECRETS], ids=[each[0] for each in SECRETS]
)
def test_ciphertext_is_a_placeholder_and_its_key_is_secret(tmp_path: Path, text: str, opened: object) -> None:
    given = stack(tmp_path, text)
    value = given.values["town:key"]
    assert (value if isinstance(opened, str) else json.loads(value)) == opened
    assert given.secret_keys == {"town:key"}
    assert "v1:abc" not in str(given.values)


def test_a_key_without_ciphertext_is_not_secret(tmp_path: Path) -> None:
    assert stack(tmp_path, "config: {key: {secure: a, more: b}}").secret_keys == frozenset()


def test_an_empty_config_is_that_of_the_defaults(tmp_path: Path) -> None:
    assert stack(tmp_path, "config:").values == stack(tmp_path, "encryptionsalt: v1:x").values


def test_a_missing_stack_names_those_that_are_there(tmp_path: Path) -> None:
    stack(tmp_path, "config: {}")
    (tmp_path / "Pulumi.prod-eu.yaml").write_text("config: {}")
    with pytest.raises(
        StackFileError, match=r"^Pulumi\.x\.yaml: is missing; write STACK=dev or STACK=prod-eu"
    ):
        load(tmp_path, "x")


def test_a_project_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackFileError, match=r"^Pulumi\.yaml: has no name; write `name:`"):
        stack(tmp_path, "config: {}", "runtime: python")


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_projects_own_stacks_disable_default_providers_and_hold_no_secret_in_the_clear(name: str) -> None:
    given = load(PROJECT_FOLDER, name)
    assert given.project == "ai-platform"
    assert json.loads(given.values["pulumi:disable-default-providers"]) == ["*"]
    assert not [
        key for key in given.values if key.startswith(("axis:", "vercel:")) and key not in given.secret_keys
    ]
