"""A small environment with a network, for the tests of the machines; nothing here is asserted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from components.falkordb import FalkorDB, FalkorDBArgs
from components.network import Network, NetworkArgs
from components.nfs_share import NfsShare, NfsShareArgs
from components.private_zone import PrivateZone, PrivateZoneArgs
from components.remote_registry import RemoteRegistry, RemoteRegistryArgs
from components.service_account import ServiceAccount, ServiceAccountArgs
from simulator.in_process import Plan, plan
from tests.components.environments import environment

CLIENTS = "10.10.0.0/26"


def falkordb(*, protect: bool = True, **changed: Any) -> FalkorDB:
    here = environment(protect=protect)
    network = Network("network", NetworkArgs(environment=here))
    api = ServiceAccount("api", ServiceAccountArgs(environment=here, display_name="API"))
    return FalkorDB(
        "falkordb",
        FalkorDBArgs(
            environment=here,
            network=network.network,
            subnet=network.vm_subnet,
            zone=PrivateZone("zone", PrivateZoneArgs(environment=here, network=network.network)),
            client_ranges=[CLIENTS],
            registry=RemoteRegistry("docker-hub", RemoteRegistryArgs(environment=here)),
            readers={"api": api.member},
            **changed,
        ),
    )


def nfs_share(*, protect: bool = True, **changed: Any) -> NfsShare:
    here = environment(protect=protect)
    network = Network("network", NetworkArgs(environment=here))
    return NfsShare(
        "duckdb",
        NfsShareArgs(
            environment=here,
            network=network.network,
            subnet=network.vm_subnet,
            zone=PrivateZone("zone", PrivateZoneArgs(environment=here, network=network.network)),
            client_ranges=[CLIENTS],
            **changed,
        ),
    )


def planned(program: Callable[[], object]) -> Plan:
    return plan(program, stack="prod")
