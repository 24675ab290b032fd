"""The Postgres databases that this process was given, from YAML files or from the environment.

Owns the precedence: where `config/NAME_db.yaml` exists, the variables of that database are ignored. Does not
open a connection.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg.conninfo import make_conninfo

from .settings import Settings

_log = logging.getLogger("starter.databases")
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_URL_SUFFIX = "_DB_URL"
# The tables a database holds: an answer that every Postgres can give, so that a sync can be tried before
# the team has written a query.
_CATALOG_QUERY = (
    "SELECT table_schema, table_name, table_type FROM information_schema.tables "
    "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
)


@dataclass(frozen=True, kw_only=True)
class Database:
    """One configured Postgres database.

    Attributes:
        name: its short name, e.g. `eval`; what `/health` and the sync routes call it.
        conninfo: how libpq reaches it, password included; `None` if its configuration is broken.
        query: what a sync reads from it.
        row_limit: the most rows that a sync reads.
    """

    name: str
    conninfo: str | None = field(repr=False)
    query: str = _CATALOG_QUERY
    row_limit: int = 50_000


def find_databases(settings: Settings) -> list[Database]:
    """Every database in the YAML files and the environment, by name."""
    found = {database.name: database for database in _from_environment(settings.variables)}
    for path in _files(settings.custom_dir):
        name = path.stem.removesuffix("_db")
        found.pop(name, None)
        database = _from_file(name, path, settings.variables)
        if database:
            found[name] = database
    return [found[name] for name in sorted(found)]


def read_yaml(path: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """The mapping under the file's own name, with each `${VARIABLE}` in a text filled in."""
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return _expand(content.get(path.stem) or {}, variables)


def _from_environment(variables: Mapping[str, str]) -> Iterator[Database]:
    if url := variables.get("DATABASE_URL"):
        yield Database(name="database", conninfo=_conninfo("database", url))
    for variable in sorted(variables):
        if variable.endswith(_URL_SUFFIX) and variable != _URL_SUFFIX:
            stem = variable.removesuffix("_URL")
            name = stem.removesuffix("_DB").lower()
            query = variables.get(f"{stem}_DATASET_QUERY", variables.get(f"{stem}_QUERY", _CATALOG_QUERY))
            yield Database(name=name, conninfo=_conninfo(name, variables[variable]), query=query)


def _files(custom_dir: Path | None) -> list[Path]:
    return sorted((custom_dir / "config").glob("*_db.yaml")) if custom_dir else []


def _from_file(name: str, path: Path, variables: Mapping[str, str]) -> Database | None:
    try:
        block = read_yaml(path, variables)
    except (yaml.YAMLError, LookupError, AttributeError, OSError) as error:
        # Only a LookupError's text is ours; a parser's would quote the file.
        reason = error.args[0] if isinstance(error, LookupError) else type(error).__name__
        _log.error("%s cannot be used: %s", path.name, reason)
        return Database(name=name, conninfo=None)
    if not block.get("enabled", False):
        return None
    return Database(
        name=name,
        conninfo=_conninfo(
            name,
            block.get("url") or "",
            host=block.get("host"),
            port=block.get("port"),
            dbname=block.get("database"),
            user=block.get("username"),
            password=block.get("password"),
            sslmode=block.get("ssl_mode"),
        ),
        query=block.get("dataset_query") or _CATALOG_QUERY,
        row_limit=int(block.get("row_limit", 50_000)),
    )


def _conninfo(name: str, url: str, **parts: str | int | None) -> str | None:
    given = {key: value for key, value in parts.items() if value is not None}
    if not url and "host" not in given:
        _log.error("database %s has neither a URL nor a host", name)
        return None
    try:
        return make_conninfo(url, **given)
    except psycopg.Error:  # its text quotes the URL
        _log.error("the address of database %s cannot be read", name)
        return None


def _expand(value: Any, variables: Mapping[str, str]) -> Any:
    """`value` with each placeholder filled in, at any depth.

    Raises:
        LookupError: a placeholder's variable is not set.
    """
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: _variable(found.group(1), variables), value)
    if isinstance(value, dict):
        return {key: _expand(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, variables) for item in value]
    return value


def _variable(name: str, variables: Mapping[str, str]) -> str:
    if name not in variables:
        raise LookupError(f"the variable {name} is not set")
    return variables[name]
