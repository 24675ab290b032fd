"""Gunicorn as the unit starts it, serving the starter: a killed worker, a stop during a request."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from components.vm_service_process import Process
from tests.machines.machines import FILES, Google, Host
from tests.machines.service import ServiceHost, give_release, process_environment, service_host, wait_until
from tests.starter.application import STARTER
from tests.starter.servers import free_port

PROCESS = Process(application="app.main:app", health_path="/", graceful_timeout_seconds=5)
WORKERS = {"uvicorn": "uvicorn.workers.UvicornWorker", "uvicorn_worker": "uvicorn_worker.UvicornWorker"}
"""The document's class, which uvicorn has deprecated, and its successor, by the package of each."""


class Running:
    """Gunicorn on a port of its own."""

    def __init__(self, here: ServiceHost, port: int) -> None:
        self.port = port
        self.log = here.root / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["/bin/bash", here.root / "etc/start-service.sh", str(port)],
                env=here.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self.serves)

    def serves(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/").status_code == 200
        except httpx.TransportError:
            return False

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=30, trust_env=False)

    def workers(self) -> set[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(child) for child in children.split()}


@pytest.fixture(params=WORKERS)
def here(host: Host, google: Google, request: pytest.FixtureRequest) -> ServiceHost:
    if find_spec(request.param) is None:
        pytest.skip(f"the package of {WORKERS[request.param]} is not installed")
    return service_host(host, google, process=replace(PROCESS, worker_class=WORKERS[request.param]))


@contextmanager
def started(here: ServiceHost, project: Path) -> Generator[Running]:
    port = free_port()
    shutil.copytree(STARTER, project, ignore=shutil.ignore_patterns("__pycache__"))
    give_release(here, port, project, "revision " + "a" * 40 + "\nenv SERVICE_NAME palma ai = 1\n")
    service = Running(here, port)
    yield service
    service.process.kill()
    service.process.wait()


@pytest.fixture
def running(here: ServiceHost, tmp_path: Path) -> Iterator[Running]:
    with started(here, tmp_path / "project") as service:
        yield service


def test_it_serves_with_its_variables(running: Running) -> None:
    assert running.get("/").json()["service"] == "palma ai = 1"
    assert len(running.workers()) == PROCESS.workers


def test_a_killed_worker_is_replaced_and_the_service_goes_on(running: Running) -> None:
    before = running.workers()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: victim not in running.workers() and len(running.workers()) == 2)
    assert running.get("/").status_code == 200
    assert running.process.poll() is None


def test_workers_that_reach_their_request_limit_are_replaced_and_asking_twice_is_enough(
    host: Host, google: Google, tmp_path: Path
) -> None:
    """Each request has a connection of its own, as from nginx, and a leaving worker may drop one."""

    def ask(service: Running) -> int:
        try:
            return service.get("/").status_code
        except httpx.RemoteProtocolError:
            return service.get("/").status_code

    limited = replace(PROCESS, max_requests=20, max_requests_jitter=5)
    with started(service_host(host, google, process=limited), tmp_path / "project") as service:
        before = service.workers()
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: ask(service), range(120)))
        wait_until(lambda: not before & service.workers() and len(service.workers()) == limited.workers)
    assert set(answers) == {200}


def test_a_stop_lets_the_request_in_flight_finish(running: Running) -> None:
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(running.get, "/api/stream?seconds=600&interval=1")
        wait_until(lambda: "/api/stream" in running.log.read_text())
        running.process.terminate()
        body = answer.result(timeout=20).text
    # The starter ends its streams itself when it is told to stop; a cut one would have no last event.
    assert body.endswith("event: restart\ndata: {}\n\n")
    assert running.process.wait(timeout=10) == 0


def test_the_command_line_has_every_flag_of_the_document() -> None:
    """The document's own values are the defaults."""
    [start] = [file.content for file in FILES["service"] if file.path.endswith("start-service.sh")]
    flags = (
        "server:app -k uvicorn.workers.UvicornWorker -w 2 --timeout 180 --graceful-timeout 30 --keep-alive 5 "
        "--max-requests 1000 --max-requests-jitter 100 --access-logfile - --error-logfile -"
    )
    assert f'exec .venv/bin/python -m gunicorn {flags} -b "127.0.0.1:$port"' in start


@pytest.mark.parametrize(("graceful", "stop"), [(5, 30), (30, 45), (300, 315)])
def test_systemd_never_kills_before_gunicorn_is_done(
    graceful: int, stop: int, host: Host, google: Google
) -> None:
    here = service_host(host, google, process=replace(PROCESS, graceful_timeout_seconds=graceful))
    unit = (here.root / "etc/palma-ai@.service").read_text()
    assert re.findall(r"TimeoutStopSec=(\d+)", unit) == [str(stop)]
    assert "\nRestart=always\nRestartSec=3\n" in unit


def test_the_unit_is_as_closed_as_the_service_allows(systemd_analyze: str, tmp_path: Path) -> None:
    [content] = [file.content for file in FILES["service"] if file.path.endswith("palma-ai@.service")]
    unit = tmp_path / "palma-ai@.service"
    unit.write_text(content)
    judged = subprocess.run(
        [systemd_analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr
    [exposure] = re.findall(r"Overall exposure level for .*: ([\d.]+)", judged.stdout)
    assert float(exposure) <= 2.0


def test_the_environment_is_what_the_deployment_says(running: Running) -> None:
    variables = process_environment(running.process.pid)
    assert variables["UVICORN_PORT"] == str(running.port)
    assert variables["SERVICE_NAME"] == "palma ai = 1"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"application": "server"}, "write MODULE:NAME"),
        ({"worker_class": "uvicorn worker"}, "is no class"),
        ({"workers": 0}, "workers is 0; write 1 to 64"),
        ({"timeout_seconds": 0}, "timeout_seconds is 0; write 1 to 3600"),
        ({"max_requests": 0}, "max_requests_jitter is 100; write 0 to max_requests"),
        ({"health_path": "health"}, "write one like /health"),
    ],
)
def test_a_process_that_cannot_be_says_what_to_write(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(Process(), **wrong)
