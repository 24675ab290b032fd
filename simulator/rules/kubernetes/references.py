"""What an object names, and what therefore must be there before it, in the cluster and in Google's project.

The server takes many of these names without looking; a pod without its ConfigMap never starts, and a route
without its Service answers 500. Here they must be there when the object is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from simulator.rules.common import ACCOUNT as GOOGLE_ACCOUNT
from simulator.rules.common import GLOBAL_ADDRESS
from simulator.rules.kubernetes import objects as k
from simulator.rules.kubernetes.cluster import cluster_need, cluster_of, is_google
from simulator.rules.model import Need, Request

_GIVEN_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease", "gmp-public"})
_GIVEN_NAMESPACES_OF_GOOGLE = frozenset({"gmp-system", "gke-gmp-system", "gke-managed-system"})
_MAP = "gcp:certificatemanager/certificateMap:CertificateMap"
_TLS = "gcp:compute/sSLPolicy:SSLPolicy"
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


def named(asked: Request, path: str, token: str, name: object, namespace: str | None = "") -> Iterator[Need]:
    """That an object of this name is there."""
    kind = token.rsplit(":", 1)[-1]
    if not isinstance(name, str) or k.was_there(asked, f"{kind.lower()}s", name, namespace):
        return
    reason = f"there is no {kind} {name!r} in the namespace; make it first, and pass its name as output"
    yield Need(property=path, found=k.find(asked, token, name, namespace), reason=reason)


def autoscaled(asked: Request) -> Iterator[Need]:
    """What an autoscaler scales."""
    tokens = {"Deployment": k.DEPLOYMENT, "StatefulSet": k.STATEFUL_SET}
    target = asked.get("spec.scaleTargetRef") or {}
    if token := tokens.get(target.get("kind")):
        yield from named(asked, "spec.scaleTargetRef.name", token, target.get("name"))


def stateful(asked: Request) -> Iterator[Need]:
    """The Service that names the pods of a StatefulSet."""
    if asked.get("spec.serviceName"):
        yield from named(asked, "spec.serviceName", k.SERVICE, asked.get("spec.serviceName"))


def bound(asked: Request) -> Iterator[Need]:
    """The role that a binding gives."""
    role = asked.get("roleRef") or {}
    if role.get("kind") == "Role":
        token = "kubernetes:rbac.authorization.k8s.io/v1:Role"
        yield from named(asked, "roleRef.name", token, role.get("name"))


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
        yield from named(asked, f"spec.parentRefs[{at}].name", k.GATEWAY, parent.get("name"), namespace)
    for at, backend in asked.every("spec.rules[].backendRefs[]"):
        if backend.get("kind", "Service") == "Service":
            namespace = backend.get("namespace") or k.namespace_of(asked)
            yield from named(asked, f"{at}.name", k.SERVICE, backend.get("name"), namespace)


def targeted(asked: Request) -> Iterator[Need]:
    """What a policy of Google's is for, and the policies of its project that it names."""
    target = asked.get("spec.targetRef") or {}
    tokens = {"Service": k.SERVICE, "Gateway": k.GATEWAY}
    if token := tokens.get(target.get("kind")):
        yield from named(asked, "spec.targetRef.name", token, target.get("name"))
    for path, kind in (("spec.default.securityPolicy", _ARMOR), ("spec.default.sslPolicy", _TLS)):
        if policy := asked.get(path):
            yield _of_google(asked, path, kind, policy)


def monitored(asked: Request) -> Iterator[Need]:
    """The Secret that a scrape's token is in."""
    for at, endpoint in enumerate(asked.get("spec.endpoints") or ()):
        secret = ((endpoint.get("authorization") or {}).get("credentials") or {}).get("secret") or {}
        path = f"spec.endpoints[{at}].authorization.credentials.secret.name"
        yield from named(asked, path, k.SECRET, secret.get("name"))


def _annotations(asked: Request) -> Mapping[str, str]:
    metadata = asked.inputs.get("metadata")
    return (metadata.get("annotations") or {}) if isinstance(metadata, Mapping) else {}
