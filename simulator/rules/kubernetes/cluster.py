"""Which cluster an object lives in: the one that its own provider names, and whether that one can be reached.

Two clusters may hold the same name in the same namespace, so that a cluster's own mark stands before the ID
of everything in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from simulator.rules.model import Need, Request, Stored, World

CLUSTER = "gcp:container/cluster:Cluster"
_GOOGLE = re.compile(r"projects/[^/]+/locations/[^/]+/clusters/[^/]+")
_AMBIENT = "the ambient cluster"


def cluster_of(asked: Request) -> str:
    """The cluster's mark: the identifier given to the provider, else the server that its kubeconfig names."""
    return cluster_named_by(asked.provider)


def cluster_named_by(provider: Mapping[str, Any]) -> str:
    """The mark of the cluster that a provider's settings name."""
    return str(provider.get("clusterIdentifier") or server_of(provider.get("kubeconfig")) or _AMBIENT)


def is_google(cluster: str) -> bool:
    """Whether the mark is that of a GKE cluster."""
    return _GOOGLE.fullmatch(cluster) is not None


def project_of(cluster: str) -> str:
    """The project of a GKE cluster."""
    return cluster.split("/")[1]


def cluster_need(asked: Request) -> Iterable[Need]:
    """The GKE cluster that the provider names must be there; any other is somebody else's, and is."""
    mark = cluster_of(asked)
    if not is_google(mark) or asked.world.was_there(mark):
        return
    reason = f"{_gone(mark)}; make the provider wait for the cluster"
    yield Need(property="provider", found=asked.world.find(mark, CLUSTER), reason=reason)


def unreachable(asked: Request) -> str | None:
    """Why the cluster can't be reached: it was deleted before what is in it."""
    if any(need.found is None for need in cluster_need(asked)):
        return _gone(cluster_of(asked))
    return None


def _gone(mark: str) -> str:
    return f"the cluster {mark} can't be reached: there is none"


def inside(cluster: Stored, world: World, tokens: Iterable[str]) -> list[Stored]:
    """Everything that lives in a cluster."""
    return [one for one in world.all(*tokens) if one.id.startswith(f"{cluster.id}#")]


def server_of(kubeconfig: Any) -> str | None:
    """The address of the server in a kubeconfig's current context, or `None` when it says none."""
    content = _parsed(kubeconfig)
    contexts = {one["name"]: one.get("context", {}) for one in content.get("contexts") or ()}
    clusters = {one["name"]: one.get("cluster", {}) for one in content.get("clusters") or ()}
    current = contexts.get(content.get("current-context"), {})
    return clusters.get(current.get("cluster"), {}).get("server")


def _parsed(kubeconfig: Any) -> Mapping[str, Any]:
    if isinstance(kubeconfig, Mapping):
        return kubeconfig
    try:
        content = yaml.safe_load(str(kubeconfig or ""))
    except yaml.YAMLError:
        return {}
    return content if isinstance(content, Mapping) else {}
