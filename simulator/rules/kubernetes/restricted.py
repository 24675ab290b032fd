"""Pod Security: whether a pod would start in a namespace that enforces `restricted` or `baseline`.

A Deployment whose pods are refused is taken by the server and never runs: that is why it is refused here at
once. The checks are those of the published standard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.rules.kubernetes.objects import NAMESPACE, containers, find, namespace_of, pod_spec
from simulator.rules.model import Refusal, Request

ENFORCE = "pod-security.kubernetes.io/enforce"
_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_SECCOMP = ("RuntimeDefault", "Localhost")
_BASELINE_CAPABILITIES = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)


def security_refusals(asked: Request) -> Iterator[Refusal]:
    """Why the pods of an object would not be admitted to its namespace."""
    found, namespace = pod_spec(asked), find(asked, NAMESPACE, namespace_of(asked), None)
    labels = (namespace.state.get("metadata") or {}).get("labels") or {} if namespace else {}
    level = labels.get(ENFORCE, "privileged")
    if found is None or level == "privileged":
        return
    path, spec = found
    yield from baseline(path, spec)
    if level == "restricted":
        yield from restricted(path, spec)


def baseline(path: str, spec: Mapping[str, Any]) -> Iterator[Refusal]:
    """What no pod may have under `baseline`."""
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            yield f"{path}.{name}", "is not allowed by Pod Security; leave it out"
    for at, volume in enumerate(spec.get("volumes") or ()):
        if "hostPath" in volume:
            yield f"{path}.volumes[{at}].hostPath", "is not allowed by Pod Security; use an emptyDir"
    for at, container in containers(path, spec):
        yield from _no_container(at, container)


def _no_container(path: str, container: Mapping[str, Any]) -> Iterator[Refusal]:
    context = container.get("securityContext") or {}
    if context.get("privileged"):
        yield f"{path}.securityContext.privileged", "is not allowed by Pod Security; leave it out"
    for index, port in enumerate(container.get("ports") or ()):
        if port.get("hostPort"):
            yield f"{path}.ports[{index}].hostPort", "is not allowed by Pod Security; use a Service"
    for name in (context.get("capabilities") or {}).get("add") or ():
        if name not in _BASELINE_CAPABILITIES:
            yield f"{path}.securityContext.capabilities.add", f"{name} is not allowed by Pod Security"


def restricted(path: str, spec: Mapping[str, Any]) -> Iterator[Refusal]:
    """What a pod must say under `restricted`."""
    whole = spec.get("securityContext") or {}
    for at, volume in enumerate(spec.get("volumes") or ()):
        for kind in volume.keys() - {"name"} - _VOLUMES:
            yield f"{path}.volumes[{at}].{kind}", "is no kind of volume that restricted allows"
    if whole.get("runAsUser") == 0:
        yield f"{path}.securityContext.runAsUser", "must not be 0 under restricted"
    for at, container in containers(path, spec):
        yield from _container(f"{at}.securityContext", container.get("securityContext") or {}, whole)


def _container(path: str, own: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Refusal]:
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{path}.allowPrivilegeEscalation", "must be false under restricted"
    if own.get("runAsNonRoot", whole.get("runAsNonRoot")) is not True:
        yield f"{path}.runAsNonRoot", "must be true under restricted, here or for the whole pod"
    if own.get("runAsUser") == 0:
        yield f"{path}.runAsUser", "must not be 0 under restricted"
    profile = (own.get("seccompProfile") or whole.get("seccompProfile") or {}).get("type")
    if profile not in _SECCOMP:
        yield f"{path}.seccompProfile.type", "must be RuntimeDefault under restricted, here or for the pod"
    capabilities = own.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or ()):
        yield f"{path}.capabilities.drop", 'must hold "ALL" under restricted'
    for name in capabilities.get("add") or ():
        if name != "NET_BIND_SERVICE":
            yield f"{path}.capabilities.add", f"{name} is not allowed under restricted"
