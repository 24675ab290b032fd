"""What a build of an image takes, and whether two builds of one source are the same image.

Measured with the API's image and the starter app, on a BuildKit that has nothing but a base of this machine's
files; packages come from where pip finds them.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import PROJECT_FOLDER
from components.container_image import SOURCE_DATE_EPOCH
from tests.images.buildkit import BuildKit, Built, why_no_buildkit

_DOCKERFILE = PROJECT_FOLDER / "services" / "axis" / "api" / "Dockerfile"
_SOURCE = PROJECT_FOLDER / "services" / "starter"
_ARGUMENTS = {"BUILD_PACKAGES": "", "RUN_PACKAGES": "", "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH}
_PACKAGE = "tabulate==0.9.0"


class NoBuildKitError(Exception):
    """Images can't be built here; the message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class ImageCosts:
    """The builds of one image.

    Attributes:
        clean: seconds of a build with nothing kept.
        unchanged: seconds of the same once more.
        source_line: seconds after one line of the source changed.
        dependency: seconds after one package more is required.
        size_mb: MiB to pull, compressed.
        base_mb: MiB of them that are the base.
        layers: how many layers it has.
        layers_that_differ: how many of them are others in a second clean build.
        same_digest: whether the image is the same in a second clean build.
    """

    clean: float
    unchanged: float
    source_line: float
    dependency: float
    size_mb: float
    base_mb: float
    layers: int
    layers_that_differ: int
    same_digest: bool


def image_costs() -> ImageCosts:
    """Builds the image five times.

    Raises:
        NoBuildKitError: no BuildKit can be started here.
    """
    if missing := why_no_buildkit():
        raise NoBuildKitError(missing)
    folder = Path(tempfile.mkdtemp(prefix="bench-images-"))
    buildkit = BuildKit(folder)
    try:
        return _measure(buildkit, folder / "source")
    finally:
        buildkit.close()


def _measure(buildkit: BuildKit, source: Path) -> ImageCosts:
    shutil.copytree(_SOURCE, source, ignore=shutil.ignore_patterns("__pycache__"))

    def build(*, clean: bool = False) -> Built:
        return buildkit.build(_DOCKERFILE, source, clean=clean, **_ARGUMENTS)

    clean, first = _timed(lambda: build(clean=True))
    unchanged, _ = _timed(build)
    second = build(clean=True)
    _append(source / "app" / "main.py", "# one line more")
    source_line, _ = _timed(build)
    _append(source / "requirements.txt", _PACKAGE)
    dependency, _ = _timed(build)
    return ImageCosts(
        clean=clean,
        unchanged=unchanged,
        source_line=source_line,
        dependency=dependency,
        size_mb=first.size_mb,
        base_mb=first.base_mb,
        layers=len(first.layers),
        layers_that_differ=len({*first.layers} - {*second.layers}),
        same_digest=first.digest == second.digest,
    )


def _timed(build: Callable[[], Built]) -> tuple[float, Built]:
    start = time.perf_counter()
    built = build()
    return time.perf_counter() - start, built


def _append(file: Path, line: str) -> None:
    with file.open("a") as text:
        text.write(f"{line}\n")
