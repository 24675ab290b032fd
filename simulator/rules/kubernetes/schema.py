"""An object against Kubernetes' own published schema: every field known, every value of its kind.

The schemas are data files of the package `kubernetes-validate`. Only read where there is an object to judge:
they are large, and most plans of the tests have none. Custom resources have no schema here.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from importlib import import_module, resources
from typing import Any

from simulator.paths import UNKNOWN, leaves
from simulator.rules.model import Refusal, Request

VERSION = "1.34"
"""The Kubernetes version whose schemas are used: what GKE's regular channel runs."""


def schema_refusals(asked: Request) -> Iterable[Refusal]:
    """What is wrong with the form of an object, with the path of each."""
    if not isinstance(asked.inputs.get("kind"), str) or not isinstance(asked.inputs.get("apiVersion"), str):
        yield "kind", "apiVersion and kind are required; use the SDK's class, which gives them"
        return
    if any(value == UNKNOWN for _, value in leaves(dict(asked.inputs))):
        return  # the real provider does not judge what it only knows in part, either
    validator = _validator(asked.inputs["apiVersion"], asked.inputs["kind"])
    for error in validator.iter_errors(_judgeable(asked.inputs)) if validator else ():
        yield _path(error.absolute_path), error.message


def _judgeable(value: Any) -> Any:
    """The object without properties that were not given, and without the provider's own."""
    match value:
        case Mapping():
            kept = {key: item for key, item in value.items() if item is not None and not key.startswith("__")}
            return {key: _judgeable(item) for key, item in kept.items()}
        case list():
            return [_judgeable(item) for item in value]
    return value


def _path(steps: Iterable[str | int]) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.lstrip(".") or "spec"


@functools.cache
def _validator(api_version: str, kind: str) -> Any | None:
    """What judges a kind, or `None` for a kind that is not Kubernetes' own."""
    name = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    file = _folder().joinpath(f"{kind.lower()}-{name}.json")
    if "." in api_version and not api_version.split("/", maxsplit=1)[0].endswith(".k8s.io"):
        return None
    if not file.is_file():
        return None
    # Imported here: a plan without a cluster should not pay for it.
    judge = import_module("jsonschema.validators").Draft202012Validator
    return judge(json.loads(file.read_text()), registry=_definitions())


@functools.cache
def _definitions() -> Any:
    """The definitions that all kinds share."""
    referencing = import_module("referencing")
    content = json.loads(_folder().joinpath("_definitions.json").read_text())
    return referencing.Resource.from_contents(content) @ referencing.Registry()


@functools.cache
def _folder() -> Any:
    schemas = resources.files("kubernetes_validate").joinpath("kubernetes-json-schema")
    return schemas.joinpath(f"v{VERSION}.0-local-strict")
