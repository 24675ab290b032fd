"""A machine that holds data: closed to everybody else, and its data outlives it."""

from __future__ import annotations

from typing import Any

import pytest

from components.data_disk import DataDiskArgs
from components.vm_access import VmAccessArgs
from simulator.in_process import Plan
from tests.components.environments import environment
from tests.components.machines import CLIENTS, nfs_share, planned

INSTANCE = "gcp:compute/instance:Instance"
DISK = "gcp:compute/disk:Disk"
FIREWALL = "gcp:compute/firewall:Firewall"


@pytest.fixture(scope="module")
def protected() -> Plan:
    return planned(nfs_share)


@pytest.fixture(scope="module")
def unprotected() -> Plan:
    return planned(lambda: nfs_share(protect=False))


@pytest.fixture(scope="module")
def instance(protected: Plan) -> dict[str, Any]:
    return protected.one(INSTANCE).inputs


def test_it_has_no_public_address_and_the_one_that_was_reserved(
    protected: Plan, instance: dict[str, Any]
) -> None:
    [interface] = instance["networkInterfaces"]
    assert "accessConfigs" not in interface
    reserved = protected.one("gcp:compute/address:Address", "duckdb-address")
    assert reserved.inputs["addressType"] == "INTERNAL"
    assert interface["networkIp"] == reserved.state["address"]


def test_it_is_shielded(instance: dict[str, Any]) -> None:
    assert instance["shieldedInstanceConfig"] == {
        "enableSecureBoot": True,
        "enableVtpm": True,
        "enableIntegrityMonitoring": True,
    }


def test_nobody_gets_in_with_a_projects_key_or_by_the_serial_port(instance: dict[str, Any]) -> None:
    assert {
        "block-project-ssh-keys": "TRUE",
        "enable-oslogin": "TRUE",
        "serial-port-enable": "FALSE",
    }.items() <= instance["metadata"].items()


def test_an_edited_configuration_does_not_replace_the_machine(instance: dict[str, Any]) -> None:
    assert instance["metadata"]["user-data"].startswith("#cloud-config\n")
    assert "metadataStartupScript" not in instance


def test_it_comes_back_by_itself_and_moves_instead_of_stopping(instance: dict[str, Any]) -> None:
    assert instance["scheduling"]["automaticRestart"] is True
    assert instance["scheduling"]["onHostMaintenance"] == "MIGRATE"


def test_another_size_stops_the_machine_and_does_not_replace_it(instance: dict[str, Any]) -> None:
    assert instance["allowStoppingForUpdate"] is True


def test_the_data_is_on_a_disk_of_its_own_that_is_there_at_the_first_boot(
    protected: Plan, instance: dict[str, Any]
) -> None:
    disk = protected.one(DISK)
    [attached] = instance["attachedDisks"]
    assert attached["source"].endswith(disk.state["name"])
    assert attached["mode"] == "READ_WRITE"
    assert f"/dev/disk/by-id/google-{attached['deviceName']}\n" in instance["metadata"]["user-data"]
    assert instance["bootDisk"]["autoDelete"] is True


def test_the_disk_is_copied_every_day_and_the_copies_outlive_it(protected: Plan) -> None:
    policy = protected.one("gcp:compute/resourcePolicy:ResourcePolicy")
    schedule = policy.inputs["snapshotSchedulePolicy"]
    assert schedule["schedule"]["dailySchedule"]["daysInCycle"] == 1
    assert schedule["retentionPolicy"] == {
        "maxRetentionDays": 14,
        "onSourceDiskDelete": "KEEP_AUTO_SNAPSHOTS",
    }
    attachment = protected.one("gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment")
    assert attachment.inputs["name"] == policy.inputs["name"]
    assert attachment.inputs["disk"] == protected.one(DISK).inputs["name"]


def test_the_copies_of_a_disk_that_may_be_lost_end_by_themselves_after_it(unprotected: Plan) -> None:
    policy = unprotected.one("gcp:compute/resourcePolicy:ResourcePolicy")
    retention = policy.inputs["snapshotSchedulePolicy"]["retentionPolicy"]

    assert retention["onSourceDiskDelete"] == "APPLY_RETENTION_POLICY"


def test_one_switch_protects_the_data_and_the_machine(protected: Plan, unprotected: Plan) -> None:
    for plan, on in ((protected, True), (unprotected, False)):
        disk = plan.one(DISK)
        assert disk.protect is on
        assert disk.inputs["createSnapshotBeforeDestroy"] is on
        assert plan.one(INSTANCE).inputs["deletionProtection"] is on


def test_only_its_clients_and_googles_proxy_reach_it(protected: Plan, instance: dict[str, Any]) -> None:
    email = instance["serviceAccount"]["email"]
    rules = {
        rule.name: rule.inputs
        for rule in protected.of(FIREWALL)
        if email in rule.inputs.get("targetServiceAccounts", [])
    }
    assert {name: rule["sourceRanges"] for name, rule in rules.items()} == {
        "duckdb-clients": [CLIENTS],
        "duckdb-ssh": ["35.235.240.0/20"],
    }
    assert rules["duckdb-ssh"]["allows"] == [{"protocol": "tcp", "ports": ["22"]}]


def test_its_account_may_write_logs_and_metrics_and_nothing_else(protected: Plan) -> None:
    roles = {grant.inputs["role"] for grant in protected.of("gcp:projects/iAMMember:IAMMember")}
    assert roles == {"roles/logging.logWriter", "roles/monitoring.metricWriter"}


def test_its_name_leads_to_its_address(protected: Plan) -> None:
    record = protected.one("gcp:dns/recordSet:RecordSet", "duckdb")
    assert record.inputs["name"] == "duckdb.prod.ai.internal."
    assert record.inputs["rrdatas"] == [
        protected.one("gcp:compute/address:Address", "duckdb-address").state["address"]
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"size_gb": 9}, "size_gb is 9: write 10 or more"),
        ({"snapshot_days": 0}, "snapshot_days is 0: write 1 or more"),
        ({"snapshot_hour": 5}, "snapshot_hour is 5: write 0, 4"),
    ],
)
def test_a_disk_that_cannot_be_says_what_to_write(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DataDiskArgs(environment=environment(), **wrong)


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ([], "client_ranges is empty: write the clients' subnet"),
        (["0.0.0.0/0"], "0.0.0.0/0 is not a private range"),
        (["35.235.240.0/20"], "is not a private range"),
        (["10.0.0.1/8"], "has host bits set"),
    ],
)
def test_a_machine_is_never_opened_to_the_world(ranges: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VmAccessArgs(
            environment=environment(),
            network="network",
            service_account="vm@acme-prod.iam.gserviceaccount.com",
            client_ranges=ranges,
            ports={"tcp": (6379,)},
        )
