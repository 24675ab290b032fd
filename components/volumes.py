"""The volumes that a Cloud Run service can mount, each a plain description.

Owns what Cloud Run says of each kind. Does not say where a volume is mounted: that is a container's
`mounts`. No volume here is a safe home for a file that two instances write at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pulumi import Input, Output
from pulumi_gcp import cloudrunv2

from components.secret import SecretRef


@dataclass(frozen=True, kw_only=True)
class ScratchVolume:
    """A local file system of one instance, empty when it starts and gone when it stops.

    Attributes:
        size_mb: room in MiB; in memory it is taken from the container that writes.
        medium: `DISK` costs no memory, but needs the ALPHA launch stage, which Google grants by request.
    """

    size_mb: int
    medium: Literal["MEMORY", "DISK"] = "MEMORY"

    def __post_init__(self) -> None:
        if self.size_mb < 1:
            raise ValueError(f"ScratchVolume.size_mb {self.size_mb} holds nothing; write 1 or more")

    @property
    def on_disk(self) -> bool:
        """Whether it takes no memory."""
        return self.medium == "DISK"

    def described(self, name: str) -> cloudrunv2.ServiceTemplateVolumeArgs:
        """The volume, as the provider takes it."""
        return cloudrunv2.ServiceTemplateVolumeArgs(
            name=name,
            empty_dir=cloudrunv2.ServiceTemplateVolumeEmptyDirArgs(
                medium=self.medium, size_limit=f"{self.size_mb}Mi"
            ),
        )


@dataclass(frozen=True, kw_only=True)
class BucketVolume:
    """A Cloud Storage bucket as files: for what is read, or written once and whole.

    It has no locks and the last writer wins, so a database file in it would be lost.

    Attributes:
        bucket: the bucket's name.
        directory: the directory in it that is mounted; the whole bucket without one.
        read_only: whether writing is refused.
        owner: user ID that owns the files, for a container that does not run as root.
        options: more flags of gcsfuse, without their leading dashes.
    """

    bucket: Input[str]
    directory: Input[str] | None = None
    read_only: bool = True
    owner: int | None = None
    options: Sequence[str] = ()

    def described(self, name: str) -> cloudrunv2.ServiceTemplateVolumeArgs:
        """The volume, as the provider takes it."""
        flags: list[Input[str]] = list(self.options)
        if self.directory is not None:
            flags.append(Output.concat("only-dir=", self.directory))
        if self.owner is not None:
            flags += [f"uid={self.owner}", f"gid={self.owner}"]
        return cloudrunv2.ServiceTemplateVolumeArgs(
            name=name,
            gcs=cloudrunv2.ServiceTemplateVolumeGcsArgs(
                bucket=self.bucket, read_only=self.read_only, mount_options=flags or None
            ),
        )


@dataclass(frozen=True, kw_only=True)
class NfsVolume:
    """A directory of an NFS server in the network; mounted without locks, so for one writer.

    Attributes:
        server: the server's address.
        path: the directory that it exports.
        read_only: whether writing is refused.
    """

    server: Input[str]
    path: Input[str]
    read_only: bool = False

    def described(self, name: str) -> cloudrunv2.ServiceTemplateVolumeArgs:
        """The volume, as the provider takes it."""
        return cloudrunv2.ServiceTemplateVolumeArgs(
            name=name,
            nfs=cloudrunv2.ServiceTemplateVolumeNfsArgs(
                server=self.server, path=self.path, read_only=self.read_only
            ),
        )


@dataclass(frozen=True, kw_only=True)
class SecretVolume:
    """A secret's pinned version as one file, for a program that reads it from a path.

    Attributes:
        ref: the secret.
        file: the file's name in the mounted directory.
    """

    ref: SecretRef
    file: str

    def described(self, name: str) -> cloudrunv2.ServiceTemplateVolumeArgs:
        """The volume, as the provider takes it."""
        return cloudrunv2.ServiceTemplateVolumeArgs(
            name=name,
            secret=cloudrunv2.ServiceTemplateVolumeSecretArgs(
                secret=self.ref.secret,
                items=[
                    cloudrunv2.ServiceTemplateVolumeSecretItemArgs(path=self.file, version=self.ref.version)
                ],
            ),
        )


Volume = ScratchVolume | BucketVolume | NfsVolume | SecretVolume
