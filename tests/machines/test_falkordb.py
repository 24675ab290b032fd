"""The database as its machine runs it: password from Secret Manager, real server, real graph module."""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import redis

from components import falkordb_machine
from components.cloud_init import rendered
from components.vm_files import secret_reader
from tests.machines.database import client, free_port, running
from tests.machines.machines import FALKORDB, FILES, PASSWORD, SETTINGS, Google, Host, on_a_command_line

REFERENCE = (
    "europe-west1-docker.pkg.dev/acme-prod/ai-prod-docker-hub/falkordb/falkordb-server@sha256:" + "a" * 64
)


_ENDLESS = "UNWIND range(1, 99999) AS x UNWIND range(1, 99999) AS y WITH x, y WHERE x < -y RETURN count(x)"


@pytest.fixture
def machine(host: Host, google: Google) -> Host:
    """The machine before its first start: no image, and a Docker that notes what it is asked."""
    host.write(
        secret_reader(project="acme-prod", metadata_url=google.url, secret_manager_url=google.url, retries=0)
    )
    (host.root / "prepare.sh").write_text(
        rendered(
            "falkordb/falkordb-prepare.sh",
            image=REFERENCE,
            runtime_directory=str(host.root),
            user=os.getuid(),
            fetch_secret=str(host.root / "fetch-secret.sh"),
            secret=FALKORDB.secret,
            version=FALKORDB.version,
        )
    )
    host.stand_in(
        "docker",
        f'echo "$@" >> {host.root}/docker\n[[ "$1 $2" != "image inspect" || -e {host.root}/image ]]',
    )
    google.give_token()
    google.give_secret(PASSWORD)
    return host


def _prepare(machine: Host) -> CompletedProcess[str]:
    return machine.run("prepare.sh")


def test_the_password_is_in_memory_and_for_the_database_alone(machine: Host) -> None:
    assert _prepare(machine).returncode == 0
    for file in ("redis.conf", "client.env"):
        assert stat.S_IMODE((machine.root / file).stat().st_mode) & 0o077 == 0
    assert (machine.root / "redis.conf").read_text() == f"requirepass {PASSWORD}\n"
    [unit] = [file.content for file in FILES["falkordb"] if file.path.endswith("falkordb.service")]
    assert "RuntimeDirectory=falkordb\nRuntimeDirectoryMode=0700\n" in unit


def test_the_image_is_pulled_once_and_by_its_digest(machine: Host) -> None:
    _prepare(machine)
    (machine.root / "image").touch()
    _prepare(machine)
    assert [line for line in machine.notes("docker") if line.startswith("pull")] == [
        f"pull --quiet {REFERENCE}"
    ]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_without_its_password_the_database_does_not_start(machine: Host, google: Google, status: int) -> None:
    google.give_secret(PASSWORD, status)
    assert _prepare(machine).returncode != 0
    assert not (machine.root / "redis.conf").exists()


@pytest.mark.parametrize(
    "value", ["short", "two words that are long enough", "quote'quote'quote'quote", "*" * 32]
)
def test_a_password_that_is_no_single_word_is_refused(machine: Host, google: Google, value: str) -> None:
    google.give_secret(value)
    refused = _prepare(machine)
    assert refused.returncode != 0
    assert "16 or more letters and digits" in refused.stderr
    assert value not in refused.stderr
    assert not (machine.root / "redis.conf").exists()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def database(machine: Host, port: int) -> Iterator[redis.Redis]:
    """The database, started with what the machine has prepared."""
    _prepare(machine)
    with running(machine.root, port=port):
        yield client(port)


def test_nobody_is_let_in_without_the_password(database: redis.Redis, port: int) -> None:
    with pytest.raises(redis.AuthenticationError):
        client(port, password=None).execute_command("GRAPH.QUERY", "g", "RETURN 1")
    with pytest.raises(redis.AuthenticationError):
        client(port, password="x" * 32).ping()
    assert database.ping()


def test_the_password_cannot_be_seen_among_the_processes(database: redis.Redis, google: Google) -> None:
    assert database.ping()
    assert not on_a_command_line(PASSWORD)
    assert google.seen == set()


def test_every_setting_is_in_force(database: redis.Redis) -> None:
    assert database.config_get("maxmemory", "maxmemory-policy", "appendonly", "appendfsync", "save") == {
        "maxmemory": str(512 * 1024 * 1024),
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "900 1 300 10 60 1000",
    }
    graph = dict(database.execute_command("GRAPH.CONFIG", "GET", "*"))
    assert {
        "TIMEOUT": 0,
        "TIMEOUT_DEFAULT": 30_000,
        "TIMEOUT_MAX": 300_000,
        "QUERY_MEM_CAPACITY": 128 * 1024 * 1024,
        "MAX_QUEUED_QUERIES": 100,
        "RESULTSET_SIZE": 10_000,
    }.items() <= graph.items()


def test_a_query_without_end_is_ended(machine: Host, port: int) -> None:
    """The image's own default, one second, is replaced and does not come back."""
    _prepare(machine)
    with running(machine.root, port=port, settings=replace(SETTINGS, query_timeout_ms=1_500)):
        started = time.monotonic()
        with pytest.raises(redis.ResponseError, match="timed out"):
            client(port).execute_command(
                "GRAPH.QUERY",
                "g",
                _ENDLESS,
            )
        assert 1.4 < time.monotonic() - started < 10


