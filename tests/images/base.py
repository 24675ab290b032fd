"""A base image made of this machine's own files, because none can be pulled here.

It stands in for `python:3.12-slim` and `node:22-slim`: the shell, the tools that the Dockerfiles call, Python
in `/usr/local` as in the official image, Node where it is installed, and the libraries that they load.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.images.engine import Engine

_PACKAGES = (
    "base-files",
    "base-passwd",
    "dash",
    "coreutils",
    "findutils",
    "grep",
    "libc6",
    "libstdc++6",
    "passwd",
)
_LIBRARY = re.compile(r"=> (/\S+)|^\s*(/\S+) \(")
_SKIPPED = {"site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "lib2to3", "__pycache__"}
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/shadow": "root:*:19000:0:99999:7:::\n",
    "etc/gshadow": "root:*::\n",
}


SETTINGS = (
    *(f"ENV {name}={_AUTHORITIES}" for name in ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")),
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
)
"""What a Dockerfile would say of it."""


def import_base(engine: Engine, folder: Path, tag: str) -> None:
    """Makes the image `tag`."""
    archive = folder / "base.tar"
    write_base(archive)
    engine.run("import", *(word for each in SETTINGS for word in ("--change", each)), str(archive), tag)
    archive.unlink()


def write_base(archive: Path) -> None:
    """Writes the image's files into an archive."""
    with tarfile.open(archive, "w") as tar:
        root = _Root(tar)
        _add_accounts(root)
        _add_system(root)
        _add_node(root)
        _add_python(root)


class _Root:
    """The image's files, each once."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self._names = tar, set[str]()

    def add(self, path: Path, name: str | None = None) -> None:
        """Adds a file; a link together with what it leads to."""
        # Below folders that are no links: `/bin/ls` is `/usr/bin/ls`.
        real = path.parent.resolve() / path.name
        entry = name or str(real).lstrip("/")
        if entry in self._names:
            return
        self._names.add(entry)
        self._tar.add(real if name is None else path.resolve(), arcname=entry, recursive=False)
        if name is None and real.is_symlink():
            self.add(real.resolve())

    def add_folder(self, folder: Path, name: str) -> None:
        self._tar.add(folder, arcname=name, filter=_needed)

    def add_text(self, name: str, text: str) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(text)
        self._names.add(name)
        self._tar.addfile(entry, io.BytesIO(text.encode()))

    def add_link(self, name: str, target: str) -> None:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self._tar.addfile(entry)

    def add_empty_folder(self, name: str, mode: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode = tarfile.DIRTYPE, mode
        self._tar.addfile(entry)


def _add_accounts(root: _Root) -> None:
    for name, text in _ACCOUNTS.items():
        root.add_text(name, text)
    for name in ("tmp", "var/tmp"):
        root.add_empty_folder(name, 0o1777)
    for name in ("root", "proc", "sys", "dev"):
        root.add_empty_folder(name, 0o755)
    for name in ("bin", "sbin", "lib", "lib64"):
        root.add_link(name, f"usr/{name}")


def _add_system(root: _Root) -> None:
    listed = subprocess.run(["dpkg", "-L", *_PACKAGES], capture_output=True, text=True, check=True).stdout
    files = [path for line in listed.splitlines() if (path := Path(line)).is_file() and "/share/" not in line]
    for path in [*files, *_libraries(path for path in files if os.access(path, os.X_OK)), _AUTHORITIES]:
        root.add(path)


def _add_node(root: _Root) -> None:
    node, npm = (shutil.which(name) for name in ("node", "npm"))
    if not node or not npm:
        return
    package = Path(npm).resolve().parents[1]
    root.add_folder(package, "usr/lib/node_modules/npm")
    root.add_link("usr/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js")
    root.add(Path(node), "usr/bin/node")
    for library in _libraries([Path(node)]):
        root.add(library)


def _add_python(root: _Root) -> None:
    name = f"python3.{sys.version_info.minor}"
    library = Path(os.__file__).parent
    program = Path(sys.base_prefix) / "bin" / name
    root.add(program, f"usr/local/bin/{name}")
    for alias in ("python", "python3"):
        root.add_link(f"usr/local/bin/{alias}", name)
    root.add_folder(library, f"usr/local/lib/{name}")
    for path in _libraries([program, *library.glob("lib-dynload/*.so")]):
        # One that lies beside this Python is put where every program looks.
        of_system = str(path).startswith(("/usr/lib", "/lib"))
        root.add(path, None if of_system else f"usr/lib/{path.name}")


def _needed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    parts = Path(entry.name).parts[4:]
    return None if _SKIPPED & set(parts) or any(part.startswith("config-") for part in parts) else entry


def _libraries(programs: Iterable[Path]) -> Iterator[Path]:
    found = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False).stdout
    for line in found.splitlines():
        match = _LIBRARY.search(line)
        if match:
            yield Path(match.group(1) or match.group(2))
