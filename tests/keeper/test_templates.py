"""The API's YAML files, filled in before it starts."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml

from services.axis.keeper.templates import fill_templates
from tests.keeper.processes import KeeperProcess

_TEMPLATE = 'eval_db:\n  url: "postgresql://eval:${EVAL_DB_PASSWORD}@10.0.0.3:5432/axis_eval"\n'


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "eval_db.yaml").write_text(_TEMPLATE)
    (folder / "duckdb.yaml").write_text("duckdb:\n  path: /data/store.duckdb\n  price: $5 and ${\n")
    (folder / "notes.txt").write_text("${NOT_OURS}")
    return folder


def test_each_placeholder_is_replaced_and_all_else_stays(templates: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    assert fill_templates(templates, config, {"EVAL_DB_PASSWORD": "s3cret"}) == [
        "duckdb.yaml",
        "eval_db.yaml",
    ]
    filled = yaml.safe_load((config / "eval_db.yaml").read_text())
    assert filled["eval_db"]["url"] == "postgresql://eval:s3cret@10.0.0.3:5432/axis_eval"
    assert (config / "duckdb.yaml").read_text() == (templates / "duckdb.yaml").read_text()


def test_only_the_user_that_runs_may_read_what_was_filled_in(templates: Path, tmp_path: Path) -> None:
    fill_templates(templates, tmp_path / "config", {"EVAL_DB_PASSWORD": "s3cret"})
    assert stat.S_IMODE((tmp_path / "config" / "eval_db.yaml").stat().st_mode) == 0o600


@pytest.mark.parametrize("value", ['PLANTED"', "PLANTED'", "PLANTED\\", "PLANTED\nurl: other"])
def test_a_value_that_would_change_the_yaml_is_refused_and_not_told(
    templates: Path, tmp_path: Path, value: str
) -> None:
    with pytest.raises(ValueError, match="EVAL_DB_PASSWORD") as refusal:
        fill_templates(templates, tmp_path / "config", {"EVAL_DB_PASSWORD": value})
    assert "PLANTED" not in str(refusal.value)


def test_a_missing_variable_ends_the_keeper_so_that_the_api_does_not_start(
    templates: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    keeper = KeeperProcess(None, None, tmp_path / "log", templates=str(templates), config=str(config))
    try:
        assert keeper.process.wait(timeout=10) == 2
        assert "eval_db.yaml needs the variable EVAL_DB_PASSWORD" in keeper.log
    finally:
        keeper.stop()


def test_a_keeper_without_a_file_fills_in_and_stays_until_it_is_told_to_stop(
    templates: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    variables = {"EVAL_DB_PASSWORD": "PLANTED"}
    keeper = KeeperProcess(
        None, None, tmp_path / "log", variables=variables, templates=str(templates), config=str(config)
    )
    keeper.wait_until_ready()
    assert "PLANTED" in (config / "eval_db.yaml").read_text()
    log = keeper.stop()
    assert keeper.process.returncode == 0
    assert "filled in duckdb.yaml, eval_db.yaml" in log
    assert "PLANTED" not in log
