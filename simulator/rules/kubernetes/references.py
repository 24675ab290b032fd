"""What an object names, and what therefore must be there before it, in the cluster and in Google's project.

The server takes many of these names without looking; a pod without its ConfigMap never starts, and a route
without its Service answers 500. Here they must be there when the object is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simulator.rules.common import ACCOUNT as GOOGLE_ACCOUNT
from simulator.rules.common import GLOBAL_ADDRESS
from simulator.rules.kubernetes import objects as k
from simulator.rules.kubernetes.cluster import cluster_need, cluster_of, is_google
from simulator.rules.model import Need, Request, Stored

_GIVEN_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease", "gmp-public"})
_GIVEN_NAMESPACES_OF_GOOGLE = frozenset({"gmp-system", "gke-gmp-system", "gke-managed-system"})
_MAP = "gcp:certificatemanager/certificateMap:CertificateMap"
_ARMOR = "gcp:compute/securityPolicy:SecurityPolicy"
CERTIFICATE_MAP = "networking.gke.io/certmap"
GOOGLE_IDENTITY = "iam.gke.io/gcp-service-account"

Needs = Callable[[Request], Iterable[Need]]


def needs_of(*more: Needs, namespaced: bool) -> Needs:
    """What every object needs, and `more`."""

    def needs(asked: Request) -> Iterator[Need]:
        yield from cluster_need(asked)
        if namespaced:
            yield from _namespace(asked)
        for each in more:
            yield from each(asked)

    return needs


def _namespace(asked: Request) -> Iterator[Need]:
    name = k.namespace_of(asked)
    if name in _GIVEN_NAMESPACES | _GIVEN_NAMESPACES_OF_GOOGLE or k.was_there(
        asked, "namespaces", name, None
    ):
        return
    reason = (
        f"there is no namespace {name!r} in {cluster_of(asked)}; make it first, and pass its name as output"
    )
    yield Need(property="metadata.namespace", found=k.find(asked, k.NAMESPACE, name, None), reason=reason)


def _named(asked: Request, path: str, token: str, name: object, namespace: str | None = "") -> Iterator[Need]:
    """That an object of this name is there."""
    kind = token.rsplit(":", 1)[-1]
    if not isinstance(name, str) or k.was_there(asked, f"{kind.lower()}s", name, namespace):
        return
    reason = f"there is no {kind} {name!r} in the namespace; make it first, and pass its name as output"
    yield Need(property=path, found=k.find(asked, token, name, namespace), reason=reason)


def pods(asked: Request) -> Iterator[Need]:
    """What pods mount, read and run as."""
    found = k.pod_spec(asked)
    if found is None:
        return
    path, spec = found
    account = spec.get("serviceAccountName")
    if account not in (None, "default"):
        yield from _named(asked, f"{path}.serviceAccountName", k.ACCOUNT, account)
    for at, token, name in [*_volumes(path, spec), *_environment(path, spec)]:
        yield from _named(asked, at, token, name)
    for at, one in enumerate(spec.get("imagePullSecrets") or ()):
        yield from _named(asked, f"{path}.imagePullSecrets[{at}].name", k.SECRET, one.get("name"))


_Found = tuple[str, str, Any]


def _volumes(path: str, spec: Mapping[str, Any]) -> Iterator[_Found]:
    for index, volume in enumerate(spec.get("volumes") or ()):
        at = f"{path}.volumes[{index}]"
        for source in [volume, *((volume.get("projected") or {}).get("sources") or ())]:
            if (config := source.get("configMap")) and not config.get("optional"):
                yield f"{at}.configMap.name", k.CONFIG_MAP, config.get("name")
            if (secret := source.get("secret")) and not secret.get("optional"):
                yield f"{at}.secret.secretName", k.SECRET, secret.get("secretName") or secret.get("name")
        if claim := volume.get("persistentVolumeClaim"):
            yield f"{at}.persistentVolumeClaim.claimName", k.CLAIM, claim.get("claimName")


def _environment(path: str, spec: Mapping[str, Any]) -> Iterator[_Found]:
    kinds = {"configMapRef": k.CONFIG_MAP, "secretRef": k.SECRET}
    keys = {"configMapKeyRef": k.CONFIG_MAP, "secretKeyRef": k.SECRET}
    for at, container in k.containers(path, spec):
        for index, source in enumerate(container.get("envFrom") or ()):
            for name, token in kinds.items():
                if (reference := source.get(name)) and not reference.get("optional"):
                    yield f"{at}.envFrom[{index}].{name}.name", token, reference.get("name")
        for index, variable in enumerate(container.get("env") or ()):
            for name, token in keys.items():
                reference = (variable.get("valueFrom") or {}).get(name)
                if reference and not reference.get("optional"):
                    yield f"{at}.env[{index}].valueFrom.{name}.name", token, reference.get("name")


def keys_missing(asked: Request) -> Iterator[tuple[str, str]]:
    """Each variable that names a key which its ConfigMap or Secret does not have: such a pod never starts."""
    found = k.pod_spec(asked)
    for at, container in k.containers(*found) if found else ():
        for index, variable in enumerate(container.get("env") or ()):
            for name, token in (("configMapKeyRef", k.CONFIG_MAP), ("secretKeyRef", k.SECRET)):
                reference = (variable.get("valueFrom") or {}).get(name) or {}
                source = k.find(asked, token, reference.get("name"))
                if source and not reference.get("optional") and reference.get("key") not in _keys(source):
                    where = f"{at}.env[{index}].valueFrom.{name}.key"
                    yield where, f"{reference.get('key')!r} is not in {reference.get('name')}"


def _keys(source: Stored) -> set[str]:
    return {key for part in ("data", "binaryData", "stringData") for key in source.inputs.get(part) or ()}


def autoscaled(asked: Request) -> Iterator[Need]:
    """What an autoscaler scales."""
    tokens = {"Deployment": k.DEPLOYMENT, "StatefulSet": k.STATEFUL_SET}
    target = asked.get("spec.scaleTargetRef") or {}
    if token := tokens.get(target.get("kind")):
        yield from _named(asked, "spec.scaleTargetRef.name", token, target.get("name"))


def stateful(asked: Request) -> Iterator[Need]:
    """The Service that names the pods of a StatefulSet."""
    if asked.get("spec.serviceName"):
        yield from _named(asked, "spec.serviceName", k.SERVICE, asked.get("spec.serviceName"))


def bound(asked: Request) -> Iterator[Need]:
    """The role that a binding gives."""
    role = asked.get("roleRef") or {}
    if role.get("kind") == "Role":
        token = "kubernetes:rbac.authorization.k8s.io/v1:Role"
        yield from _named(asked, "roleRef.name", token, role.get("name"))


def identified(asked: Request) -> Iterator[Need]:
    """The Google service account that a Kubernetes one stands for."""
    email = _annotations(asked).get(GOOGLE_IDENTITY)
    if email and not asked.world.was_there(email):
        reason = f"there is no service account {email}; make it first, and pass its email as output"
        found = asked.world.find(email, GOOGLE_ACCOUNT)
        yield Need(property=f'metadata.annotations["{GOOGLE_IDENTITY}"]', found=found, reason=reason)


def entrance(asked: Request) -> Iterator[Need]:
    """The certificates and the address of a Gateway of Google's: it names both and makes neither."""
    if not is_google(cluster_of(asked)):
        return
    given = _annotations(asked).get(CERTIFICATE_MAP)
    if given:
        yield _of_google(asked, f'metadata.annotations["{CERTIFICATE_MAP}"]', _MAP, given)
    for at, one in enumerate(asked.get("spec.addresses") or ()):
        if one.get("type") == "NamedAddress":
            yield _of_google(asked, f"spec.addresses[{at}].value", GLOBAL_ADDRESS, str(one.get("value")))


