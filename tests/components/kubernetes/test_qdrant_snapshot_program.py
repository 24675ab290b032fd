"""The program that saves Qdrant's collections, run as the cron job's pod runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components.kubernetes.qdrant_stand_in import KEY, World, serving

PROGRAM = Path(__file__).parents[3] / "components" / "kubernetes" / "qdrant_snapshot_program.py"
_CONTENT = b"vectors " * 400_000


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.collections = {"omeka-items": _CONTENT, "odd name/§": b"few"}
    with serving(world):
        yield world


def run(world: World, key: str = KEY) -> subprocess.CompletedProcess[str]:
    """The program as its own process, with nothing of this one but the interpreter."""
    variables = {
        "QDRANT_URL": world.url,
        "QDRANT_API_KEY": key,
        "BUCKET": "acme-prod-qdrant",
        "STORAGE_URL": world.url,
        "METADATA_URL": world.url,
    }
    return subprocess.run(
        [sys.executable, "-I", PROGRAM],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_collection_becomes_an_object_of_its_name_with_the_same_bytes(world: World) -> None:
    done = run(world)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "", "the alert looks at it"
    assert world.objects == {"omeka-items.snapshot": _CONTENT, "odd name/§.snapshot": b"few"}
    assert world.described["omeka-items.snapshot"]["snapshot"].startswith("omeka-items-1")


def test_nothing_is_left_on_qdrant_s_disk(world: World) -> None:
    run(world)

    assert not any(world.snapshots.values())


def test_what_a_stopped_run_left_behind_goes_and_what_somebody_made_today_stays(world: World) -> None:
    times = {"old": "2026-01-01T00:00:00", "today": "2999-01-01T00:00:00", "untold": None}
    world.snapshots = {"omeka-items": times}

    run(world)

    assert list(world.snapshots["omeka-items"]) == ["today", "untold"]


@pytest.mark.parametrize("harm", ["corrupt", "broken"])
def test_bytes_that_are_not_what_qdrant_told_never_become_an_object(world: World, harm: str) -> None:
    getattr(world, harm).add("omeka-items")

    done = run(world)

    assert done.returncode == 1
    assert done.stderr == "not saved: omeka-items\n"
    assert list(world.objects) == ["odd name/§.snapshot"], "the others are saved all the same"
    assert not any(world.snapshots.values())


def test_a_bucket_that_refuses_fails_the_run(world: World) -> None:
    world.storage_status = 403

    done = run(world)

    assert done.returncode == 1
    assert "HTTP Error 403" in done.stdout
    assert not any(world.snapshots.values())


def test_the_first_seconds_of_a_pod_without_a_token_are_waited_for(world: World) -> None:
    world.refused_tokens = 2

    assert run(world).returncode == 0


def test_a_wrong_key_fails_the_run(world: World) -> None:
    done = run(world, key="wrong")

    assert done.returncode != 0
    assert not world.objects


def test_no_key_and_no_token_is_ever_printed(world: World) -> None:
    world.corrupt.add("omeka-items")
    done = run(world)

    assert "PLANTED" not in done.stdout + done.stderr
