"""How an object is named and found in its cluster: namespace, name, labels, selectors, pod templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.rules.kubernetes.cluster import cluster_of
from simulator.rules.model import Request, Stored

AUTONAMED = "pulumi.com/autonamed"
_DIGITS = 8

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
SERVICE = "kubernetes:core/v1:Service"
NAMESPACE = "kubernetes:core/v1:Namespace"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
POD = "kubernetes:core/v1:Pod"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
GRANT = "kubernetes:gateway.networking.k8s.io/v1beta1:ReferenceGrant"

_TEMPLATES = {
    DEPLOYMENT: "spec.template",
    STATEFUL_SET: "spec.template",
    DAEMON_SET: "spec.template",
    JOB: "spec.template",
    CRON_JOB: "spec.jobTemplate.spec.template",
    POD: "",
}
WORKLOADS = frozenset(_TEMPLATES)


def namespace_of(asked: Request) -> str:
    """The namespace of an object: its own, else the provider's."""
    return str(asked.get("metadata.namespace") or asked.provider.get("namespace") or "default")


def name_of(asked: Request) -> str:
    """The name of an object."""
    return str(asked.get("metadata.name") or asked.logical_name)


def identity(asked: Request, *, namespaced: bool) -> str:
    """The ID that the provider gives: the namespace, where there is one, and the name."""
    return f"{namespace_of(asked)}/{name_of(asked)}" if namespaced else name_of(asked)


def find(asked: Request, token: str, name: object, namespace: str | None = "") -> Stored | None:
    """An object of the same cluster, in the same namespace unless another is named; `None` for none."""
    here = namespace_of(asked) if namespace == "" else namespace
    wanted = f"{cluster_of(asked)}#{f'{here}/' if here is not None else ''}{name}"
    return next((one for one in asked.world.all(token) if one.id == wanted), None)


def in_namespace(asked: Request, *tokens: str) -> Iterator[Stored]:
    """Everything of these types beside the object, in its own namespace."""
    here = f"{cluster_of(asked)}#{namespace_of(asked)}/"
    return (one for one in asked.world.all(*tokens) if one.id.startswith(here))


def was_there(asked: Request, kind: str, name: object, namespace: str | None = "") -> bool:
    """Whether somebody said that the object was there before the program, e.g. `namespaces/shared`."""
    here = namespace_of(asked) if namespace == "" else namespace
    path = f"namespaces/{here}/{kind}/{name}" if here is not None else f"{kind}/{name}"
    return asked.world.was_there(path)


def pod_template(asked: Request) -> tuple[str, Mapping[str, Any]] | None:
    """The path of the pods that an object makes, and what it says of them; `None` where it makes none."""
    path = _TEMPLATES.get(asked.type)
    if path is None:
        return None
    found = asked.inputs if path == "" else asked.get(path)
    return (path, found) if isinstance(found, Mapping) else None


def pod_spec(asked: Request) -> tuple[str, Mapping[str, Any]] | None:
    """The path of the specification of an object's pods, and the specification."""
    template = pod_template(asked)
    spec = template[1].get("spec") if template else None
    if template is None or not isinstance(spec, Mapping):
        return None
    return (f"{template[0]}.spec".lstrip("."), spec)


def containers(path: str, spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every container of a pod with its path, those that run first included."""
    for kind in ("initContainers", "containers"):
        for at, container in enumerate(spec.get(kind) or ()):
            yield f"{path}.{kind}[{at}]", container


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector, of labels and expressions, takes something with these labels."""
    wanted = (selector or {}).get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(one, labels) for one in (selector or {}).get("matchExpressions") or ())


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = str(expression.get("key")), list(expression.get("values") or ())
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def filled(asked: Request, olds: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The inputs with the name that the provider makes: the one it made before, else a new one."""
    metadata = asked.inputs.get("metadata") or {}
    if not isinstance(metadata, Mapping) or metadata.get("name") is not None:
        return asked.inputs
    before = (olds or {}).get("metadata") or {}
    name = before.get("name") if is_autonamed(olds or {}) else None
    # A replacement stands beside what it replaces: it needs a name of its own.
    made = name or f"{asked.logical_name}-{asked.digest('name', _taken(asked), length=_DIGITS)}"
    notes = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}
    return {**asked.inputs, "metadata": {**metadata, "name": made, "annotations": notes}}


def _taken(asked: Request) -> int:
    return sum(1 for one in asked.world.all(asked.type) if one.urn == asked.urn)


def is_autonamed(inputs: Mapping[str, Any]) -> bool:
    """Whether the provider made the name."""
    metadata = inputs.get("metadata") or {}
    return isinstance(metadata, Mapping) and (metadata.get("annotations") or {}).get(AUTONAMED) == "true"


def labels_of(stored: Iterable[Stored]) -> list[Mapping[str, str]]:
    """The labels of objects."""
    return [dict(one.state.get("metadata", {}).get("labels") or {}) for one in stored]
