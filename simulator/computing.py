"""What the cloud fills in: the properties that it computes for every type.

What one type in particular computes is its rule's. Everything is the same for the same URN and inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.rules import RULES, rules_of
from simulator.rules.model import MADE_AT, Request
from simulator.schema import ResourceSchema

_TIMES = ("createTime", "creationTimestamp", "updateTime", "timeCreated", "updated")


def identity_of(request: Request) -> str:
    """The ID of the resource: by its rule, else one that its URN gives."""
    rules = rules_of(request.type)
    if rules.identity is not None:
        return rules.identity(request)
    name = request.get(rules.name.property) if rules.name else None
    return f"{name or request.logical_name}-{request.digest('id', length=8)}" if not name else str(name)


def state_of(request: Request, schema: ResourceSchema, identity: str) -> dict[str, Any]:
    """Everything that is known of the resource once it exists."""
    rules = rules_of(request.type)
    given = {key: value for key, value in request.inputs.items() if value is not None}
    state = {**_everywhere(request, schema), **rules.defaults, **given}
    if request.type not in RULES:
        state = {**_guessed(request, schema, state), **state}
    computed = rules.computed(request)
    return {**state, **computed, "id": identity}


def known_before(request: Request) -> dict[str, Any]:
    """What a preview can say before the resource exists: what the cloud fills in, whatever happens."""
    return dict(rules_of(request.type).defaults)


def _everywhere(request: Request, schema: ResourceSchema) -> dict[str, Any]:
    """Properties that mean the same on every type that has them."""
    found: dict[str, Any] = {name: MADE_AT for name in _TIMES if name in schema.outputs}
    if "project" in schema.outputs and request.type.startswith("gcp:"):
        found["project"] = request.project
    for name in ("etag", "fingerprint", "labelFingerprint"):
        if name in schema.outputs:
            found[name] = request.digest(name, length=16)
    if "effectiveLabels" in schema.outputs:
        labels = {**_default_labels(request), **(request.get("labels") or {})}
        found |= {"effectiveLabels": labels, "pulumiLabels": labels}
    return found


def _default_labels(request: Request) -> Mapping[str, str]:
    """The labels that the provider adds: its own mark first, which it adds unless told not to."""
    setting = request.world.setting
    mark = {} if setting("gcp", "addPulumiAttributionLabel") is False else {"goog-pulumi-provisioned": "true"}
    return {**mark, **(setting("gcp", "defaultLabels") or {})}


def _guessed(request: Request, schema: ResourceSchema, state: Mapping[str, Any]) -> dict[str, Any]:
    """For a type without rules: a text for each output text that was not given."""
    return {
        name: f"{request.logical_name}-{request.digest(name, length=8)}"
        for name, kind in schema.outputs.items()
        if kind.name == "string" and name not in state and name not in schema.inputs
    }
