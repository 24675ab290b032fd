"""A machine that is thrown away, booted by the real cloud-init once with each of several documents.

The operating systems have their own, newer versions of it; what makes a later boot apply a document again has
not changed between them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def booted(out: Path, *documents: str) -> list[Path]:
    """What was on the machine after a boot with each of `documents`, in a folder each."""
    if os.getuid() != 0:
        pytest.skip("a machine to throw away needs root")
    files = [out / f"document-{number}.yaml" for number, _ in enumerate(documents)]
    for file, document in zip(files, documents, strict=True):
        file.write_text(document)
    ran = subprocess.run(
        [
            *("unshare", "--mount", "--uts", "--pid", "--fork", "--net"),
            *("/bin/bash", HERE / "boots.sh", sys.executable, HERE / "metadata_server.py", out, *files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare failed" in ran.stderr or "overlay" in ran.stderr:
        pytest.skip(f"this machine gives no namespaces with a layered file system: {ran.stderr.strip()}")
    log = (out / "log").read_text() if (out / "log").exists() else ""
    assert ran.returncode == 0, ran.stderr + log
    return [out / str(number) for number in range(1, len(documents) + 1)]
