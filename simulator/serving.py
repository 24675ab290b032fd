"""The providers' gRPC servers: started before the engine, stopped after it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc

from simulator.cloud import Cloud
from simulator.provider import PACKAGES, CloudProvider

_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@contextlib.contextmanager
def serving(cloud: Cloud, packages: Sequence[str] = tuple(PACKAGES)) -> Generator[str]:
    """Serve `packages` on local ports; the value is what `PULUMI_DEBUG_PROVIDERS` must hold."""
    # The cloud is one thing with no locks of its own, whichever package asks.
    lock = threading.Lock()
    with contextlib.ExitStack() as servers:
        attached = []
        for package in packages:
            server = grpc.server(ThreadPoolExecutor(max_workers=4), options=_OPTIONS)
            server.add_generic_rpc_handlers((CloudProvider(package, cloud, lock).handler(),))
            attached.append(f"{package}:{server.add_insecure_port('127.0.0.1:0')}")
            server.start()
            servers.callback(lambda stopping=server: stopping.stop(grace=None).wait())
        yield ",".join(attached)
