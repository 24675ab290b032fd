from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.starter.application import Application
from tests.starter.servers import Postgres, Redis, TlsFront, make_authority

# Planted as every secret; must never be seen again.
POSTGRES_MARKER = "PLANTEDpostgres5f1c"
REDIS_MARKER = "PLANTEDredis77ab"
GRAPH_MARKER = "PLANTEDgraph03de"

DUCKDB_YAML = "duckdb:\n  enabled: true\n  path: {path}\n  sync_mode: manual\n"
EVAL_YAML = """
eval_db:
  enabled: true
  url: "postgresql://postgres:${{EVAL_DB_PASSWORD}}@127.0.0.1:{port}/axis_eval"
  ssl_mode: prefer
  dataset_query: SELECT id, score FROM evaluations ORDER BY id;
  row_limit: 40
"""


@dataclass(frozen=True)
class World:
    """Everything the starter depends on."""

    postgres: Postgres
    redis: Redis
    graph: Redis
    redis_front: TlsFront
    postgres_front: TlsFront
    authority: Path
    other_authority: Path

    def variables(self, custom_dir: Path | None = None) -> dict[str, str]:
        """The environment of a deployed AXIS."""
        found = {
            "SERVICE_NAME": "axis-api",
            "SERVICE_VERSION": "1.2.3",
            "FRONTEND_URL": "https://axis.example.com",
            "FRONTEND_URLS": "https://axis.example.com, https://preview.example.app/",
            "EVAL_DB_URL": self.postgres.url("axis_eval"),
            "MONITORING_DB_URL": self.postgres.url(
                "axis_monitoring", self.postgres_front.port, "?sslmode=require"
            ),
            "HUMAN_SIGNALS_DB_URL": self.postgres.url("axis_human_signals", options="?sslmode=prefer"),
            "REDIS_URL": f"rediss://:{REDIS_MARKER}@127.0.0.1:{self.redis_front.port}/0",
            "REDIS_CA_CERT": self.authority.read_text(),
            "GRAPH_DB_HOST": "127.0.0.1",
            "GRAPH_DB_PORT": str(self.graph.port),
            "GRAPH_DB_NAME": "knowledge_graph",
            "GRAPH_DB_PASSWORD": GRAPH_MARKER,
            "HEALTH_CACHE_SECONDS": "0",
            "HEALTH_TIMEOUT_SECONDS": "2",
        }
        return found | ({"AXIS_CUSTOM_DIR": str(custom_dir)} if custom_dir else {})


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    certificates = tmp_path_factory.mktemp("certificates")
    authority, certificate, key = make_authority(certificates, "ours")
    other_authority, _, _ = make_authority(certificates, "other")
    postgres = Postgres(POSTGRES_MARKER)
    postgres.create(
        "axis_eval",
        "CREATE TABLE evaluations AS SELECT id, id / 100.0 AS score FROM generate_series(1, 50) AS id",
    )
    postgres.create("axis_monitoring", "CREATE TABLE traces (id int)", "CREATE TABLE spans (id int)")
    postgres.create("axis_human_signals")
    redis, graph = Redis(REDIS_MARKER), Redis(GRAPH_MARKER, graph=True)
    fronts = TlsFront(redis.port, certificate, key), TlsFront(postgres.port, certificate, key, postgres=True)
    yield World(postgres, redis, graph, *fronts, authority, other_authority)
    for front in fronts:
        front.close()
    for server in (redis, graph):
        server.stop()
    postgres.remove()


@pytest.fixture(scope="package")
def custom_dir(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mounted YAML: the store, and the eval database, whose variable is then ignored."""
    folder = tmp_path_factory.mktemp("custom")
    config = folder / "config"
    config.mkdir()
    (config / "duckdb.yaml").write_text(DUCKDB_YAML.format(path=folder / "data" / "store.duckdb"))
    (config / "eval_db.yaml").write_text(EVAL_YAML.format(port=world.postgres.port))
    return folder


@pytest.fixture(scope="package")
def application(
    world: World, custom_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Application]:
    """One starter for all tests of this folder; the last thing it shows is that it told no secret."""
    variables = world.variables(custom_dir)
    # Wrong on purpose: the YAML file of this database must win.
    variables["EVAL_DB_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    variables["EVAL_DB_PASSWORD"] = POSTGRES_MARKER
    running = Application(variables, tmp_path_factory.mktemp("application") / "output.log")
    yield running
    running.stop()
    assert "PLANTED" not in running.output
