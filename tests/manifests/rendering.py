"""A plan's Kubernetes objects as the manifests that a cluster would be given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from simulator.in_process import Plan, PlannedResource
from simulator.rules.kubernetes.cluster import cluster_named_by
from simulator.values import opened

_PROVIDER = "pulumi:providers:kubernetes"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One object.

    Attributes:
        cluster: the mark of the cluster that it is for.
        resource: the name of its resource in the program.
        content: the object, secrets in the clear.
    """

    cluster: str
    resource: str
    content: Mapping[str, Any]

    @property
    def title(self) -> str:
        """`KIND NAMESPACE/NAME`, as `kubernetes-verify` has it."""
        metadata = self.content.get("metadata") or {}
        return f"{self.content.get('kind')} {metadata.get('namespace', '')}/{metadata.get('name', '')}"


def manifests(plan: Plan) -> list[Manifest]:
    """Every object of a plan."""
    providers = {each.urn: opened(each.inputs) for each in plan.of(_PROVIDER)}
    return [
        Manifest(
            cluster=cluster_named_by(providers.get(each.provider, {})),
            resource=each.name,
            content=_content(each),
        )
        for each in plan.resources
        if each.type.startswith("kubernetes:")
    ]


def _content(resource: PlannedResource) -> dict[str, Any]:
    """What the program asked for, with the name that the provider makes where it gave none."""
    given = _without_nothing(opened(resource.inputs))
    name = opened(resource.state).get("metadata", {}).get("name")
    return {**given, "metadata": {"name": name, **(given.get("metadata") or {})}}


def _without_nothing(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _without_nothing(item) for key, item in value.items() if item is not None}
        case list():
            return [_without_nothing(item) for item in value]
    return value


def as_yaml(objects: Iterable[Manifest]) -> str:
    """Manifests as one stream of documents, the same one only once."""
    distinct = {json.dumps(each.content, sort_keys=True): each.content for each in objects}
    return yaml.safe_dump_all(distinct.values(), sort_keys=False)
