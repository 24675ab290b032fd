"""The kinds that a cluster learns from definitions: their JSON schemas, as strict as the server is.

The definitions are data files beside the project, `../shared/crds`, and no part of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from jsonschema.validators import Draft202012Validator

from simulator.program import PROJECT_FOLDER

FOLDER = PROJECT_FOLDER.parent / "shared" / "crds"
MISSING = "the definitions of custom resources are not in ../shared/crds"


@functools.cache
def schemas() -> Mapping[tuple[str, str], Any]:
    """API version and kind to what judges it; empty where the definitions are not there."""
    found = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        for definition in yaml.safe_load_all(file.read_text()):
            found.update(_versions(definition["spec"]) if definition else {})
    return found


def _versions(spec: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    for version in spec["versions"]:
        schema = _strict(version["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {"type": "object"}
        yield (f"{spec['group']}/{version['name']}", spec["names"]["kind"]), Draft202012Validator(schema)


def _strict(schema: Any) -> Any:
    """A schema in which a field that it does not name is wrong, as the server's strict decoding has it."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict(value) for key, value in schema.items() if key != "description"}
    if isinstance(strict.get("properties"), dict):
        # Every property is a schema, whatever it is called.
        strict["properties"] = {key: _strict(value) for key, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields") and schema.get("type") == "object":
            strict.setdefault("additionalProperties", False)
    return strict
