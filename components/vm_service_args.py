"""What a service on virtual machines is given, and what of it cannot be. See `vm_service`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input

from components.environment import Environment, check_zone
from components.secret import SecretRef
from components.service_account import ServiceAccount
from components.vm_service_machine import Machine
from components.vm_service_source import Deployment

# Ubuntu for x86 on a balanced disk, moved to another host without a stop: newer series take other disks, Arm
# another system, and a machine with a GPU cannot be moved.
_MACHINE_TYPE = re.compile(
    r"e2-(small|medium)|(e2|n1|n2|n2d|c2|c2d|c3|c3d|t2d)-(standard|highmem|highcpu)-\d+"
    r"|(e2|n2|n2d)-custom-\d+-\d+"
)


def check_machine_type(machine_type: str) -> None:
    """Checks that a service's machine can be of that type.

    Raises:
        ValueError: it cannot; the message says what can.
    """
    if not _MACHINE_TYPE.fullmatch(machine_type):
        raise ValueError(
            f"machine_type {machine_type!r}: write e2-medium, or a standard, highmem or highcpu type of "
            "E2, N1, N2, N2D, C2, C2D, C3, C3D or T2D like e2-standard-2"
        )


@dataclass(frozen=True, kw_only=True)
class VmServiceArgs:
    """What the service is.

    Attributes:
        environment: where it lives.
        service_account: whom its machines act as; give it `LOG_AND_METRIC_WRITER`.
        network: the network's ID.
        subnet: the machines' subnet's ID, in the environment's region.
        client_ranges: private ranges that may reach the machines' HTTPS port, besides Google's load
            balancers.
        machine: what each machine runs.
        revision: what it serves: a commit's 40 hexadecimal digits, or an archive's 64.
        env: plain variables of the service.
        secrets: secret variables of the service, each already readable by its account.
        source_token: secret with a token for a private repository.
        certificate: secrets with a certificate and its key; without them each machine makes its own.
        machine_type: size of a machine; another one replaces them.
        machines: how many there are.
        zones: the region's zones that they are spread over; the environment's own without one.
        disk_size_gb: size of a machine's disk in GB: the system, two releases, caches, logs.
        first_start_seconds: seconds that a new machine has before a failing check replaces it: longer than
            its first boot with every installation, or it is replaced for ever.
    """

    environment: Environment
    service_account: ServiceAccount
    network: Input[str]
    subnet: Input[str]
    machine: Machine
    revision: str
    client_ranges: Sequence[str] = ()
    env: Mapping[str, Input[str]] = field(default_factory=dict)
    secrets: Mapping[str, SecretRef] = field(default_factory=dict)
    source_token: SecretRef | None = None
    certificate: tuple[SecretRef, SecretRef] | None = None
    machine_type: str = "e2-medium"
    machines: int = 1
    zones: Sequence[str] = ()
    disk_size_gb: int = 30
    first_start_seconds: int = 1800

    def __post_init__(self) -> None:
        Deployment(revision=self.revision)
        check_machine_type(self.machine_type)
        if not 1 <= self.machines <= 100:
            raise ValueError(f"machines is {self.machines}; write 1 to 100")
        if self.disk_size_gb < 20:
            raise ValueError(f"disk_size_gb is {self.disk_size_gb}; write 20 or more")
        if not 300 <= self.first_start_seconds <= 3600:
            raise ValueError(f"first_start_seconds is {self.first_start_seconds}; write 300 to 3600")
        for zone in self.zones:
            check_zone(zone, self.environment.region)
