from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines.machines import Google, Host
from tests.machines.machines import google as google_context


@pytest.fixture
def google() -> Iterator[Google]:
    with google_context() as world:
        yield world


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.fixture(scope="session")
def cloud_init() -> str:
    return _tool("cloud-init", package="cloud-init")


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    return _tool("systemd-analyze", package="systemd")


@pytest.fixture(scope="session")
def shellcheck() -> str:
    return _tool("shellcheck", package="shellcheck")


@pytest.fixture(scope="session")
def exportfs() -> str:
    return _tool("exportfs", package="nfs-kernel-server")


@pytest.fixture(scope="session")
def docker() -> str:
    return _tool("docker", package="docker.io")


@pytest.fixture(scope="session")
def nfsconf() -> str:
    return _tool("nfsconf", package="nfs-kernel-server")


@pytest.fixture(scope="session")
def nginx() -> str:
    return _tool("nginx", package="nginx-light")


@pytest.fixture(scope="session")
def git() -> str:
    return _tool("git", package="git")


def _tool(name: str, *, package: str) -> str:
    path = shutil.which(name, path=f"/usr/sbin:/sbin:{os.environ['PATH']}")
    if path is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    return path
