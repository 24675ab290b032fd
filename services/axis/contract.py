"""What the AXIS API is told, name by name: the environment contract of its documents as data.

Pure functions from settings and producers to two mappings, plain variables and secret ones. PORT is not among
them: Cloud Run sets it from the container's port and refuses it as a variable.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Input

from components.secret import SecretRef
from services.axis.settings import DATASETS, AxisSettings

CUSTOM_DIR = "/etc/axis"
"""AXIS_CUSTOM_DIR: the folder whose `config/` holds AXIS's YAML files."""

AUTO_VARIABLE = {
    "eval": "EVAL_DB_AUTO_LOAD",
    "monitoring": "MONITORING_DB_AUTO_CONNECT",
    "human_signals": "HUMAN_SIGNALS_DB_AUTO_CONNECT",
}
"""The variable that makes AXIS load a database by itself; the three do not share one name."""


def url_variable(dataset: str) -> str:
    """The variable that carries a database's URL, e.g. EVAL_DB_URL."""
    return f"{dataset.upper()}_DB_URL"


def password_variable(dataset: str) -> str:
    """The variable that a database's YAML file takes its password from, e.g. EVAL_DB_PASSWORD."""
    return f"{dataset.upper()}_DB_PASSWORD"


def frontend_origins(settings: AxisSettings) -> tuple[str, ...]:
    """The origins that may call the API: the frontend's own first."""
    frontend = settings.frontend
    if frontend.host == "cloud_run" and settings.domain:
        return (f"https://{settings.domain.name}", *frontend.extra_urls)
    return (*([frontend.url] if frontend.url else []), *frontend.extra_urls)


def plain_environment(settings: AxisSettings, *producers: Mapping[str, Input[str]]) -> dict[str, Input[str]]:
    """The API's plain variables: the server's, the databases', the producers', and the stack's own."""
    origins = frontend_origins(settings)
    environment: dict[str, Input[str]] = {
        "HOST": "0.0.0.0",  # noqa: S104 - a container that listens on less can't be reached
        "DEBUG": _flag(settings.api.debug),
        "FRONTEND_URL": origins[0],
        "FRONTEND_URLS": ",".join(origins),
        "AXIS_CUSTOM_DIR": CUSTOM_DIR,
    }
    if settings.databases.configured_by == "environment":
        environment |= _database_variables(settings)
    if settings.falkordb:
        environment["GRAPH_DB_NAME"] = settings.falkordb.graph
    for producer in producers:
        environment |= producer
    return environment | settings.env


def own_variables(settings: AxisSettings) -> frozenset[str]:
    """The names that follow from settings and data stores, which `env` and `secrets` leave alone."""
    names = {url_variable(dataset) for dataset in DATASETS}
    if settings.redis:
        names |= {"REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_CA_CERT"}
    if settings.falkordb:
        names |= {"GRAPH_DB_HOST", "GRAPH_DB_PORT", "GRAPH_DB_PASSWORD"}
    return frozenset({*names, *plain_environment(settings.model_copy(update={"env": {}}))})


def secret_environment(*producers: Mapping[str, SecretRef]) -> dict[str, SecretRef]:
    """The API's secret variables, of all who produce some."""
    environment: dict[str, SecretRef] = {}
    for producer in producers:
        environment |= producer
    return environment


def _database_variables(settings: AxisSettings) -> dict[str, Input[str]]:
    variables: dict[str, Input[str]] = {}
    for dataset, database in settings.databases.by_dataset().items():
        variables[AUTO_VARIABLE[dataset]] = _flag(database.auto_load)
        variables[f"{dataset.upper()}_DB_SSL_MODE"] = "require"
    loaded = settings.databases.eval
    queries = {
        "EVAL_DB_QUERY": loaded.query,
        "EVAL_DB_DATASET_QUERY": loaded.dataset_query,
        "EVAL_DB_RESULTS_QUERY": loaded.results_query,
    }
    variables |= {name: query for name, query in queries.items() if query}
    variables["EVAL_DB_QUERY_TIMEOUT"] = str(loaded.query_timeout)
    variables["EVAL_DB_ROW_LIMIT"] = str(loaded.row_limit)
    return variables


def _flag(value: bool) -> str:
    return "true" if value else "false"
