"""A virtual machine that holds data: one machine, its disk, its address and its name.

Owns everything around the machine that outlives it: the data disk and its daily snapshots, a reserved private
address, a DNS name in the private zone, and the firewall rules that let clients and administrators in. Does
not own its service account (what the machine may read has to be granted before its configuration can name it)
nor what it runs: that is `user_data`, see `cloud_init`.

The machine itself can be replaced, for a newer operating system: disk, address and name stay. The disk is
attached in the machine's own definition and not by an attachment of its own, so that it is there at the first
boot, when it has to be mounted.

Cost (a month, about, without the data disk): e2-medium 25 USD, e2-standard-2 50 USD, e2-highmem-2 66 USD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import compute, dns

from components.data_disk import DataDisk, DataDiskArgs
from components.environment import Environment
from components.private_zone import PrivateZone
from components.service_account import ServiceAccount
from components.vm_access import SIGN_IN_METADATA, VmAccess, VmAccessArgs
from components.vm_files import DATA_DEVICE

COMPUTE_API = "compute.googleapis.com"
DNS_API = "dns.googleapis.com"

# Room for the operating system, images and logs; nothing on it is missed when the machine is replaced.
_BOOT_DISK_GB = 20

_SHIELDED: compute.InstanceShieldedInstanceConfigArgsDict = {
    "enable_secure_boot": True,
    "enable_vtpm": True,
    "enable_integrity_monitoring": True,
}

# What every machine's service account may do, so that its logs and metrics arrive.
LOG_AND_METRIC_WRITER = ("roles/logging.logWriter", "roles/monitoring.metricWriter")


@dataclass(frozen=True, kw_only=True)
class StatefulVmArgs:
    """What the machine is.

    Attributes:
        environment: where it lives.
        service_account: whom it acts as; give it `LOG_AND_METRIC_WRITER`.
        network: the network's ID.
        subnet: the subnet's ID, in the environment's region.
        zone: the private DNS zone that the machine's name is put into.
        client_ranges: private address ranges that may reach `ports`, in CIDR form.
        ports: protocol (`tcp`, `udp`) to the ports that clients may reach.
        image: boot image, `PROJECT/FAMILY`.
        user_data: the cloud-init document.
        machine_type: size of the machine; a change stops and starts it.
        disk_size_gb: size of the data disk in GB; it can grow, never shrink.
        snapshot_days: how many days a daily snapshot of the data disk is kept.
        metadata: further metadata of the machine; nothing secret.
    """

    environment: Environment
    service_account: ServiceAccount
    network: Input[str]
    subnet: Input[str]
    zone: PrivateZone
    client_ranges: Sequence[str]
    ports: Mapping[str, Sequence[int]]
    image: str
    user_data: Input[str]
    machine_type: str = "e2-medium"
    disk_size_gb: int = 20
    snapshot_days: int = 14
    metadata: Mapping[str, Input[str]] = field(default_factory=dict)


class StatefulVm(ComponentResource):
    """One virtual machine with a data disk that outlives it.

    Attributes:
        address: its private address, once clients can reach it.
        host: its name in the private zone, once clients can reach it.
    """

    address: Output[str]
    host: Output[str]

    def __init__(self, name: str, args: StatefulVmArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:StatefulVm", name, None, opts)
        self._name, self._args, self._environment = name, args, args.environment
        self._project = args.environment.project_using(COMPUTE_API)
        self._physical_name = args.environment.physical_name(name)
        self._host = f"{name}.{args.zone.domain}"

        address = self._reserve_address()
        disk = self._create_data_disk()
        access = self._admit()
        instance = self._create_instance(address, disk)
        record = self._name_address(address)

        reachable = (instance.name, access.clients)
        self.address = Output.all(address.address, *reachable).apply(lambda known: str(known[0]))
        self.host = Output.all(self._host, record.name, *reachable).apply(lambda known: str(known[0]))
        self.register_outputs({"address": self.address, "host": self.host})

    def _reserve_address(self) -> compute.Address:
        return compute.Address(
            f"{self._name}-address",
            project=self._project,
            name=self._physical_name,
            region=self._environment.region,
            address_type="INTERNAL",
            purpose="GCE_ENDPOINT",
            subnetwork=self._args.subnet,
            opts=ResourceOptions(parent=self),
        )

    def _create_data_disk(self) -> DataDisk:
        return DataDisk(
            f"{self._name}-data",
            DataDiskArgs(
                environment=self._environment,
                size_gb=self._args.disk_size_gb,
                snapshot_days=self._args.snapshot_days,
            ),
            opts=ResourceOptions(parent=self),
        )

    def _admit(self) -> VmAccess:
        return VmAccess(
            self._name,
            VmAccessArgs(
                environment=self._environment,
                network=self._args.network,
                service_account=self._args.service_account.email,
                client_ranges=self._args.client_ranges,
                ports=self._args.ports,
            ),
            opts=ResourceOptions(parent=self),
        )

    def _create_instance(self, address: compute.Address, data: DataDisk) -> compute.Instance:
        return compute.Instance(
            self._name,
            project=self._project,
            name=self._physical_name,
            zone=self._environment.zone,
            machine_type=self._args.machine_type,
            allow_stopping_for_update=True,
            # It holds no data, but it is the service: a protected one is replaced only after
            # `gcloud compute instances update NAME --no-deletion-protection` and a refresh.
            deletion_protection=self._environment.protect,
            boot_disk={
                "auto_delete": True,
                "initialize_params": {
                    "image": self._args.image,
                    "size": _BOOT_DISK_GB,
                    "type": "pd-balanced",
                },
            },
            attached_disks=[{"source": data.disk, "device_name": DATA_DEVICE, "mode": "READ_WRITE"}],
            # No access configuration: without one the machine has no public address.
            network_interfaces=[{"subnetwork": self._args.subnet, "network_ip": address.address}],
            service_account={
                "email": self._args.service_account.email,
                # The scope is a second, older filter over IAM; what may be done is decided by IAM alone.
                "scopes": ["cloud-platform"],
            },
            shielded_instance_config=_SHIELDED,
            scheduling={"automatic_restart": True, "on_host_maintenance": "MIGRATE"},
            metadata=self._metadata(),
            # Address, disk and name can belong to one machine at a time.
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )

    def _metadata(self) -> dict[str, Input[str]]:
        return {
            **self._args.metadata,
            # As metadata and not as `metadata_startup_script`, whose every edit would replace the machine.
            "user-data": self._args.user_data,
            **SIGN_IN_METADATA,
        }

    def _name_address(self, address: compute.Address) -> dns.RecordSet:
        return dns.RecordSet(
            self._name,
            project=self._environment.project_using(DNS_API),
            managed_zone=self._args.zone.zone_name,
            name=f"{self._host}.",
            type="A",
            ttl=300,
            rrdatas=[address.address],
            opts=ResourceOptions(parent=self),
        )
