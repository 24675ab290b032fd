"""Nginx in front of a service on its own machine: HTTPS, and answers passed on as they are written.

Pure functions that return `File`s. The package's unit runs our configuration instead of its own, which an
upgrade of the package may change.
"""

from __future__ import annotations

from components.cloud_init import CONFIG_DIRECTORY, File, rendered, script
from components.vm_service_machine import Machine, Paths
from components.vm_service_process import PORTS

HTTPS_PORT = 443
_SYSTEM_LOG = "syslog:server=unix:/dev/log"


def proxy_files(
    machine: Machine,
    paths: Paths,
    *,
    port: int = HTTPS_PORT,
    user: str = "www-data",
    log: str = _SYSTEM_LOG,
    temporary: str = "/var/lib/nginx",
) -> list[File]:
    """Nginx: its configuration, its unit's changes, and its certificate."""
    process, certificate = machine.process, machine.certificate
    upstream = f"{paths.state}/upstream.conf"
    return [
        File(
            path=f"{CONFIG_DIRECTORY}/proxy.conf",
            content=rendered(
                "service/proxy.conf",
                user=user,
                port=port,
                pid_file=f"{paths.proxy}/nginx.pid",
                error_log=log,
                access_log=log,
                temporary=temporary,
                body_mb=machine.body_mb,
                certificates=paths.proxy,
                upstream=upstream,
                answer_seconds=process.answer_seconds,
                keep_alive_seconds=process.keep_alive_seconds,
            ),
        ),
        File(
            path="/etc/systemd/system/nginx.service.d/ai-platform.conf",
            content=rendered(
                "service/nginx.conf", directory=CONFIG_DIRECTORY, answer_seconds=process.answer_seconds
            ),
        ),
        script(
            "prepare-proxy",
            "service/prepare-proxy.sh",
            certificates=paths.proxy,
            certificate=certificate and certificate.chain,
            key=certificate and certificate.key,
            host=machine.host,
            upstream=upstream,
            ports=PORTS,
            fetch_secret=paths.script("fetch-secret"),
        ),
    ]
