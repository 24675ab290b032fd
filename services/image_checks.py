"""What can't be built of an image's settings, for every system that builds some."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from components.container_image import ContainerImageArgs
from components.environment import Environment
from services.refusals import Refusal, refused

_REGISTRY = "-"
"""Stands for the registry that there will be."""


def source_refusals(
    key: str, source: str | None, dockerfile: str, environment: Environment
) -> Iterator[Refusal]:
    """Each reason why an image can't be built from `source`, a folder; none where there is no source.

    Args:
        key: the setting that `source` is in, with a dot for each section.
        source: the folder.
        dockerfile: what builds it.
        environment: where it is built for.
    """
    if not source:
        return
    yield from refused(
        f"{key}.source",
        lambda: ContainerImageArgs(
            environment=environment, registry=_REGISTRY, context=source, dockerfile=dockerfile
        ),
    )
    if not Path(source).is_dir():
        yield Refusal(
            f"{key}.source",
            f"there is no folder {source!r}; write its path from the folder of Pulumi.yaml",
        )
