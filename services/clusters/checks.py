"""What the components would refuse of the clusters' settings, asked before anything is made.

Owns which setting a refusal belongs to. The rules are the components' own: each is asked with the settings'
values and a stand-in for what is known only once something exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from ipaddress import IPv4Network

from components.address_ranges import refuse_overlap
from components.environment import Environment
from components.kubernetes.cluster_access import GOOGLE_IDENTIFIER
from components.kubernetes.cluster_subnet import cluster_ranges
from components.kubernetes.maintenance import Maintenance
from components.managed_certificate import ManagedCertificateArgs
from services.clusters.settings import ClusterSettings, KubernetesSettings
from services.refusals import Refusal, refused
from services.settings import NetworkSettings

_NETWORK_RANGES = ("egress_cidr", "vm_cidr", "services_cidr")


def kubernetes_refusals(
    settings: KubernetesSettings,
    network: NetworkSettings,
    environment: Environment,
    hosts: Mapping[str, Sequence[str]],
) -> Iterator[Refusal]:
    """Each setting that can't be deployed, with the reason and what to write instead.

    Args:
        settings: the clusters'.
        network: the network's, whose ranges a cluster's must not overlap.
        environment: the stack's place.
        hosts: public name to the clusters that answer to it.
    """
    made = {name: each for name, each in settings.clusters.items() if each.existing is None}
    parts = [refusal for name, cluster in made.items() for refusal in _made(name, cluster)]
    # Only ranges that are each right can be compared.
    yield from parts or _overlaps(made, network)
    for name, cluster in settings.clusters.items():
        yield from _existing(name, cluster, environment)
    yield from _twice(settings)
    for host in hosts:
        wanted = partial(ManagedCertificateArgs, environment=environment, host=host)
        yield from refused("kubernetes", wanted)


def _made(name: str, cluster: ClusterSettings) -> Iterator[Refusal]:
    key, window = f"kubernetes.clusters.{name}", cluster.maintenance
    yield from refused(
        key,
        lambda: refuse_overlap(cluster_ranges(cluster.nodes_cidr, cluster.pods_cidr, cluster.services_cidr)),
    )
    yield from refused(f"{key}.maintenance", lambda: Maintenance(**window.model_dump()))


def _overlaps(made: Mapping[str, ClusterSettings], network: NetworkSettings) -> Iterator[Refusal]:
    try:
        taken = {f"network.{name}": IPv4Network(getattr(network, name)) for name in _NETWORK_RANGES}
    except ValueError:
        return  # It is the network's to refuse.
    for name, cluster in made.items():
        ranges = cluster_ranges(cluster.nodes_cidr, cluster.pods_cidr, cluster.services_cidr)
        together = {**taken, **{f"{name}.{setting}": found for setting, found in ranges.items()}}
        overlap = [*refused(f"kubernetes.clusters.{name}", partial(refuse_overlap, together))]
        yield from overlap
        taken = taken if overlap else together


def _twice(settings: KubernetesSettings) -> Iterator[Refusal]:
    """One cluster by two names would be given every object twice."""
    seen: dict[str, str] = {}
    for name, cluster in settings.clusters.items():
        identifier = cluster.existing.identifier if cluster.existing else None
        if identifier and (other := seen.setdefault(identifier, name)) != name:
            key = f"kubernetes.clusters.{name}.existing.identifier"
            yield Refusal(key, f"is cluster {other}'s too; write another, or take one of the two out")


def _existing(name: str, cluster: ClusterSettings, environment: Environment) -> Iterator[Refusal]:
    if not cluster.existing or not cluster.existing.identifier:
        return
    parts = GOOGLE_IDENTIFIER.fullmatch(cluster.existing.identifier)
    if parts and parts["project"] != environment.project:
        yield Refusal(
            f"kubernetes.clusters.{name}.existing.identifier",
            f"is in project {parts['project']}, and a gateway takes its address and certificates from the "
            f"cluster's own project; write a cluster of {environment.project}, or take it by its kubeconfig",
        )
