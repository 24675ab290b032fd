"""Who may reach a virtual machine: clients by their address ranges, administrators by Google's proxy.

Owns the two firewall rules, both aimed at the machine's service account: whatever else is in the network
stays closed. Does not own the network, nor who may sign in (OS Login roles are given to people, not by this
program).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import compute

from components.environment import Environment

COMPUTE_API = "compute.googleapis.com"

# Identity-Aware Proxy's own range: the only way in for administrators.
_IAP_RANGE = "35.235.240.0/20"

SIGN_IN_METADATA = {
    "block-project-ssh-keys": "TRUE",
    "enable-oslogin": "TRUE",
    "serial-port-enable": "FALSE",
}
"""Metadata of every machine: who signs in is decided by IAM, and by no key that lies in the project."""

LOAD_BALANCERS = ("35.191.0.0/16", "130.211.0.0/22")
"""Where Google's load balancers and their health checks come from: public ranges, and yet nobody else's."""


@dataclass(frozen=True, kw_only=True)
class VmAccessArgs:
    """Which way in there is.

    Attributes:
        environment: where it lives.
        network: the network's ID.
        service_account: email of the service account whose machines are opened.
        client_ranges: private address ranges that may reach `ports`, in CIDR form, and `LOAD_BALANCERS`.
            Ranges, because Cloud Run with a direct connection to the network can be told apart by nothing
            else.
        ports: protocol (`tcp`, `udp`) to the ports that clients may reach.
    """

    environment: Environment
    network: Input[str]
    service_account: Input[str]
    client_ranges: Sequence[str]
    ports: Mapping[str, Sequence[int]]

    def __post_init__(self) -> None:
        if not self.client_ranges:
            raise ValueError("client_ranges is empty: write the clients' subnet, e.g. 10.10.0.0/26")
        for written in set(self.client_ranges) - set(LOAD_BALANCERS):
            if not ipaddress.ip_network(written).is_private:
                raise ValueError(
                    f"client_ranges: {written} is not a private range; write the clients' subnet"
                )
        if not any(self.ports.values()):
            raise ValueError("ports is empty: write what clients reach, e.g. {'tcp': (6379,)}")


class VmAccess(ComponentResource):
    """The firewall rules of one machine.

    Attributes:
        clients: name of the rule that admits clients.
    """

    clients: Output[str]

    def __init__(self, name: str, args: VmAccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:VmAccess", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(COMPUTE_API)

        self.clients = self._admit_clients().name
        self._admit_administrators()
        self.register_outputs({"clients": self.clients})

    def _admit_clients(self) -> compute.Firewall:
        return compute.Firewall(
            f"{self._name}-clients",
            project=self._project,
            name=self._args.environment.physical_name(f"{self._name}-clients"),
            network=self._args.network,
            direction="INGRESS",
            source_ranges=list(self._args.client_ranges),
            target_service_accounts=[self._args.service_account],
            allows=[
                {"protocol": protocol, "ports": [str(port) for port in ports]}
                for protocol, ports in sorted(self._args.ports.items())
            ],
            opts=ResourceOptions(parent=self),
        )

    def _admit_administrators(self) -> None:
        compute.Firewall(
            f"{self._name}-ssh",
            project=self._project,
            name=self._args.environment.physical_name(f"{self._name}-ssh"),
            network=self._args.network,
            direction="INGRESS",
            source_ranges=[_IAP_RANGE],
            target_service_accounts=[self._args.service_account],
            allows=[{"protocol": "tcp", "ports": ["22"]}],
            log_config={"metadata": "INCLUDE_ALL_METADATA"},
            opts=ResourceOptions(parent=self),
        )
