"""The service's document, applied by the real cloud-init over two boots of a machine that is thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.machines.boots import booted
from tests.machines.machines import FILES, USER_DATA


@pytest.fixture(scope="module")
def boots(cloud_init: str, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The machine after each of two boots."""
    assert cloud_init
    return booted(tmp_path_factory.mktemp("boots"), USER_DATA["service"], USER_DATA["service"])


def test_every_file_is_written_as_it_was_rendered(boots: list[Path]) -> None:
    for boot in boots:
        for file in FILES["service"]:
            for directory in ("ai-platform", "system"):
                if f"/{directory}/" in file.path:
                    written = boot / directory / file.path.partition(f"/{directory}/")[2]
                    assert written.read_text() == file.content


def test_the_two_users_are_there_and_the_service_owns_nothing_that_it_runs(boots: list[Path]) -> None:
    for boot in boots:
        users = {line.split(":")[0] for line in (boot / "passwd").read_text().splitlines()}
        assert {"palma-ai", "palma-ai-build"} <= users
        assert sorted((boot / "state").read_text().splitlines()) == [
            "/var/lib/palma-ai 755 root",
            "/var/lib/palma-ai/build 700 palma-ai-build",
            "/var/lib/palma-ai/releases 755 palma-ai-build",
            "/var/lib/palma-ai/slots 755 root",
        ]


def test_every_boot_starts_what_brings_the_release(boots: list[Path]) -> None:
    for boot in boots:
        asked = (boot / "asked").read_text().splitlines()
        assert asked[0] == "systemctl daemon-reload"
        assert "systemctl start --no-block release.service" in asked
        assert "systemctl start --no-block ops-agent.service" in asked
