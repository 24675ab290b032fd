"""The way into a cluster: the provider that makes objects there, and the kubeconfig it signs in with.

Owns both. A kubeconfig of Google Kubernetes Engine holds no credential: `gke-gcloud-auth-plugin` asks for a
token as whoever runs the program, each time. One that is given is a secret of the stack's configuration.

The provider is told which cluster it is for by a literal: told by its kubeconfig alone, it would take a
change of the cluster, or an endpoint that is not yet known, for another cluster, and replace every object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pulumi_kubernetes as kubernetes
from pulumi import Input, InvokeOutputOptions, Output, Resource, ResourceOptions, RunError
from pulumi_gcp import container

GOOGLE_IDENTIFIER = re.compile(
    r"projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/clusters/(?P<name>[^/]+)"
)
_PLUGIN = "gke-gcloud-auth-plugin"


def provider(name: str, *, identifier: str, kubeconfig: Input[str], parent: Resource) -> kubernetes.Provider:
    """What makes objects in one cluster.

    Args:
        name: its logical name.
        identifier: says which cluster it is, for as long as it is that cluster; another one replaces every
            object.
        kubeconfig: how to sign in; it may change freely.
        parent: what it belongs to.
    """
    return kubernetes.Provider(
        name,
        cluster_identifier=identifier,
        kubeconfig=kubeconfig,
        enable_server_side_apply=True,
        # Changed in place: replaced, an object with a name of its own would be deleted under running pods.
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        opts=ResourceOptions(parent=parent),
    )


def google_kubeconfig(endpoint: Input[str], authority: Input[str] = "") -> Output[str]:
    """A kubeconfig for a cluster of Google Kubernetes Engine, with no credential in it.

    Args:
        endpoint: name or address of the control plane.
        authority: what signs its certificate, PEM in Base64; empty where that is a public authority.
    """
    return Output.all(endpoint=endpoint, authority=authority).apply(
        lambda known: _google_kubeconfig(known["endpoint"], known["authority"])
    )


def _google_kubeconfig(endpoint: str, authority: str) -> str:
    cluster = {"server": f"https://{endpoint}"}
    if authority:
        cluster["certificate-authority-data"] = authority
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": _PLUGIN,
        "installHint": f"run `gcloud components install {_PLUGIN}`",
        "interactiveMode": "Never",
        "provideClusterInfo": True,
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "cluster", "cluster": cluster}],
            "users": [{"name": "caller", "user": {"exec": plugin}}],
            "contexts": [{"name": "context", "context": {"cluster": "cluster", "user": "caller"}}],
            "current-context": "context",
        },
        sort_keys=True,
    )


def existing_kubeconfig(identifier: str, parent: Resource, network: Input[str] | None = None) -> Output[str]:
    """A kubeconfig for a cluster of Google Kubernetes Engine that somebody else made, as it is today.

    Args:
        identifier: `projects/P/locations/L/clusters/N`.
        parent: what asks for it.
        network: ID of the VPC that it has to be in; any without one.

    Raises:
        ValueError: the identifier is none.
    """
    parts = GOOGLE_IDENTIFIER.fullmatch(identifier)
    if parts is None:
        raise ValueError(f"{identifier!r} is no cluster; write projects/P/locations/L/clusters/N")
    found = container.get_cluster_output(
        project=parts["project"],
        location=parts["location"],
        name=parts["name"],
        opts=InvokeOutputOptions(parent=parent),
    )
    return Output.all(found=found, network=network).apply(
        lambda known: _kubeconfig_of(known["found"], known["network"])
    )


def _kubeconfig_of(found: container.GetClusterResult, network: str | None) -> str:
    if network and found.network and _short(found.network) != _short(network):
        raise RunError(
            f"cluster {found.name} is in network {_short(found.network)}, and its pods reach no store in "
            f"{_short(network)}; write existing.other_network: true, and say where its stores are"
        )
    if not any(each.channel == "CHANNEL_STANDARD" for each in found.gateway_api_configs):
        update = f"gcloud container clusters update {found.name} --location {found.location}"
        raise RunError(f"cluster {found.name} has no Gateway API; run `{update} --gateway-api=standard`")
    for endpoints in found.control_plane_endpoints_configs:
        for dns in endpoints.dns_endpoint_configs:
            if dns.allow_external_traffic and dns.endpoint:
                return _google_kubeconfig(dns.endpoint, "")
    return _google_kubeconfig(found.endpoint, found.master_auths[0].cluster_ca_certificate)


def _short(network: str) -> str:
    return network.rpartition("/")[2]


def name_of_control_plane(endpoints: container.outputs.ClusterControlPlaneEndpointsConfig) -> str:
    """What Google calls a cluster's control plane; nothing as long as it has not said."""
    dns = endpoints.dns_endpoint_config
    return (dns.endpoint or "") if dns else ""


def the_name(known: Sequence[str]) -> str:
    """The first of `known`, a control plane's name, without which nobody signs in."""
    if not known[0]:
        raise RunError("the cluster's control plane has no DNS name; enable its DNS endpoint")
    return known[0]