def test_an_unlimited_answer_can_be_asked_for(machine: Host, port: int) -> None:
    _prepare(machine)
    with running(machine.root, port=port, settings=replace(SETTINGS, result_rows=-1)):
        answer = client(port).execute_command("GRAPH.QUERY", "g", "UNWIND range(1, 20000) AS x RETURN x")
        assert len(answer[1]) == 20_000


def test_a_full_memory_refuses_writes_and_keeps_every_graph(machine: Host, port: int) -> None:
    _prepare(machine)
    with running(machine.root, port=port, settings=replace(SETTINGS, maxmemory_mib=24)):
        database = client(port)
        database.execute_command("GRAPH.QUERY", "kept", "CREATE (:Fact {name: 'kept'})")
        full = "command not allowed when used memory"
        with pytest.raises(redis.ResponseError, match=full):
            _fill(database, mebibytes=64)
        assert database.execute_command("GRAPH.LIST") == ["kept"]


def _fill(database: redis.Redis, *, mebibytes: int) -> None:
    for block in range(mebibytes):
        database.set(f"filler-{block}", b"x" * 1024 * 1024)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_graph_survives_the_end_of_the_database(machine: Host, port: int, ending: signal.Signals) -> None:
    _prepare(machine)
    with running(machine.root, port=port) as server:
        client(port).execute_command("GRAPH.QUERY", "g", "CREATE (:Fact {name: 'kept'})-[:OF]->(:Thing)")
        # The log is written to the disk every second: what is older is never lost.
        time.sleep(1.5 if ending is signal.SIGKILL else 0)
        server.send_signal(ending)
        server.wait(20)
    assert any((machine.root / "data" / "appendonlydir").iterdir())
    with running(machine.root, port=port):
        answer = client(port).execute_command("GRAPH.RO_QUERY", "g", "MATCH (f:Fact)-[:OF]->() RETURN f.name")
        assert answer[1] == [["kept"]]


def _docker_that_reaches(host: Host, port: int) -> None:
    """`docker exec --env-file=FILE falkordb redis-cli -e …`, with a real client in place of `redis-cli`."""
    (host.root / "redis_cli.py").write_text(
        "import sys, redis\n"
        "from redis.backoff import NoBackoff\n"
        "from redis.retry import Retry\n"
        "assert sys.argv[1] == 'exec' and sys.argv[3:6] == ['falkordb', 'redis-cli', '-e'], sys.argv\n"
        "key, _, password = open(sys.argv[2].removeprefix('--env-file=')).read().strip().partition('=')\n"
        "assert key == 'REDISCLI_AUTH'\n"
        "try:\n"
        f"    client = redis.Redis(port={port}, password=password, retry=Retry(NoBackoff(), retries=0))\n"
        "    answer = client.execute_command(*sys.argv[6:])\n"
        "except redis.RedisError as error:\n"
        "    sys.exit(str(error))\n"
        "print('PONG' if answer is True else answer)\n"
    )
    host.stand_in("docker", f'exec {sys.executable} {host.root}/redis_cli.py "$@"')


@pytest.fixture
def checked(machine: Host, port: int) -> Host:
    _prepare(machine)
    _docker_that_reaches(machine, port)
    (machine.root / "check.sh").write_text(
        rendered("falkordb/falkordb-check.sh", runtime_directory=str(machine.root))
    )
    return machine


def test_a_database_that_works_passes_its_check_and_gains_no_graph(checked: Host, port: int) -> None:
    with running(checked.root, port=port):
        result = checked.run("check.sh")
        assert (result.returncode, result.stderr) == (0, "")
        assert client(port).execute_command("GRAPH.LIST") == []


def test_a_database_that_is_not_there_fails_its_check(checked: Host) -> None:
    assert checked.run("check.sh").returncode != 0


def test_the_check_of_a_database_that_hangs_can_be_bounded(checked: Host, port: int) -> None:
    (checked.root / "bounded.sh").write_text(f"timeout 1 bash {checked.root}/check.sh")
    with running(checked.root, port=port) as server:
        server.send_signal(signal.SIGSTOP)
        try:
            assert checked.run("bounded.sh").returncode == 124
        finally:
            server.send_signal(signal.SIGCONT)


@pytest.mark.parametrize(
    ("answer", "healthy"),
    [
        ("LOADING Redis is loading the dataset in memory", True),
        ("NOAUTH Authentication required.", False),
        ("MASTERDOWN Link with MASTER is down", False),
        ("", False),
    ],
)
def test_only_a_database_that_still_reads_its_data_may_answer_otherwise(
    checked: Host, answer: str, healthy: bool
) -> None:
    checked.stand_in("docker", f"echo '{answer}'; exit 1")
    assert (checked.run("check.sh").returncode == 0) is healthy


def test_a_server_without_the_graph_module_fails_its_check(checked: Host) -> None:
    checked.stand_in(
        "docker", 'case "${!#}" in PING) echo PONG ;; *) echo "ERR unknown command"; exit 1 ;; esac'
    )
    assert checked.run("check.sh").returncode != 0


def test_the_container_gets_the_words_that_were_tried_here() -> None:
    [environment] = [file.content for file in FILES["falkordb"] if file.path.endswith("falkordb.env")]
    assert environment.splitlines() == [
        f"REDIS_ARGS={falkordb_machine.redis_args(SETTINGS)}",
        f"FALKORDB_ARGS={falkordb_machine.falkordb_args(SETTINGS)}",
        "BROWSER=0",
    ]
    [unit] = [file.content for file in FILES["falkordb"] if file.path.endswith("falkordb.service")]
    password_file = falkordb_machine.redis_args(SETTINGS).split()[0]
    assert f"target={password_file},readonly" in unit
    assert Path(password_file).is_relative_to("/run")
