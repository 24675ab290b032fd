"""AXIS's YAML files as text: whatever is in the settings, AXIS reads it back unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.axis.config_files import database_file, duckdb_file, more_files
from services.axis.settings import DATASETS, DatabaseSettings, DuckDBSettings, SyncSettings

ADDRESS = "10.20.0.3:5432"
QUERY = """SELECT id AS "dataset_id", 'it''s: #1' AS name -- a comment
FROM evaluations
WHERE created_at > NOW() - INTERVAL '30 days'
"""


def database(dataset: str = "eval", **settings: object) -> dict[str, object]:
    text = database_file(
        dataset, DatabaseSettings.model_validate(settings), user="user", address=ADDRESS, name="name"
    )
    (section,) = yaml.safe_load(text).values()
    return section


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_databases_section_and_its_passwords_variable_are_named_for_it(dataset: str) -> None:
    text = database_file(dataset, DatabaseSettings(), user="user", address=ADDRESS, name="name")
    content = yaml.safe_load(text)
    assert set(content) == {f"{dataset}_db"}
    password = f"${{{dataset.upper()}_DB_PASSWORD}}"
    assert content[f"{dataset}_db"]["url"] == f"postgresql://user:{password}@{ADDRESS}/name"


def test_a_query_of_several_lines_is_read_back_unchanged() -> None:
    assert database(query=QUERY)["query"] == QUERY


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1))
def test_any_query_is_read_back_unchanged(query: str) -> None:
    """YAML has many words and signs of its own."""
    assert database(query=query)["query"] == query


def test_what_is_not_set_is_not_written() -> None:
    assert set(database()) == {
        "enabled",
        "auto_load",
        "url",
        "ssl_mode",
        "query_timeout",
        "row_limit",
        "refresh_interval_minutes",
    }


def test_a_file_is_the_same_every_time() -> None:
    """Its directory is named by its text, and another name is another revision."""
    assert duckdb_file(DuckDBSettings()) == duckdb_file(DuckDBSettings())


def test_a_sync_at_the_start_is_a_mode_of_its_own() -> None:
    manual = DuckDBSettings(sync=SyncSettings(on_startup=False))
    assert yaml.safe_load(duckdb_file(DuckDBSettings()))["duckdb"]["sync_mode"] == "startup"
    assert yaml.safe_load(duckdb_file(manual))["duckdb"]["sync_mode"] == "manual"


def test_no_folder_is_no_file() -> None:
    assert more_files(None) == {}


def test_the_files_of_a_folder_are_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "theme.yaml").write_text("# ours\ntheme: {a: 1}\n")
    (tmp_path / "notes.txt").write_text("not a setting")
    assert more_files(str(tmp_path)) == {"theme.yaml": "# ours\ntheme: {a: 1}\n"}


REFUSED = [
    ("empty", {}, "holds no file NAME.yaml"),
    ("no YAML", {"theme.yaml": b"a: [1"}, "theme.yaml is no YAML; mend its syntax"),
    ("no UTF-8", {"theme.yaml": b"a: \xff"}, "theme.yaml is no YAML; mend its syntax"),
    (
        "the program's own",
        {"duckdb.yaml": b"a: 1"},
        "duckdb.yaml is made from the settings; take",
    ),
    ("a database's", {"eval_db.yaml": b"a: 1"}, "eval_db.yaml is made from the settings; take"),
]


@pytest.mark.parametrize(("files", "says"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_a_folder_that_would_break_the_api_is_refused(
    files: dict[str, bytes], says: str, tmp_path: Path
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=says.replace(".", r"\.")):
        more_files(str(tmp_path))
