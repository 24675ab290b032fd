"""What the environment says to this process, read once and checked.

Owns the names, meanings and defaults of the variables. Does not read the YAML files (`databases`, `store`):
they may be mounted, so they are a second source with its own rules.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LONGEST_HEARTBEAT_SECONDS = 15.0
_LOCAL_FRONTEND = "http://localhost:3500"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The starter's settings.

    Secrets are kept out of `repr`, so that no log line or traceback can show one.

    Attributes:
        service: `SERVICE_NAME`, the name that `GET /` answers; default `starter`.
        version: `SERVICE_VERSION`, else Cloud Run's `K_REVISION`, else `0.1.0`.
        log_level: `LOG_LEVEL`, default `info`.
        origins: exact browser origins, from `FRONTEND_URL` and the comma-separated `FRONTEND_URLS`.
        custom_dir: `AXIS_CUSTOM_DIR`, whose `config/` holds the YAML files; `None` when not set.
        redis_url: `REDIS_URL`, `redis://` or `rediss://`.
        redis_ca: `REDIS_CA_CERT`, the PEM text of the authority that signed Redis' certificate.
        graph_host: `GRAPH_DB_HOST`.
        graph_port: `GRAPH_DB_PORT`, default 6379.
        graph_name: `GRAPH_DB_NAME`, default `knowledge_graph`.
        graph_password: `GRAPH_DB_PASSWORD`.
        health_timeout: `HEALTH_TIMEOUT_SECONDS`, the longest that one component may take; default 3.
        health_cache: `HEALTH_CACHE_SECONDS`, how long one answer serves every caller; default 1.
        heartbeat: `STREAM_HEARTBEAT_SECONDS`, the longest silence in a stream; default and maximum 15.
        variables: the whole environment, for the database variables and the placeholders of YAML files.
    """

    service: str = "starter"
    version: str = "0.1.0"
    log_level: str = "info"
    origins: tuple[str, ...] = (_LOCAL_FRONTEND,)
    custom_dir: Path | None = None
    redis_url: str | None = field(default=None, repr=False)
    redis_ca: str | None = field(default=None, repr=False)
    graph_host: str | None = None
    graph_port: int = 6379
    graph_name: str = "knowledge_graph"
    graph_password: str | None = field(default=None, repr=False)
    health_timeout: float = 3.0
    health_cache: float = 1.0
    heartbeat: float = LONGEST_HEARTBEAT_SECONDS
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.heartbeat <= LONGEST_HEARTBEAT_SECONDS:
            raise ValueError(
                f"STREAM_HEARTBEAT_SECONDS must be above 0 and at most {LONGEST_HEARTBEAT_SECONDS:g}: "
                "proxies on the way close a stream that is silent for longer"
            )
        if self.health_timeout <= 0 or self.health_cache < 0:
            raise ValueError("HEALTH_TIMEOUT_SECONDS must be above 0, HEALTH_CACHE_SECONDS at least 0")


def read_settings(variables: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `variables`; an empty variable counts as one that is not set."""
    given = {name: value for name, value in variables.items() if value.strip()}
    custom_dir = given.get("AXIS_CUSTOM_DIR")
    return Settings(
        service=given.get("SERVICE_NAME", "starter"),
        version=given.get("SERVICE_VERSION", given.get("K_REVISION", "0.1.0")),
        log_level=given.get("LOG_LEVEL", "info").lower(),
        origins=_origins(given.get("FRONTEND_URL", _LOCAL_FRONTEND), given.get("FRONTEND_URLS", "")),
        custom_dir=Path(custom_dir) if custom_dir else None,
        redis_url=given.get("REDIS_URL"),
        redis_ca=given.get("REDIS_CA_CERT"),
        graph_host=given.get("GRAPH_DB_HOST"),
        graph_port=int(_number(given, "GRAPH_DB_PORT", 6379)),
        graph_name=given.get("GRAPH_DB_NAME", "knowledge_graph"),
        graph_password=given.get("GRAPH_DB_PASSWORD"),
        health_timeout=_number(given, "HEALTH_TIMEOUT_SECONDS", 3.0),
        health_cache=_number(given, "HEALTH_CACHE_SECONDS", 1.0),
        heartbeat=_number(given, "STREAM_HEARTBEAT_SECONDS", LONGEST_HEARTBEAT_SECONDS),
        variables=given,
    )


def _origins(main: str, more: str) -> tuple[str, ...]:
    """Exact origins, without path or closing slash: a browser sends scheme, host and port alone."""
    found: list[str] = []
    for text in (main, *more.split(",")):
        if not text.strip():
            continue
        address = urlsplit(text.strip())
        if "*" in text or address.scheme not in {"http", "https"} or not address.netloc:
            raise ValueError(
                "FRONTEND_URL and FRONTEND_URLS take exact origins such as https://app.example.com, "
                "never a pattern: the answers carry credentials"
            )
        found.append(f"{address.scheme}://{address.netloc}")
    return tuple(dict.fromkeys(found))


def _number(given: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(given.get(name, default))
    except ValueError:
        raise ValueError(f"{name} must be a number") from None
