"""A directory that containers mount over NFS, on a machine with a protected disk.

Owns the machine, its service account and the export. Does not own the mount, nor a lock: Cloud Run mounts NFS
without locking, so exactly one writer is the writer's own affair.

Everybody who can reach the port is the same user here: the export maps every client user to `owner_uid`,
because a container's user IDs mean nothing on another machine. The clients' range is the whole access
control, and the traffic inside the network is not encrypted by NFS.

Cost (a month, about): e2-small 13 USD and 2 USD for 20 GB; managed Filestore begins at 160 USD for 1 TB.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.environment import Environment
from components.nfs_machine import EXPORT_PATH, PORTS, user_data
from components.private_zone import PrivateZone
from components.service_account import ServiceAccount, ServiceAccountArgs
from components.stateful_vm import LOG_AND_METRIC_WRITER, StatefulVm, StatefulVmArgs

_OPERATING_SYSTEM = "ubuntu-os-cloud/ubuntu-2404-lts-amd64"


@dataclass(frozen=True, kw_only=True)
class NfsShareArgs:
    """How big the share is and who mounts it.

    Attributes:
        environment: where it lives; in its zone.
        network: the network's ID.
        subnet: the machine's subnet's ID; it needs a way to the internet (Cloud NAT) for its packages.
        zone: the private DNS zone that gives the machine its name.
        client_ranges: address ranges of its clients, in CIDR form.
        machine_type: size of the machine; a change stops and starts it.
        disk_size_gb: size of the data disk in GB; it can grow, never shrink.
        snapshot_days: how many days a daily snapshot is kept.
        owner_uid: user and group ID that owns every file; above 0.
    """

    environment: Environment
    network: Input[str]
    subnet: Input[str]
    zone: PrivateZone
    client_ranges: Sequence[str]
    machine_type: str = "e2-small"
    disk_size_gb: int = 20
    snapshot_days: int = 14
    owner_uid: int = 1000

    def __post_init__(self) -> None:
        for written in self.client_ranges:
            # The export would silently cover more than was meant if the host part were cut off.
            ipaddress.ip_network(written, strict=True)
        if self.owner_uid < 1:
            raise ValueError(f"owner_uid is {self.owner_uid}: write 1 or more, files must not belong to root")


class NfsShare(ComponentResource):
    """One directory, exported to the clients' ranges.

    Attributes:
        server: the address to mount from, once clients can reach it.
        path: the exported directory.
    """

    server: Output[str]
    path: str

    def __init__(self, name: str, args: NfsShareArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:NfsShare", name, None, opts)
        self._name, self._args = name, args

        machine = self._create_machine(self._create_service_account())

        self.server, self.path = machine.address, EXPORT_PATH
        self.register_outputs({"server": self.server, "path": self.path})

    def _create_service_account(self) -> ServiceAccount:
        return ServiceAccount(
            self._name,
            ServiceAccountArgs(
                environment=self._args.environment,
                display_name=f"{self._name}: file share",
                project_roles=LOG_AND_METRIC_WRITER,
            ),
            opts=ResourceOptions(parent=self),
        )

    def _create_machine(self, service_account: ServiceAccount) -> StatefulVm:
        return StatefulVm(
            self._name,
            StatefulVmArgs(
                environment=self._args.environment,
                service_account=service_account,
                network=self._args.network,
                subnet=self._args.subnet,
                zone=self._args.zone,
                client_ranges=self._args.client_ranges,
                ports=PORTS,
                image=_OPERATING_SYSTEM,
                user_data=user_data(client_ranges=self._args.client_ranges, owner=self._args.owner_uid),
                machine_type=self._args.machine_type,
                disk_size_gb=self._args.disk_size_gb,
                snapshot_days=self._args.snapshot_days,
            ),
            opts=ResourceOptions(parent=self),
        )
