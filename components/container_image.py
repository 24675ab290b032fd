"""A container image, built and pushed from a folder or built elsewhere, and always referred to by its digest.

Owns one image. Does not own the registry, and signs in nowhere: the push uses the machine's own Docker
configuration (`gcloud auth configure-docker REGION-docker.pkg.dev`), so no password gets into the state.

The image is built again when a file of its folder, its Dockerfile or a build argument changes, and at no
other time. It is not built in a preview: that would report the local image's ID as its digest, and so a
change that is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import pulumi_docker as docker
from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.environment import Environment

PLATFORM = "linux/amd64"
"""What Cloud Run and our machines run; Docker would otherwise build for the machine it runs on."""

INLINE_CACHE = "BUILDKIT_INLINE_CACHE"
"""The build argument that puts the cache's index into the image, and with it the times of the build."""

SOURCE_DATE_EPOCH = "315532800"
"""The one time in an image, 1980: what is built of the same files is to be the same, whenever it is built.

By the convention of reproducible-builds.org; none earlier, as an archive of Python's could not tell it.
"""

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_PULLABLE = re.compile(r"([a-z0-9-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io|docker\.io)/")


@dataclass(frozen=True, kw_only=True)
class ContainerImageArgs:
    """What an image is made of.

    Attributes:
        environment: where it is used; its stack's name is the tag that the image is pushed under.
        registry: what the image's name begins with, e.g. `europe-west1-docker.pkg.dev/acme-prod/images`.
        context: folder that is built, relative to the program's folder: an absolute path would differ from
            machine to machine, and each would build again.
        dockerfile: the Dockerfile, likewise; the context's own without one.
        target: the stage to build; the last without one.
        build_args: build arguments. They stay readable in the image, so none is a secret.
        prebuilt: an image built elsewhere, used as it is; by digest where `environment.protect`.
    """

    environment: Environment
    registry: Input[str] | None = None
    context: str | None = None
    dockerfile: str | None = None
    target: str | None = None
    build_args: Mapping[str, Input[str]] = field(default_factory=dict)
    prebuilt: str | None = None

    def __post_init__(self) -> None:
        if (self.prebuilt is None) == (self.context is None):
            raise ValueError("ContainerImageArgs: write either context, to build, or prebuilt, and not both")
        if self.prebuilt is not None:
            self._check_prebuilt(self.prebuilt)
        elif self.registry is None:
            raise ValueError("ContainerImageArgs: context is built and pushed; write the registry to push to")
        else:
            self._check_paths()

    @property
    def dockerfile_path(self) -> str:
        """The Dockerfile, relative to the program's folder."""
        return self.dockerfile or f"{self.context}/Dockerfile"

    def _check_paths(self) -> None:
        for path in (self.context or "", self.dockerfile_path):
            if PurePath(path).is_absolute():
                raise ValueError(
                    f"ContainerImageArgs: {path!r} is on one machine alone; write a relative path"
                )
        if not Path(self.dockerfile_path).is_file():
            raise ValueError(
                f"ContainerImageArgs: there is no Dockerfile at {self.dockerfile_path!r}; "
                "write its path from the program's folder"
            )

    def _check_prebuilt(self, image: str) -> None:
        if not _PULLABLE.match(image):
            raise ValueError(
                f"image {image!r} can't be pulled by Cloud Run; write one of docker.io, gcr.io or "
                "REGION-docker.pkg.dev with its host, or mirror it in a remote repository"
            )
        if self.environment.protect and not _DIGEST.search(image):
            raise ValueError(
                f"image {image!r} has no digest, and a protected stack runs exactly what was chosen; "
                "write NAME@sha256:DIGEST"
            )


class ContainerImage(ComponentResource):
    """A container image.

    Attributes:
        reference: its name with its digest, known once it is pushed.
    """

    reference: Output[str]

    def __init__(self, name: str, args: ContainerImageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ContainerImage", name, None, opts)
        self._name, self._args = name, args

        if args.prebuilt is not None:
            self.reference = Output.from_input(args.prebuilt)
        else:
            self.reference = self._build().repo_digest
        self.register_outputs({"reference": self.reference})

    def _build(self) -> docker.Image:
        args = self._args
        tagged = Output.concat(args.registry or "", "/", self._name, ":", args.environment.stack)
        return docker.Image(
            self._name,
            image_name=tagged,
            build=docker.DockerBuildArgs(
                context=args.context,
                dockerfile=args.dockerfile_path,
                target=args.target,
                platform=PLATFORM,
                builder_version=docker.BuilderVersion.BUILDER_BUILD_KIT,
                # The last push is every machine's layer cache; the argument puts the cache's index in it.
                cache_from=docker.CacheFromArgs(images=[tagged]),
                args={**args.build_args, INLINE_CACHE: "1", "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH},
            ),
            build_on_preview=False,
            skip_push=False,
            opts=ResourceOptions(parent=self),
        )
