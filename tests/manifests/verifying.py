"""What is wrong with a plan's manifests, by everything here that can judge one.

Three judges: the published schemas of Kubernetes (`kubernetes-validate`, always), the schemas of the custom
resources (where `../shared/crds` is there), and the API server's own validation with Pod Security
(`kubernetes-verify`, where that program is on PATH). What nobody can judge is a finding too.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from unittest import mock

import kubernetes_validate
from kubernetes_validate import utils

from simulator.in_process import Plan
from simulator.rules.kubernetes.schema import VERSION
from tests.manifests.definitions import FOLDER, schemas
from tests.manifests.rendering import Manifest, as_yaml, manifests

PROGRAM = "kubernetes-verify"
NO_PROGRAM = "no kubernetes-verify on PATH: the API server's own validation was not run"
_READ_ONCE = functools.cache(utils.schema_contents)
"""The package reads its largest file anew for each object, which is most of its time."""

_NOT_THE_SERVERS = frozenset({"StorageClass", "PriorityClass"})
"""Kinds that the program has no validation for; the published schemas do."""


def verify(plan: Plan) -> None:
    """Assert that nothing is wrong with any manifest of `plan`.

    Raises:
        AssertionError: something is; each finding on a line.
    """
    found = findings(manifests(plan))
    assert not found, "\n".join(found)


def findings(objects: Iterable[Manifest]) -> list[str]:
    """What is wrong with manifests, a line each."""
    given = list(objects)
    return [line for each in given for line in schema_findings(each)] + server_findings(given)


def can_ask_the_server() -> bool:
    """Whether the API server's own validation can be run."""
    return shutil.which(PROGRAM) is not None and FOLDER.is_dir()


def schema_findings(manifest: Manifest) -> Iterator[str]:
    """What the published schemas say of a manifest."""
    content = dict(manifest.content)
    custom = schemas().get((content.get("apiVersion", ""), content.get("kind", "")))
    if custom is not None:
        for error in custom.iter_errors(content):
            yield f"{manifest.title}: {error.json_path.removeprefix('$.')}: {error.message}"
        return
    try:
        with mock.patch.object(utils, "schema_contents", _READ_ONCE):
            kubernetes_validate.validate(content, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{manifest.title}: {'.'.join(map(str, error.absolute_path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        if FOLDER.is_dir():
            yield f"{manifest.title}: nobody can judge {content.get('apiVersion')} {content.get('kind')}"


def server_findings(objects: Iterable[Manifest]) -> list[str]:
    """What the API server's own validation says; nothing where the program is not there."""
    judged = [each for each in objects if each.content.get("kind") not in _NOT_THE_SERVERS]
    if not can_ask_the_server() or not judged:
        return []
    done = subprocess.run(
        [PROGRAM, "-crds", str(FOLDER), "-"],
        input=as_yaml(judged),
        capture_output=True,
        text=True,
        check=False,
    )
    *lines, summary = done.stdout.strip().splitlines() or [done.stderr.strip()]
    return lines if done.returncode in (1, 2) else [summary] if done.returncode else []
