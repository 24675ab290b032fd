"""A pod that is not `restricted`: Kubernetes' own strictest standard for pods.

Judged here as well as by the namespace's admission, because a namespace that isn't ours may not ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.model import Problem, Resource
from policies.pod_templates import pod_template
from simulator.paths import value_at

_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_KINDS = ("initContainers", "containers", "ephemeralContainers")
_PROFILES = {"RuntimeDefault", "Localhost"}


def unrestricted_pod(resource: Resource) -> Iterator[Problem]:
    """A pod that Pod Security `restricted` would not admit."""
    template = pod_template(resource)
    pod = template.get("spec") if template is not None else None
    if not isinstance(pod, Mapping):
        return
    yield from _of_the_host(pod)
    for kind in _KINDS:
        for container in pod.get(kind) or []:
            yield from _container(pod, container)


def _of_the_host(pod: Mapping[str, Any]) -> Iterator[Problem]:
    for shared in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(shared):
            yield Problem(f"the pod shares the node's {shared.removeprefix('host')}", f"take {shared} out")
    for volume in pod.get("volumes") or []:
        kinds = {key for key, value in volume.items() if key != "name" and value is not None}
        if kinds - _VOLUMES:
            yield Problem(
                f"volume {volume.get('name')} is a {'/'.join(sorted(kinds))}, which reaches out of the pod",
                "mount a persistentVolumeClaim, a configMap, a secret or an emptyDir",
            )


def _container(pod: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[Problem]:
    name, own = container.get("name"), container.get("securityContext") or {}
    shared = pod.get("securityContext") or {}
    both = {**shared, **{key: value for key, value in own.items() if value is not None}}
    for broken, mend in _broken(own, both):
        yield Problem(f"container {name} {broken}", f"its security context must say {mend}")
    if any(port.get("hostPort") for port in container.get("ports") or []):
        yield Problem(f"container {name} takes a port of the node", "take hostPort out")


def _broken(own: Mapping[str, Any], both: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    capabilities = own.get("capabilities") or {}
    if own.get("privileged"):
        yield "is privileged", "privileged: false"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges", "allowPrivilegeEscalation: false"
    if "ALL" not in (capabilities.get("drop") or []):
        yield "keeps Linux capabilities", "capabilities: {drop: [ALL]}"
    if set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield "adds Linux capabilities", "capabilities.add: none but NET_BIND_SERVICE"
    if both.get("runAsNonRoot") is not True or both.get("runAsUser") == 0:
        yield "may run as root", "runAsNonRoot: true and a runAsUser above 0"
    if value_at(both, "seccompProfile.type") not in _PROFILES:
        yield "may make every system call", "seccompProfile: {type: RuntimeDefault}"
