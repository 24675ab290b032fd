"""How a service's own process runs on a virtual machine: gunicorn with uvicorn workers, every flag a setting.

Pure data. Does not own what is around the process (its unit, its proxy, its releases): that is
`vm_service_machine`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PORTS = (8000, 8001)
"""The ports on the machine itself: one serves, a new release starts on the other."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """Gunicorn's flags.

    Attributes:
        application: the ASGI application, `MODULE:NAME`, from the project's folder.
        worker_class: gunicorn's worker; `uvicorn_worker.UvicornWorker` where the project depends on the
            package `uvicorn-worker`, which follows the one that is part of uvicorn.
        workers: processes that serve; two for work that waits for language models.
        timeout_seconds: seconds after which a worker that has stopped moving is killed. It is no limit of a
            request, but the longest that an answer may be silent on its way through the proxy.
        graceful_timeout_seconds: seconds that workers get to finish when the service is told to stop.
        keep_alive_seconds: seconds that an idle connection stays open.
        max_requests: requests after which a worker is replaced; 0 is never.
        max_requests_jitter: random part of that number, so that workers are not replaced together.
        health_path: path that answers 200 when the service is well.
    """

    application: str = "server:app"
    worker_class: str = "uvicorn.workers.UvicornWorker"
    workers: int = 2
    timeout_seconds: int = 180
    graceful_timeout_seconds: int = 30
    keep_alive_seconds: int = 5
    max_requests: int = 1000
    max_requests_jitter: int = 100
    health_path: str = "/health"

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(f"Process: {problem}")

    def _problems(self) -> Iterator[str]:
        if not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", self.application):
            yield f"application {self.application!r} is no application; write MODULE:NAME like server:app"
        if not re.fullmatch(r"[A-Za-z_][\w.]*", self.worker_class):
            yield f"worker_class {self.worker_class!r} is no class; write uvicorn_worker.UvicornWorker"
        if not 1 <= self.workers <= 64:
            yield f"workers is {self.workers}; write 1 to 64"
        for name in ("timeout_seconds", "graceful_timeout_seconds", "keep_alive_seconds"):
            if not 1 <= getattr(self, name) <= 3600:
                yield f"{name} is {getattr(self, name)}; write 1 to 3600"
        if not 0 <= self.max_requests_jitter <= max(self.max_requests, 0):
            yield f"max_requests_jitter is {self.max_requests_jitter}; write 0 to max_requests"
        if not re.fullmatch(r"/[\w./-]*", self.health_path):
            yield f"health_path {self.health_path!r} is no path; write one like /health"

    @property
    def answer_seconds(self) -> int:
        """The proxy's patience: longer than gunicorn's, so that it is never the proxy that cuts an answer."""
        return self.timeout_seconds + 10

    @property
    def stop_seconds(self) -> int:
        """How long systemd waits before it kills: longer than the workers get, and 30 at the least."""
        return max(30, self.graceful_timeout_seconds + 15)

    def arguments(self) -> list[str]:
        """The command line after `gunicorn`, but for the address."""
        return [
            self.application,
            *("-k", self.worker_class),
            *("-w", str(self.workers)),
            *("--timeout", str(self.timeout_seconds)),
            *("--graceful-timeout", str(self.graceful_timeout_seconds)),
            *("--keep-alive", str(self.keep_alive_seconds)),
            *("--max-requests", str(self.max_requests)),
            *("--max-requests-jitter", str(self.max_requests_jitter)),
            *("--access-logfile", "-"),
            *("--error-logfile", "-"),
        ]
