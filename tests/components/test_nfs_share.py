"""The file share: what reaches the one who mounts it, and what its machine needs."""

from __future__ import annotations

import pytest
import yaml
from pulumi import export

from components.nfs_share import NfsShareArgs
from simulator.in_process import Plan
from tests.components.machines import CLIENTS, nfs_share, planned


@pytest.fixture(scope="module")
def share() -> Plan:
    def program() -> None:
        made = nfs_share(owner_uid=1234)
        export("server", made.server)
        export("path", made.path)

    return planned(program)


def test_a_mount_needs_the_reserved_address_and_the_exported_path(share: Plan) -> None:
    address = share.one("gcp:compute/address:Address", "duckdb-address")
    assert share.outputs["server"] == address.state["address"]
    assert f"\n    {share.outputs['path']} {CLIENTS}(" in _user_data(share)


def test_the_export_names_the_clients_range_and_the_owner(share: Plan) -> None:
    [exports] = [
        file["content"]
        for file in yaml.safe_load(_user_data(share))["write_files"]
        if file["path"].startswith("/etc/exports.d/")
    ]
    assert exports.split()[1].startswith(f"{CLIENTS}(rw,")
    assert "all_squash,anonuid=1234,anongid=1234" in exports
    assert len(exports.splitlines()) == 1


def test_clients_reach_what_an_nfs_version_3_mount_asks_and_nothing_more(share: Plan) -> None:
    rule = share.one("gcp:compute/firewall:Firewall", "duckdb-clients")
    assert {allow["protocol"]: allow["ports"] for allow in rule.inputs["allows"]} == {
        "tcp": ["111", "2049", "20048"],
        "udp": ["111", "20048"],
    }


def test_its_machine_is_an_ubuntu_with_cloud_init(share: Plan) -> None:
    instance = share.one("gcp:compute/instance:Instance")
    assert instance.inputs["bootDisk"]["initializeParams"]["image"].startswith("ubuntu-os-cloud/ubuntu-")


def test_files_never_belong_to_root() -> None:
    with pytest.raises(ValueError, match="owner_uid is 0: write 1 or more"):
        nfs_share_args(owner_uid=0)


def test_a_range_with_a_host_part_is_refused() -> None:
    with pytest.raises(ValueError, match="has host bits set"):
        nfs_share_args(client_ranges=["10.10.0.7/26"])


def nfs_share_args(**changed: object) -> NfsShareArgs:
    values = {
        "environment": None,
        "network": "network",
        "subnet": "subnet",
        "zone": None,
        "client_ranges": [CLIENTS],
        **changed,
    }
    return NfsShareArgs(**values)  # ty: ignore[invalid-argument-type] - only the plain fields are read


def _user_data(share: Plan) -> str:
    return share.one("gcp:compute/instance:Instance").inputs["metadata"]["user-data"]
