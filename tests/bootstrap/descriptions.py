"""Google's own descriptions of its APIs: which method a request is, and whether its body is one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient.discovery_cache

_FOLDER = Path(googleapiclient.discovery_cache.__file__).parent / "documents"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "object": dict,
    "array": list,
}


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method of an API."""

    id: str
    verb: str
    path: re.Pattern[str]
    parameters: frozenset[str]
    request: str | None


class Description:
    """One API's description."""

    def __init__(self, name: str) -> None:
        self._document = json.loads((_FOLDER / f"{name}.json").read_text())
        self._methods = list(self._read(self._document))
        self._common = frozenset(self._document["parameters"])

    def method(self, verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
        """The method that a request calls, with the parts of its path."""
        for method in self._methods:
            if method.verb == verb and (match := method.path.fullmatch(path)):
                return method, match.groupdict()
        return None

    def problems(self, method: Method, query: dict[str, str], body: Any) -> list[str]:
        """What the API would refuse of a request's form."""
        unknown = sorted(set(query) - method.parameters - self._common)
        found = [f"unknown parameter {name}" for name in unknown]
        if method.request and body is not None:
            found += self._misfits({"$ref": method.request}, body, "body")
        return found

    def _misfits(self, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
        if "$ref" in schema:
            schema = self._document["schemas"][schema["$ref"]]
        kind = _TYPES.get(schema.get("type", "any"))
        if kind and not isinstance(value, kind):
            yield f"{where} is no {schema['type']}"
        elif "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is none of {schema['enum']}"
        elif isinstance(value, dict):
            yield from self._misfitting_fields(schema, value, where)
        elif isinstance(value, list):
            for number, each in enumerate(value):
                yield from self._misfits(schema["items"], each, f"{where}[{number}]")

    def _misfitting_fields(self, schema: dict[str, Any], value: dict[str, Any], where: str) -> Iterator[str]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        for key, each in value.items():
            field = known.get(key, others)
            if field is None:
                yield f"{where} has no field {key}"
            else:
                yield from self._misfits(field, each, f"{where}.{key}")

    def _read(self, part: dict[str, Any]) -> Iterator[Method]:
        for each in part.get("methods", {}).values():
            flat = each.get("flatPath", each["path"])
            path = re.sub(r"\\\{\\?\+?(\w+)\\\}", r"(?P<\1>[^/:]+)", re.escape(flat))
            yield Method(
                id=each["id"],
                verb=each["httpMethod"],
                path=re.compile(path),
                parameters=frozenset(each.get("parameters", {})),
                request=each.get("request", {}).get("$ref"),
            )
        for each in part.get("resources", {}).values():
            yield from self._read(each)


@cache
def description(name: str) -> Description:
    """The description of an API, e.g. `iam.v1`."""
    return Description(name)
