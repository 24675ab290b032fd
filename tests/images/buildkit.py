"""A BuildKit of the tests' own, newer than the one in Debian's Docker: its own folder, its own socket.

It pulls nothing: the base is an image in a folder, made of this machine's files; what is built stays a file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.images.base import SETTINGS, write_base

PROJECT_FOLDER = Path(__file__).parents[2]
_SEARCH_PATH = "/usr/sbin:/usr/bin:/usr/local/bin:" + os.environ.get("PATH", "")
_BASE = "base"


def why_no_buildkit() -> str | None:
    """What is missing to start one; `None` if nothing is."""
    if os.geteuid() != 0:
        return "BuildKit is started by root alone"
    if not _programs() or not shutil.which("runc", path=_SEARCH_PATH):
        return "there is no BuildKit: tools/install-buildkit"
    return None


def _programs() -> Path | None:
    """The folder of its programs."""
    return next((path.parent for path in sorted(PROJECT_FOLDER.glob(".cache/buildkit-*/buildkitd"))), None)


@dataclass(frozen=True, kw_only=True)
class Built:
    """An image as a file.

    Attributes:
        digest: its digest.
        layers: the digest and the size in bytes, compressed, of each layer.
        config: its description.
    """

    digest: str
    layers: tuple[tuple[str, int], ...]
    config: Mapping[str, Any]

    @property
    def size_mb(self) -> float:
        """What is pulled, in MiB."""
        return sum(size for _, size in self.layers) / (1 << 20)

    @property
    def base_mb(self) -> float:
        """What is pulled of the base, its first layer, in MiB."""
        return self.layers[0][1] / (1 << 20)


class BuildKit:
    """A running BuildKit."""

    def __init__(self, folder: Path) -> None:
        programs = _programs()
        assert programs
        self._folder, self._socket = folder, f"unix://{folder}/socket"
        self._client = [str(programs / "buildctl"), "--addr", self._socket]
        self._log = folder / "log"
        with self._log.open("w") as log:
            command = [str(programs / "buildkitd"), "--addr", self._socket, "--root", str(folder / "data")]
            command += ["--oci-worker-net", "host", "--containerd-worker=false"]
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, "PATH": _SEARCH_PATH}
            )
        self._wait()
        self._base = self._import_base()

    def build(self, dockerfile: Path, context: Path, *, clean: bool = False, **arguments: str) -> Built:
        """Builds an image on the base, with the times that `make images` gives it.

        Args:
            dockerfile: the Dockerfile, whose argument for the base is `PYTHON_IMAGE`.
            context: the folder that is built.
            clean: takes no step from an earlier build.
            arguments: build arguments.
        """
        options = {"PYTHON_IMAGE": _BASE, **arguments}
        words = [f"build-arg:{name}={value}" for name, value in options.items()]
        words.append(f"context:{_BASE}=oci-layout://{_BASE}@{self._base}")
        archive = self._folder / "image.tar"
        cached = ["no-cache="] if clean else []
        self._build(dockerfile, context, archive, [*words, *cached, f"filename={dockerfile.name}"])
        return _read(archive)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _build(self, dockerfile: Path, context: Path, archive: Path, options: list[str]) -> None:
        words = ["build", "--frontend", "dockerfile.v0", "--progress", "plain"]
        words += ["--local", f"dockerfile={dockerfile.parent}", "--local", f"context={context}"]
        words += [word for option in options for word in ("--opt", option)]
        if (layout := self._folder / "base").exists():
            words += ["--oci-layout", f"{_BASE}={layout}"]
        self._run(*words, "--output", f"type=oci,name=image,rewrite-timestamp=true,dest={archive}")

    def _import_base(self) -> str:
        """Makes the base; its digest."""
        context = self._folder / "context"
        context.mkdir()
        write_base(context / "base.tar")
        lines = ["FROM scratch", "ADD base.tar /", *SETTINGS]
        (context / "Dockerfile").write_text("".join(f"{line}\n" for line in lines))
        archive = self._folder / "base.tar"
        self._build(context / "Dockerfile", context, archive, [])
        with tarfile.open(archive) as layout:
            layout.extractall(self._folder / "base", filter="data")
        shutil.rmtree(context)
        return _read(archive).digest

    def _run(self, *words: str) -> None:
        done = subprocess.run([*self._client, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def _wait(self) -> None:
        until = time.monotonic() + 30
        workers = [*self._client, "debug", "workers"]
        while subprocess.run(workers, capture_output=True, check=False).returncode != 0:
            assert self._process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() < until, self._log.read_text()[-2000:]
            time.sleep(0.2)


def _read(archive: Path) -> Built:
    """An image in an archive laid out as the Open Container Initiative has it."""
    with tarfile.open(archive) as files:

        def read(name: str) -> Any:
            found = files.extractfile(name)
            assert found
            return json.load(found)

        def blob(digest: str) -> Any:
            return read(f"blobs/{digest.replace(':', '/')}")

        digest = read("index.json")["manifests"][0]["digest"]
        manifest = blob(digest)
        return Built(
            digest=digest,
            layers=tuple((layer["digest"], layer["size"]) for layer in manifest["layers"]),
            config=blob(manifest["config"]["digest"]),
        )
