"""What Google answers to whoever looks up a cluster of GKE that the program did not make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.faults import CloudRefused
from simulator.ledger import Ledger
from simulator.rules.kubernetes.cluster import CLUSTER as _MADE
from simulator.rules.model import Request

CLUSTER = "gcp:container/getCluster:getCluster"
_SINGLE = [
    "controlPlaneEndpointsConfig",
    "masterAuth",
    "ipAllocationPolicy",
    "privateClusterConfig",
    "releaseChannel",
    "workloadIdentityConfig",
    "gatewayApiConfig",
    "databaseEncryption",
    "monitoringConfig",
    "addonsConfig",
]


def looked_up(ledger: Ledger, args: Mapping[str, Any], project: str) -> dict[str, Any]:
    """A cluster's properties; what is one block in the resource is a list of one here.

    Raises:
        CloudRefused: there is no such cluster.
    """
    project, place = str(args.get("project") or project), args.get("location")
    identity = f"projects/{project}/locations/{place}/clusters/{args['name']}"
    made = ledger.find(identity, _MADE)
    if made is None and not ledger.was_there(identity):
        raise CloudRefused(f"{identity} does not exist; name a cluster that does", "name")
    state = dict(made.state) if made else _unseen(ledger, identity, project, str(place))
    listed = _listed({name: state[name] for name in _SINGLE if isinstance(state.get(name), Mapping)})
    return {**state, **listed, "id": identity, "name": args["name"], "location": place, "project": project}


def _listed(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block whose own blocks are lists of one, at every depth, each under its name's plural."""
    return {
        f"{name}s" if isinstance(value, Mapping) else name: [_listed(value)]
        if isinstance(value, Mapping)
        else value
        for name, value in block.items()
    }


def _unseen(ledger: Ledger, identity: str, project: str, place: str) -> dict[str, Any]:
    """A cluster that somebody else made, as an Autopilot one looks."""
    known = Request(type=_MADE, urn=identity, inputs={}, world=ledger)
    number = known.number("project", digits=12)
    endpoint = f"gke-{known.digest('endpoint', length=32)}-{number}.{place}.gke.goog"
    return {
        "enableAutopilot": True,
        "endpoint": "34.90.0.1",
        "clusterIpv4Cidr": "10.112.0.0/17",
        "servicesIpv4Cidr": "34.118.224.0/20",
        "controlPlaneEndpointsConfig": {
            "dnsEndpointConfig": {"endpoint": endpoint, "allowExternalTraffic": True},
            "ipEndpointsConfig": {"enabled": True},
        },
        "gatewayApiConfig": {"channel": "CHANNEL_STANDARD"},
        "masterAuth": {"clusterCaCertificate": known.digest("authority")},
        "workloadIdentityConfig": {"workloadPool": f"{project}.svc.id.goog"},
    }
