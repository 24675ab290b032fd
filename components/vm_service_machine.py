"""A machine of a service: what it is called, what it runs, where things are on it.

Pure data, from which `vm_service_files` and `vm_service_proxy` render what the machine is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from components.cloud_init import CONFIG_DIRECTORY, METADATA_URL, SECRET_MANAGER_URL, script_path
from components.vm_service_process import Process
from components.vm_service_source import GitSource, Source

STORAGE_URL = "https://storage.googleapis.com/storage/v1"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate of the team's own: IDs and versions of two secrets.

    Attributes:
        chain: the secret with the certificate and those that sign it, PEM.
        key: the secret with its key, PEM.
    """

    chain: tuple[str, str]
    key: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Paths:
    """Where things are on the machine; tests put them elsewhere.

    Attributes:
        state: releases and the two ports.
        runtime: secrets, in memory.
        proxy: the proxy's certificate, in memory.
        logs: what the service writes into its folder `logs`.
        uv: where uv is installed.
        configuration: where our files are.
    """

    state: str
    runtime: str
    proxy: str = "/run/ai-platform-proxy"
    logs: str
    uv: str = "/opt/ai-platform/uv"
    configuration: str = CONFIG_DIRECTORY

    def script(self, name: str) -> str:
        """Where the script of that name is."""
        return script_path(name).replace(CONFIG_DIRECTORY, self.configuration)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine of a service.

    Attributes:
        name: the service's name, and that of the user who runs it.
        project: project ID that its secrets are in.
        host: the name that it is reached by, for a certificate of its own making.
        source: where its releases come from.
        process: how it runs.
        certificate: the certificate that nginx shows; one of its own making without one.
        body_mb: largest request in MiB.
        start_seconds: seconds that a new release has to become healthy.
        builds: whether the compilers that some dependencies need are there.
        metadata_url: the metadata server.
        secret_manager_url: Secret Manager.
        storage_url: Cloud Storage.
        retries: how often a failed request to them is tried again.
    """

    name: str
    project: str
    host: str
    source: Source
    process: Process = field(default_factory=Process)
    certificate: Certificate | None = None
    body_mb: int = 20
    start_seconds: int = 120
    builds: bool = True
    metadata_url: str = METADATA_URL
    secret_manager_url: str = SECRET_MANAGER_URL
    storage_url: str = STORAGE_URL
    retries: int = 5

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,24}", self.name):
            raise ValueError(f"name {self.name!r}: write up to 25 lower-case letters, digits and hyphens")

    def with_secrets(self, known: Mapping[str, tuple[str, str]]) -> Machine:
        """The same machine with the secrets called `token`, `chain` and `key`, where they are known."""
        machine = self
        if "token" in known and isinstance(self.source, GitSource):
            machine = replace(machine, source=replace(self.source, token=known["token"]))
        if "chain" in known:
            machine = replace(machine, certificate=Certificate(chain=known["chain"], key=known["key"]))
        return machine

    @property
    def paths(self) -> Paths:
        """Where things are."""
        return Paths(state=f"/var/lib/{self.name}", runtime=f"/run/{self.name}", logs=f"/var/log/{self.name}")
