"""A service on machines in a small environment; nothing here is asserted."""

from __future__ import annotations

from typing import Any

import pulumi

from components.https_load_balancer import HttpsLoadBalancer, HttpsLoadBalancerArgs
from components.internal_balancer import InternalBalancer, InternalBalancerArgs
from components.network import Network, NetworkArgs
from components.private_zone import PrivateZone, PrivateZoneArgs
from components.secret import Secret, SecretArgs
from components.service_account import ServiceAccount, ServiceAccountArgs
from components.stateful_vm import LOG_AND_METRIC_WRITER
from components.vm_service import VmService
from components.vm_service_args import VmServiceArgs
from components.vm_service_machine import Machine
from components.vm_service_source import GitSource
from simulator.cloud import Cloud
from simulator.in_process import Plan, plan
from tests.components.environments import environment

REVISION = "0123456789abcdef0123456789abcdef01234567"
PRIVATE = "10.10.0.0/16"
MACHINE = Machine(
    name="palma-ai",
    project="acme-prod",
    host="palma.acme.com",
    source=GitSource(repository="https://github.com/acme/palma.git"),
)


def service_args(**changed: Any) -> VmServiceArgs:
    usual: dict[str, Any] = {
        "environment": environment(),
        "service_account": None,
        "network": "network",
        "subnet": "subnet",
        "client_ranges": [PRIVATE],
        "machine": MACHINE,
        "revision": REVISION,
    }
    return VmServiceArgs(**(usual | changed))


def build(*, public: bool = False, with_secrets: bool = False, **changed: Any) -> None:
    here = environment()
    network = Network("network", NetworkArgs(environment=here))
    account = ServiceAccount(
        "palma",
        ServiceAccountArgs(environment=here, display_name="palma", project_roles=LOG_AND_METRIC_WRITER),
    )
    if with_secrets:
        refs = {
            name: Secret(f"palma-{name}", SecretArgs(environment=here, readers={"palma": account.member})).ref
            for name in ("openai", "token", "chain", "key")
        }
        changed |= {
            "env": {"PINECONE_ENV": pulumi.Output.from_input("gcp-europe")},
            "secrets": {"OPENAI_API_KEY": refs["openai"]},
            "source_token": refs["token"],
            "certificate": (refs["chain"], refs["key"]),
        }
    service = VmService(
        "palma",
        service_args(
            environment=here,
            service_account=account,
            network=network.network,
            subnet=network.vm_subnet,
            **changed,
        ),
    )
    if public:
        balancer = HttpsLoadBalancer(
            "palma",
            HttpsLoadBalancerArgs(
                environment=here,
                domains=["palma.acme.com"],
                backends={"agent": service.machines},
                default_backend="agent",
            ),
        )
        pulumi.export("url", balancer.url)
        return
    private = InternalBalancer(
        "palma",
        InternalBalancerArgs(
            environment=here,
            machines=service.machines,
            subnet=network.vm_subnet,
            zone=PrivateZone("zone", PrivateZoneArgs(environment=here, network=network.network)),
        ),
    )
    pulumi.export("host", private.host)


def planned(*, cloud: Cloud | None = None, **changed: Any) -> Plan:
    return plan(lambda: build(**changed), stack="prod", cloud=cloud)
