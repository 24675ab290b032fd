"""What the starter reads from variables and YAML files, and what it refuses."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from services.starter.app.databases import Database, find_databases
from services.starter.app.settings import Settings, read_settings


def _databases(
    variables: dict[str, str], custom_dir: Path | None = None, **files: str
) -> dict[str, Database]:
    if custom_dir:
        (custom_dir / "config").mkdir()
        for name, text in files.items():
            (custom_dir / "config" / f"{name}.yaml").write_text(text)
        variables = variables | {"AXIS_CUSTOM_DIR": str(custom_dir)}
    return {database.name: database for database in find_databases(read_settings(variables))}


def _parts(database: Database) -> dict[str, str]:
    assert database.conninfo
    return {name: str(value) for name, value in conninfo_to_dict(database.conninfo).items()}


@pytest.mark.parametrize(
    "variables",
    [
        {"FRONTEND_URL": "*"},
        {"FRONTEND_URLS": "https://a.example.com,*"},
        {"FRONTEND_URLS": "https://*.example.com"},
        {"FRONTEND_URL": "axis.example.com"},
        {"STREAM_HEARTBEAT_SECONDS": "16"},
        {"STREAM_HEARTBEAT_SECONDS": "0"},
        {"HEALTH_TIMEOUT_SECONDS": "soon"},
    ],
)
def test_a_setting_that_would_do_harm_stops_the_start_and_is_named(variables: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"FRONTEND_URL|STREAM_HEARTBEAT_SECONDS|HEALTH_TIMEOUT_SECONDS"):
        read_settings(variables)


def test_no_secret_shows_when_the_settings_are_printed() -> None:
    variables = {"REDIS_URL": "redis://:PLANTED@h", "GRAPH_DB_PASSWORD": "PLANTED", "EVAL_DB_URL": "PLANTED"}
    assert "PLANTED" not in repr(read_settings(variables))
    assert "PLANTED" not in repr(_databases({"EVAL_DB_URL": "postgresql://u:PLANTED@h/d"}))


def test_a_variable_that_is_empty_counts_as_not_set() -> None:
    assert read_settings({"REDIS_URL": "", "FRONTEND_URLS": " "}) == Settings()


def test_every_database_variable_is_a_database() -> None:
    found = _databases(
        {
            "DATABASE_URL": "postgresql://a/one",
            "HUMAN_SIGNALS_DB_URL": "postgresql://b/two",
            "EVAL_DB_URL": "postgresql://c/three",
            "EVAL_DB_QUERY": "SELECT 3",
        }
    )
    assert {name: _parts(database)["dbname"] for name, database in found.items()} == {
        "database": "one",
        "human_signals": "two",
        "eval": "three",
    }
    assert found["eval"].query == "SELECT 3"


def test_a_yaml_file_makes_its_variables_ignored_entirely(tmp_path: Path) -> None:
    found = _databases(
        {
            "EVAL_DB_URL": "postgresql://from-variable/x",
            "EVAL_DB_QUERY": "SELECT 'variable'",
            "MONITORING_DB_URL": "postgresql://from-variable/y",
            "KPI_DB_URL": "postgresql://from-variable/z",
            "DB_PASSWORD": "s3cret",
        },
        tmp_path,
        eval_db='eval_db: {enabled: true, url: "postgresql://u:${DB_PASSWORD}@file/x", ssl_mode: require}',
        monitoring_db="monitoring_db: {enabled: false, url: postgresql://from-file/y}",
    )
    assert set(found) == {"eval", "kpi"}
    assert _parts(found["eval"]) == {
        "user": "u",
        "password": "s3cret",
        "host": "file",
        "dbname": "x",
        "sslmode": "require",
    }
    assert "variable" not in found["eval"].query


def test_a_yaml_file_may_give_the_parts_of_the_address(tmp_path: Path) -> None:
    text = (
        "eval_db: {enabled: true, host: h, port: 5433, database: d, username: u, "
        'password: "${P}", row_limit: 7, dataset_query: SELECT 1}'
    )
    database = _databases({"P": "it's"}, tmp_path, eval_db=text)["eval"]
    assert _parts(database) == {"host": "h", "port": "5433", "dbname": "d", "user": "u", "password": "it's"}
    assert (database.row_limit, database.query) == (7, "SELECT 1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('eval_db: {enabled: true, url: "postgresql://u:${MISSING}@h/d"}', "the variable MISSING is not set"),
        ("eval_db: {enabled: true}", "neither a URL nor a host"),
        ("eval_db: {enabled: true, url: 'postgresql://PLANTED:%zz@h/d'}", "cannot be read"),
        ("eval_db: {PLANTED: [", "cannot be used"),
    ],
)
def test_a_broken_yaml_file_is_a_database_that_is_down_and_says_why_without_its_content(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, says: str
) -> None:
    with caplog.at_level(logging.ERROR):
        database = _databases({}, tmp_path, eval_db=text)["eval"]
    assert database.conninfo is None
    assert says in caplog.text
    assert "PLANTED" not in caplog.text
