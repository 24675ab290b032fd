"""`GET /health` against the real servers, up, stopped, frozen and wrongly configured."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.starter.application import Application
from tests.starter.conftest import World
from tests.starter.servers import Server, wait_until

_ALL_UP = {
    "postgres:eval": "up",
    "postgres:monitoring": "up",
    "postgres:human_signals": "up",
    "redis": "up",
    "falkordb": "up",
}
_PICK: dict[str, Callable[[World], Server]] = {
    "postgres:": lambda world: world.postgres,
    "redis": lambda world: world.redis,
    "falkordb": lambda world: world.graph,
}


def test_the_root_says_which_service_and_version_answers(application: Application) -> None:
    answer = application.get("/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "healthy", "service": "axis-api", "version": "1.2.3"}


def test_everything_that_is_configured_is_asked_and_up(application: Application, world: World) -> None:
    before = world.redis_front.encrypted, world.postgres_front.encrypted
    assert application.health() == (200, _ALL_UP)
    assert world.redis_front.encrypted > before[0]
    assert world.postgres_front.encrypted > before[1]


def test_asking_for_the_graph_does_not_create_it(application: Application, world: World) -> None:
    application.health()
    assert world.graph.client.exists("knowledge_graph") == 0


@pytest.mark.parametrize("component", _PICK)
def test_a_stopped_dependency_is_named_and_comes_back(
    application: Application, world: World, component: str
) -> None:
    server = _PICK[component](world)
    server.stop()
    try:
        status, components = application.health()
    finally:
        server.start()
    assert status == 503
    assert {name for name, state in components.items() if state == "down"} == {
        name for name in _ALL_UP if name.startswith(component)
    }
    wait_until(lambda: _expect(application.health(), (200, _ALL_UP)))


def _expect(found: object, wanted: object) -> None:
    assert found == wanted


@pytest.mark.parametrize("component", _PICK)
def test_a_dependency_that_hangs_costs_no_more_than_the_timeout(
    application: Application, world: World, component: str
) -> None:
    server = _PICK[component](world)
    server.freeze()
    began = time.monotonic()
    try:
        status, components = application.health()
    finally:
        server.thaw()
    # A frozen Postgres parent accepts no connection; a client that is told nothing must give up by itself.
    assert status == 503
    assert {state for name, state in components.items() if name.startswith(component)} == {"down"}
    assert time.monotonic() - began < 4
    wait_until(lambda: _expect(application.health(), (200, _ALL_UP)))


def test_nothing_configured_is_healthy_and_says_so(tmp_path: Path) -> None:
    application = Application({}, tmp_path / "log", workers=1)
    try:
        assert application.health() == (
            200,
            {"postgres": "not configured", "redis": "not configured", "falkordb": "not configured"},
        )
        assert application.get("/api/store/status").json()["enabled"] is False
        assert application.client.post("/api/store/sync").status_code == 404
    finally:
        application.stop()


def test_wrong_secrets_and_a_foreign_authority_are_down_and_are_not_told(
    world: World, tmp_path: Path
) -> None:
    variables = world.variables() | {
        "DATABASE_URL": "postgresql://user:PLANTEDwrong@127.0.0.1:notaport/x?nonsense=PLANTEDquery",
        "EVAL_DB_URL": world.postgres.url("PLANTEDdatabase"),
        "MONITORING_DB_URL": f"postgresql://postgres:PLANTEDwrong@127.0.0.1:{world.postgres.port}/axis_monitoring",
        "REDIS_CA_CERT": world.other_authority.read_text(),
        "GRAPH_DB_PASSWORD": "PLANTEDwrong",
    }
    application = Application(variables, tmp_path / "log", workers=1)
    try:
        answer = application.get("/health")
    finally:
        application.stop()
    assert answer.status_code == 503
    assert answer.json()["components"] == {
        "postgres:database": "down",
        "postgres:eval": "down",
        "postgres:monitoring": "down",
        "postgres:human_signals": "up",
        "redis": "down",
        "falkordb": "down",
    }
    assert "PLANTED" not in answer.text
    assert "PLANTED" not in application.output
    assert "127.0.0.1:" + str(world.postgres.port) not in application.output
    assert "redis is down" in application.output
