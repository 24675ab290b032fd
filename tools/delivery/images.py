"""`make images`: builds and pushes the images that a stack would build, and writes down their digests.

What is built is read from the stack's plan, so that it is what `pulumi up` would have built: the same folder,
Dockerfile, stage and arguments.

The same source gives the same digest, so that a release replaces nothing but what has changed: every time in
an image is the one that its arguments say. That takes a BuildKit of its own, as the one inside Docker leaves
the times of files as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from components.container_image import INLINE_CACHE
from simulator.in_process import Plan, PlanRefused
from simulator.program import plan_stack
from simulator.stack_files import StackFileError
from tools.delivery.command import run
from tools.delivery.files import DeliveryError, Release, write
from tools.delivery.pinning import setting_of
from tools.delivery.programs import answer, attempt, current_commit, show
from tools.delivery.registry import sign_in

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_BUILDKIT = "v0.32.2"
_BUILDER = f"ai-platform-buildkit-{_BUILDKIT}"


def images(stack: str) -> Release:
    """Builds and pushes every image of a stack."""
    wanted = _wanted(stack)
    sign_in({image["imageName"].split("/")[0] for _, image in wanted})
    if wanted:
        _start_builder()
    built = {setting_of(name): _build(image) for name, image in wanted}
    return Release(stack=stack, commit=current_commit(), images=built)


def _wanted(stack: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        plan: Plan = plan_stack(stack)
    except (PlanRefused, StackFileError) as refusal:
        raise DeliveryError(str(refusal)) from None
    return [(each.name, dict(each.inputs)) for each in plan.of("docker:index/image:Image")]


def _start_builder() -> None:
    """Makes the builder where this machine has none yet; its version is part of the images' digests."""
    if attempt("docker", "buildx", "inspect", _BUILDER).returncode != 0:
        image = f"image=moby/buildkit:{_BUILDKIT}"
        words = ("--name", _BUILDER, "--driver", "docker-container", "--driver-opt", image)
        answer("docker", "buildx", "create", *words)


def _build(image: dict[str, Any]) -> str:
    """Builds and pushes one image; its name with its digest."""
    name, build = image["imageName"], image["build"]
    with TemporaryDirectory() as folder:
        metadata = Path(folder) / "metadata.json"
        show("docker", "buildx", "build", "--metadata-file", str(metadata), *_words(name, build))
        try:
            digest = json.loads(metadata.read_text())["containerimage.digest"]
        except (FileNotFoundError, KeyError, json.JSONDecodeError):
            digest = ""
    if not _DIGEST.fullmatch(digest):
        raise DeliveryError(f"{name} was pushed without a digest; use a Docker with buildx")
    return f"{name.rsplit(':', 1)[0]}@{digest}"


def _words(name: str, build: dict[str, Any]) -> list[str]:
    words = ["--builder", _BUILDER, "--platform", build["platform"], "--file", build["dockerfile"]]
    words += ["--output", f"type=image,name={name},push=true,rewrite-timestamp=true"]
    # An attestation would make the digest that of a list, which Cloud Run takes but nobody needs.
    words += ["--provenance=false"]
    if build.get("target"):
        words += ["--target", build["target"]]
    for key, value in sorted(build.get("args", {}).items()):
        if key != INLINE_CACHE:
            words += ["--build-arg", f"{key}={value}"]
    return [*words, build["context"]]


def main(arguments: Sequence[str]) -> int:
    """Builds, pushes, and says where the release is written down."""

    def work(stack: str) -> str:
        return str(write(stack, "release.json", images(stack)))

    return run("images", __doc__, arguments, work)
