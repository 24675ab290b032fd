"""What a change of an object comes to: replaced by the provider, refused by the server, or in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.paths import covers, leaves
from simulator.rules.kubernetes.objects import (
    CLAIM,
    CONFIG_MAP,
    JOB,
    SECRET,
    SERVICE,
    STATEFUL_SET,
    is_autonamed,
)
from simulator.rules.model import Refusal, Request, Stored, words

REPLACE_UNREADY = "pulumi.com/replaceUnready"
ALWAYS = words("apiVersion kind metadata.name metadata.namespace")
_DATA = {CONFIG_MAP: words("data binaryData"), SECRET: words("data stringData type")}
_MUTABLE = {CONFIG_MAP: "enableConfigMapMutable", SECRET: "enableSecretMutable"}

REPLACES: Mapping[str, frozenset[str]] = {
    "kubernetes:apps/v1:Deployment": words("spec.selector"),
    "kubernetes:apps/v1:DaemonSet": words("spec.selector"),
    STATEFUL_SET: words(
        "spec.podManagementPolicy spec.revisionHistoryLimit spec.selector spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    JOB: words("spec.completions spec.parallelism spec.selector spec.template"),
    CLAIM: words("spec.accessModes spec.selector spec.storageClassName spec.volumeName"),
    SERVICE: words("spec.clusterIP"),
    SECRET: words("type"),
    "kubernetes:core/v1:ResourceQuota": words("spec.scopes"),
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": words("roleRef"),
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": words("roleRef"),
    "kubernetes:storage.k8s.io/v1:StorageClass": words("parameters provisioner"),
}
"""What the provider replaces an object for, beside its name and its namespace."""

_FIXED: Mapping[str, frozenset[str]] = {
    JOB: words("spec.backoffLimitPerIndex spec.completionMode spec.podFailurePolicy spec.manualSelector"),
    CLAIM: words("spec.volumeMode spec.dataSource spec.dataSourceRef"),
    "kubernetes:storage.k8s.io/v1:StorageClass": words("reclaimPolicy volumeBindingMode"),
    "kubernetes:scheduling.k8s.io/v1:PriorityClass": words("value preemptionPolicy"),
}
"""What the server never changes, and for which the provider replaces nothing: an update is refused."""

_STATEFUL_MUTABLE = words(
    "spec.replicas spec.ordinals spec.template spec.updateStrategy spec.persistentVolumeClaimRetentionPolicy",
    "spec.minReadySeconds",
)


def replaced(asked: Request) -> Iterable[str]:
    """What replaces it besides: the data of a ConfigMap or Secret, unless the provider may change them."""
    switch = _MUTABLE.get(asked.type)
    if switch is None:
        return ()
    mutable = asked.provider.get(switch) in (True, "true")
    return () if mutable and not asked.inputs.get("immutable") else _DATA[asked.type]


def makes_way(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """The old one goes first where the program chose the name and keeps it: two can't share it."""
    before, after = _identity(olds), _identity(news)
    return not is_autonamed(news) and before == after


def _identity(inputs: Mapping[str, Any]) -> tuple[Any, Any]:
    metadata = inputs.get("metadata") or {}
    return (metadata.get("name"), metadata.get("namespace") or "default")


def renewed(asked: Request) -> Iterator[str]:
    """A Job that failed is made anew where it asks for that, although nothing about it changed."""
    before = _before(asked)
    notes = (asked.get("metadata.annotations") or {}).get(REPLACE_UNREADY)
    failed = before is not None and any(
        one.get("type") == "Failed" for one in (before.state.get("status") or {}).get("conditions") or ()
    )
    if asked.type == JOB and notes == "true" and failed:
        yield f'metadata.annotations["{REPLACE_UNREADY}"]'


def immutable_refusals(asked: Request) -> Iterator[Refusal]:
    """What the server would not change in place."""
    before = _before(asked)
    if before is None:
        return
    for path in _changed(before.inputs, asked.inputs):
        if any(covers(fixed, path) for fixed in _FIXED.get(asked.type, ())):
            yield path, "is immutable; give the object another name"
        if asked.type == STATEFUL_SET and path.startswith("spec."):
            allowed = any(covers(rule, path) for rule in _STATEFUL_MUTABLE)
            if not allowed:
                yield path, "is immutable in a StatefulSet; give it another name"
    if before.inputs.get("immutable") and asked.type in _DATA:
        for path in _changed(before.inputs, asked.inputs):
            if any(covers(data, path) for data in _DATA[asked.type]):
                yield path, "is immutable; give the object another name"
    if asked.type == CLAIM:
        yield from _shrinks(before, asked)


def _shrinks(before: Stored, asked: Request) -> Iterator[Refusal]:
    path = "spec.resources.requests.storage"
    if quantity(asked.get(path)) < quantity(before.get(path)):
        yield path, "is less than the volume has; a claim only grows"


def _before(asked: Request) -> Stored | None:
    if asked.id is None:
        return None
    return next((one for one in asked.world.all(asked.type) if one.id == asked.id), None)


def _changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    before, after = dict(leaves(dict(olds))), dict(leaves(dict(news)))
    return [path for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]


_UNITS = {
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
}


def quantity(text: object) -> float:
    """The number that a quantity like `250m` or `1Gi` says; 0 for none."""
    written = str(text or "0")
    number = written.rstrip("mkMGTi")
    return float(number) * _UNITS[written[len(number) :]]
