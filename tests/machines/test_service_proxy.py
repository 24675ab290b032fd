"""Nginx with the configuration that machines get, before a service that writes slowly."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from components.vm_service_machine import Certificate, Paths
from components.vm_service_process import Process
from components.vm_service_proxy import proxy_files
from tests.machines.machines import SERVICE, Host
from tests.machines.service import wait_until
from tests.starter.servers import free_port

# What is 180 s for gunicorn on a machine is 1 s here, and the ten that the proxy has beyond it stay.
PROCESS = Process(timeout_seconds=1)
Message = dict[str, Any]


async def application(
    scope: Message, _receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """`/slow` is silent for nine seconds, `/pieces` writes one now and one later, the rest says who asked."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/slow":
        await asyncio.sleep(9)
    if scope["path"] == "/pieces":
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await asyncio.sleep(2)
    told = "\n".join(f"{name.decode()}: {value.decode()}" for name, value in scope["headers"])
    await send({"type": "http.response.body", "body": told.encode()})


@dataclass
class Proxy:
    """A running nginx."""

    port: int
    upstream: Path
    configuration: Path
    process: subprocess.Popen[bytes]
    nginx: str
    context: ssl.SSLContext

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"https://localhost:{self.port}", verify=self.context, timeout=30, trust_env=False
        )

    def reload(self) -> None:
        subprocess.run(
            [self.nginx, "-c", self.configuration, "-s", "reload"], check=True, capture_output=True
        )


