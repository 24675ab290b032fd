"""AXIS's YAML files, as text: `duckdb.yaml` always, a file for each database where the stack asks for files.

No password is in them. A database's URL holds `${EVAL_DB_PASSWORD}` and its like, which the keeper beside the
API replaces from its own secret variables before the API starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from services.axis.contract import password_variable
from services.axis.settings import DATASETS, DatabaseSettings, DuckDBSettings

_WRITTEN = {"duckdb.yaml", *(f"{dataset}_db.yaml" for dataset in DATASETS)}

DATA_DIR = "/app/data"
"""AXIS's own data folder, which its image makes writable; the DuckDB file's volume is mounted there."""

DUCKDB_FILE = f"{DATA_DIR}/local_store.duckdb"


def duckdb_file(duckdb: DuckDBSettings) -> str:
    """`duckdb.yaml`: where the analytics cache lives and how it is filled."""
    sync = duckdb.sync
    return _document(
        "duckdb",
        {
            "enabled": duckdb.enabled,
            "path": DUCKDB_FILE,
            "sync_mode": "startup" if sync.on_startup else "manual",
            "sync_chunk_size": sync.chunk_size,
            "max_sync_rows": sync.max_rows,
            "query_concurrency": duckdb.query_concurrency,
            "sync_workers": sync.workers,
        },
    )


def more_files(folder: str | None) -> dict[str, str]:
    """The YAML files of the team's own folder, by name.

    Raises:
        ValueError: the folder holds none, one that is no YAML, or one that is made from the settings.
    """
    if folder is None:
        return {}
    files = {path.name: _yaml_text(path) for path in sorted(Path(folder).glob("*.yaml"))}
    if not files:
        raise ValueError(f"{folder!r} holds no file NAME.yaml; write a folder that does")
    if taken := sorted(set(files) & _WRITTEN):
        raise ValueError(f"{folder}/{taken[0]} is made from the settings; take the file out")
    return files


def database_file(dataset: str, database: DatabaseSettings, *, user: str, address: str, name: str) -> str:
    """`eval_db.yaml` and its like: how AXIS reaches a database and what it loads from it.

    Args:
        dataset: the dataset, part of the file's only key and of its password's variable.
        database: what is loaded.
        user: the database user.
        address: HOST:PORT.
        name: the database's name.
    """
    password = f"${{{password_variable(dataset)}}}"
    optional = {
        "query": database.query,
        "dataset_query": database.dataset_query,
        "results_query": database.results_query,
        "incremental_column": database.incremental_column,
        "partition_column": database.partition_column,
    }
    return _document(
        f"{dataset}_db",
        {
            "enabled": True,
            "auto_load": database.auto_load,
            "url": f"postgresql://{user}:{password}@{address}/{name}",
            "ssl_mode": "require",
            **{key: value for key, value in optional.items() if value},
            "query_timeout": database.query_timeout,
            "row_limit": database.row_limit,
            "refresh_interval_minutes": database.refresh_interval_minutes,
        },
    )


def _yaml_text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        yaml.safe_load(text)
    except (UnicodeDecodeError, yaml.YAMLError):
        raise ValueError(f"{path} is no YAML; mend its syntax, or the API would not start") from None
    return text


def _document(name: str, content: dict[str, Any]) -> str:
    return yaml.safe_dump({name: content}, sort_keys=False, width=10_000)
