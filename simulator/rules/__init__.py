"""What the cloud says of each resource type: one module an area, each with its own table `RULES`.

A type without an entry has no rules: its shape is checked by the SDK's classes, and that is all.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from simulator.rules.model import TypeRules

_AREAS = (
    "address",
    "balancer",
    "certificates",
    "dns",
    "fleet",
    "gke",
    "iam",
    "kms",
    "kubernetes.table",
    "machine",
    "network",
    "operations",
    "others",
    "redis",
    "registry",
    "run",
    "secret",
    "sql",
    "storage",
)

RULES: Mapping[str, TypeRules] = {
    token: rules for area in _AREAS for token, rules in import_module(f"{__name__}.{area}").RULES.items()
}

_NONE = TypeRules()


def rules_of(type_token: str) -> TypeRules:
    """The rules of a type; those of no type in particular when it has none."""
    return RULES.get(type_token, _NONE)