@pytest.fixture
def backend() -> Iterator[int]:
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(application, host="127.0.0.1", port=port, lifespan="off", log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield port
    server.should_exit = True
    thread.join(timeout=10)


def _prepared(host: Host) -> tuple[Path, int]:
    root, port = host.root, free_port()
    paths = Paths(state=f"{root}/state", runtime=f"{root}/run", logs=f"{root}/logs", proxy=f"{root}/proxy")
    for folder in ("state", "proxy", "temporary"):
        (root / folder).mkdir(exist_ok=True)
    machine = replace(SERVICE, process=PROCESS, host="localhost")
    host.write(
        proxy_files(
            machine, paths, port=port, user="root", log=f"{root}/nginx.log", temporary=f"{root}/temporary"
        )
    )
    prepared = host.run("prepare-proxy.sh")
    assert prepared.returncode == 0, prepared.stderr
    return root / "proxy.conf", port


def _upstream(port: int) -> str:
    return f"server 127.0.0.1:{port} max_fails=0;\n"


@pytest.fixture
def proxy(host: Host, nginx: str, backend: int) -> Iterator[Proxy]:
    configuration, port = _prepared(host)
    upstream = host.root / "state/upstream.conf"
    upstream.write_text(_upstream(backend))
    process = subprocess.Popen([nginx, "-c", configuration, "-g", "daemon off;"])
    context = ssl.create_default_context(cafile=str(host.root / "proxy/certificate.pem"))
    running = Proxy(port, upstream, configuration, process, nginx, context)
    wait_until((host.root / "proxy/nginx.pid").exists)
    yield running
    process.terminate()
    process.wait(timeout=20)


def test_nginx_accepts_the_configuration_without_a_word(host: Host, nginx: str) -> None:
    configuration, _ = _prepared(host)
    tried = subprocess.run(
        [nginx, "-t", "-q", "-c", configuration], capture_output=True, text=True, check=False
    )
    assert (tried.returncode, tried.stdout, tried.stderr) == (0, "", "")


def test_a_certificate_of_its_own_is_for_its_name_and_its_key_for_root_alone(host: Host, nginx: str) -> None:
    assert nginx
    _prepared(host)
    assert (host.root / "proxy/key.pem").stat().st_mode & 0o077 == 0
    shown = subprocess.run(
        ["openssl", "x509", "-in", host.root / "proxy/certificate.pem", "-noout", "-ext", "subjectAltName"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "DNS:localhost" in shown.stdout


def test_the_service_is_told_who_asks_and_how(proxy: Proxy) -> None:
    with proxy.client() as client:
        told = client.get("/", headers={"X-Forwarded-For": "203.0.113.9"}).text.lower()
    assert "x-forwarded-proto: https" in told
    assert "x-forwarded-for: 203.0.113.9, 127.0.0.1" in told
    assert "host: localhost" in told


def test_a_stream_arrives_piece_by_piece(proxy: Proxy) -> None:
    began = time.monotonic()
    with proxy.client() as client, client.stream("GET", "/pieces") as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"first"
        first = time.monotonic() - began
        next(pieces)
        second = time.monotonic() - began
    assert first < 1.5 < second


def test_an_answer_slower_than_gunicorns_own_timeout_is_not_cut(proxy: Proxy) -> None:
    with proxy.client() as client:
        began = time.monotonic()
        assert client.get("/slow").status_code == 200
        assert time.monotonic() - began > 8


def test_http2_is_spoken(proxy: Proxy) -> None:
    context = ssl.create_default_context(cafile=str(proxy.configuration.parent / "proxy/certificate.pem"))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", proxy.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"


def test_another_port_takes_over_while_an_answer_of_the_old_one_is_under_way(
    proxy: Proxy, backend: int
) -> None:
    with proxy.client() as client, client.stream("GET", "/pieces") as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"first"
        proxy.upstream.write_text(_upstream(1))
        proxy.reload()
        wait_until(lambda: _status(proxy) == 502)
        assert b"host: " in next(pieces)
    proxy.upstream.write_text(_upstream(backend))
    proxy.reload()
    wait_until(lambda: _status(proxy) == 200)


def _status(proxy: Proxy) -> int:
    with proxy.client() as client:
        return client.get("/").status_code


@pytest.mark.parametrize(("method", "status", "asked"), [("GET", 200, 2), ("POST", 502, 1)])
def test_a_connection_that_a_worker_drops_is_a_second_try_for_what_can_be_asked_twice(
    proxy: Proxy, method: str, status: int, asked: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as leaving, proxy.client() as client:
        taken: list[bytes] = []

        def drop_the_first() -> None:
            for _ in range(asked):
                connection, _ = leaving.accept()
                with connection:
                    taken.append(connection.recv(65536))
                    if len(taken) > 1:
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=drop_the_first, daemon=True).start()
        proxy.upstream.write_text(_upstream(leaving.getsockname()[1]))
        proxy.reload()
        time.sleep(1)
        assert client.request(method, "/").status_code == status
        assert len(taken) == asked


def test_a_request_that_is_too_large_is_refused_at_the_door(proxy: Proxy) -> None:
    with proxy.client() as client:
        assert client.post("/", content=b"x" * (21 * 1024 * 1024)).status_code == 413


def test_a_certificate_of_the_teams_own_is_read_from_secret_manager(host: Host) -> None:
    paths = Paths(
        state=f"{host.root}/state",
        runtime=f"{host.root}/run",
        logs="",
        proxy=f"{host.root}/proxy",
        configuration=str(host.root),
    )
    for folder in ("state", "proxy"):
        (host.root / folder).mkdir()
    machine = replace(SERVICE, certificate=Certificate(chain=("palma-chain", "2"), key=("palma-key", "5")))
    host.write(proxy_files(machine, paths))
    (host.root / "fetch-secret.sh").write_text('echo "$1 version $2"')
    assert host.run("prepare-proxy.sh").returncode == 0
    assert (host.root / "proxy/certificate.pem").read_text() == "palma-chain version 2\n"
    assert (host.root / "proxy/key.pem").read_text() == "palma-key version 5\n"
    (host.root / "fetch-secret.sh").write_text("exit 1")
    assert host.run("prepare-proxy.sh").returncode != 0


def test_the_proxy_is_always_more_patient_than_gunicorn() -> None:
    for seconds in (30, 180, 900):
        assert Process(timeout_seconds=seconds).answer_seconds > seconds
