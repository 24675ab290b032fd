"""A set of small configuration files in a bucket, in a directory named for what is in them.

Owns the files. Does not write their text, and does not own the bucket. Who mounts `directory` read-only sees
exactly the files of one deployment: a change makes a new directory and leaves the old one for the revisions
that were made with it, so that a canary's stable side and a rollback start with their own files.

Old directories are left alone, by this program (`retain_on_delete`) and by any rule of the bucket: age can't
tell them from the one in use, which may be years old. They are a few kilobytes a deployment, and go with the
bucket, which holds nothing that can't be made again (`BucketArgs.disposable`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import storage

_DIGEST_LENGTH = 16


@dataclass(frozen=True, kw_only=True)
class ConfigBundleArgs:
    """What a bundle holds.

    Attributes:
        bucket: name of the bucket.
        files: text by path inside the directory, e.g. `config/duckdb.yaml`. No secret: who may read the
            bucket reads it.
    """

    bucket: Input[str]
    files: Mapping[str, Input[str]]

    def __post_init__(self) -> None:
        if not self.files:
            raise ValueError("ConfigBundleArgs.files is empty; write a file, or make no bundle")
        for path in self.files:
            parts = PurePosixPath(path).parts
            if not parts or path.startswith("/") or ".." in parts or str(PurePosixPath(path)) != path:
                raise ValueError(
                    f"ConfigBundleArgs.files: {path!r} is no path inside a directory; write one like "
                    "'config/duckdb.yaml'"
                )


class ConfigBundle(ComponentResource):
    """Configuration files, uploaded together.

    Attributes:
        directory: the directory that holds them, once all are there.
    """

    directory: Output[str]

    def __init__(self, name: str, args: ConfigBundleArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ConfigBundle", name, None, opts)
        self._name, self._args = name, args

        digest = Output.json_dumps(dict(args.files), sort_keys=True).apply(_digest)
        objects = [self._upload(path, text, digest) for path, text in sorted(args.files.items())]

        uploaded = Output.all(digest, *(each.name for each in objects))
        self.directory = uploaded.apply(lambda known: str(known[0]))
        self.register_outputs({"directory": self.directory})

    def _upload(self, path: str, text: Input[str], digest: Output[str]) -> storage.BucketObject:
        return storage.BucketObject(
            f"{self._name}-{path.replace('/', '-')}",
            bucket=self._args.bucket,
            name=Output.concat(digest, "/", path),
            content=text,
            content_type="text/plain; charset=utf-8",
            # The new one first: the provider would otherwise begin with the old, as its name is our own.
            opts=ResourceOptions(parent=self, retain_on_delete=True, delete_before_replace=False),
        )


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:_DIGEST_LENGTH]