def _of_google(asked: Request, path: str, token: str, name: str) -> Need:
    kind = token.rsplit(":", 1)[-1]
    reason = f"there is no {kind} {name!r}; make it first, and pass its name as output"
    return Need(property=path, found=asked.world.find(name, token), reason=reason)


def routed(asked: Request) -> Iterator[Need]:
    """The Gateways that a route belongs to, and the Services behind it."""
    for at, parent in enumerate(asked.get("spec.parentRefs") or ()):
        namespace = parent.get("namespace") or k.namespace_of(asked)
        yield from _named(asked, f"spec.parentRefs[{at}].name", k.GATEWAY, parent.get("name"), namespace)
    for at, backend in asked.every("spec.rules[].backendRefs[]"):
        if backend.get("kind", "Service") == "Service":
            namespace = backend.get("namespace") or k.namespace_of(asked)
            yield from _named(asked, f"{at}.name", k.SERVICE, backend.get("name"), namespace)


def targeted(asked: Request) -> Iterator[Need]:
    """What a policy of Google's is for, and the Cloud Armor policy that it names."""
    target = asked.get("spec.targetRef") or {}
    tokens = {"Service": k.SERVICE, "Gateway": k.GATEWAY}
    if token := tokens.get(target.get("kind")):
        yield from _named(asked, "spec.targetRef.name", token, target.get("name"))
    if armor := asked.get("spec.default.securityPolicy"):
        yield _of_google(asked, "spec.default.securityPolicy", _ARMOR, armor)


def monitored(asked: Request) -> Iterator[Need]:
    """The Secret that a scrape's token is in."""
    for at, endpoint in enumerate(asked.get("spec.endpoints") or ()):
        secret = ((endpoint.get("authorization") or {}).get("credentials") or {}).get("secret") or {}
        path = f"spec.endpoints[{at}].authorization.credentials.secret.name"
        yield from _named(asked, path, k.SECRET, secret.get("name"))


def _annotations(asked: Request) -> Mapping[str, str]:
    metadata = asked.inputs.get("metadata")
    return (metadata.get("annotations") or {}) if isinstance(metadata, Mapping) else {}
