"""Where a service's releases come from, and what one deployment of it is, as the text that machines get.

A deployment is a revision with its variables and the versions of its secrets. It is a piece of metadata that
machines watch, apart from what they are made with: a new one reaches them while they run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from components.cloud_init import metadata_value

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = {
    "PATH",
    "HOME",
    "IFS",
    "BASH_ENV",
    "ENV",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "port",
    "kind",
    "value",
}


@dataclass(frozen=True, kw_only=True)
class GitSource:
    """A git repository; a revision is a commit's whole hash.

    Attributes:
        repository: its address, `https://…`.
        token: ID and version of a secret with a token that may read it; public without one.
        subdirectory: folder of the project in it; its root without one.
    """

    repository: str
    token: tuple[str, str] | None = None
    subdirectory: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"(https|file)://[^\s@]+", self.repository):
            raise ValueError(
                f"repository {self.repository!r}: write an address like https://github.com/acme/palma.git, "
                "without a user or a password; a token goes into a secret"
            )
        _check_subdirectory(self.subdirectory)


@dataclass(frozen=True, kw_only=True)
class ArchiveSource:
    """Archives in a bucket, `REVISION.tar.gz`; a revision is the archive's SHA-256.

    Attributes:
        bucket: the bucket's name; the machines' account must be able to read it.
        subdirectory: folder of the project in the archive; its root without one.
    """

    bucket: str
    subdirectory: str = ""

    def __post_init__(self) -> None:
        _check_subdirectory(self.subdirectory)


Source = GitSource | ArchiveSource


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What is to be served.

    Attributes:
        revision: a commit's 40 hexadecimal digits, or an archive's 64.
        env: plain variables, each on one line.
        secrets: variable to a secret's ID and version.
    """

    revision: str
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", self.revision):
            raise ValueError(
                f"revision {self.revision!r} is not exact: write a commit's 40 hexadecimal digits "
                "(`git rev-parse HEAD`), or the 64 of an archive (`sha256sum FILE`)"
            )
        for name in (*self.env, *self.secrets):
            if not _VARIABLE.fullmatch(name) or name in _RESERVED:
                raise ValueError(f"{name!r} can't be a variable of the service; choose another name")
        if both := set(self.env) & set(self.secrets):
            raise ValueError(f"{', '.join(sorted(both))}: plain and secret; take one of them out")
        for name, value in self.env.items():
            if value != value.strip() or not value.isprintable():
                raise ValueError(f"env {name}: write one line with no space at its ends")

    def text(self) -> str:
        """The lines that machines read; no secret's value is among them.

        Raises:
            ValueError: they are more than a machine's metadata takes.
        """
        lines = [
            f"revision {self.revision}",
            *(f"env {name} {value}" for name, value in sorted(self.env.items())),
            *(f"secret {name} {secret} {at}" for name, (secret, at) in sorted(self.secrets.items())),
        ]
        return metadata_value("the text of the revision and its variables", "\n".join(lines))


def _check_subdirectory(path: str) -> None:
    if path and not re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)*", path):
        raise ValueError(f"subdirectory {path!r}: write a path inside the source, like services/agent")
