"""The same source gives the same image, whenever it is built: a release replaces what has changed alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.container_image import SOURCE_DATE_EPOCH
from tests.images.buildkit import BuildKit, Built, why_no_buildkit

pytestmark = pytest.mark.takes_minutes

SERVICES = Path(__file__).parents[2] / "services"
PROJECTS = Path(__file__).parent / "projects"
SOURCES = {
    "axis/api": SERVICES / "starter",
    "axis/keeper": SERVICES / "axis" / "keeper",
    "memorise/ai_engine": PROJECTS / "ai_engine",
    "memorise/content_engine": PROJECTS / "content_engine",
}
_NO_PACKAGES = {"BUILD_PACKAGES": "", "RUN_PACKAGES": ""}  # the wheels need none
_LATER_SECONDS = 86_400


@pytest.fixture(scope="module")
def buildkit() -> Iterator[BuildKit]:
    reason = why_no_buildkit()
    if reason:
        pytest.skip(reason)
    running = BuildKit(Path(tempfile.mkdtemp(prefix="buildkit-")))
    try:
        yield running
    finally:
        running.close()


def _checked_out(source: Path, folder: Path, seconds: int) -> Path:
    """A copy whose files are as old as a checkout at that time."""
    copy = folder / str(seconds)
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (copy, *copy.rglob("*")):
        os.utime(path, (seconds, seconds))
    return copy


def _build(buildkit: BuildKit, image: str, context: Path) -> Built:
    dockerfile = SERVICES / image / "Dockerfile"
    return buildkit.build(
        dockerfile, context, clean=True, SOURCE_DATE_EPOCH=SOURCE_DATE_EPOCH, **_NO_PACKAGES
    )


@pytest.mark.parametrize("image", SOURCES)
def test_two_clean_builds_of_two_checkouts_have_one_digest(
    buildkit: BuildKit, image: str, tmp_path: Path
) -> None:
    first, second = (
        _build(buildkit, image, _checked_out(SOURCES[image], tmp_path, seconds))
        for seconds in (1_750_000_000, 1_750_000_000 + _LATER_SECONDS)
    )
    assert first.layers == second.layers
    assert first.digest == second.digest
    assert first.config["created"] == "1980-01-01T00:00:00Z"
