"""Data outlives mistakes: one switch sets every protection there is, and only where there is data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.in_process import Plan, PlannedResource
from tests.program.reading import BUCKET, DATABASE, DISK, MACHINE, POSTGRES, REDIS, SERVICE, USER
from tests.program.variants import plan_of

SNAPSHOTS, CONFIG = "axis-api-snapshots", "axis-api-config"

SWITCHES: list[tuple[str, str, str, Callable[[dict[str, Any]], object]]] = [
    ("Cloud SQL, in the provider", POSTGRES, "axis-postgres", lambda it: it["deletionProtection"]),
    (
        "Cloud SQL, in its API",
        POSTGRES,
        "axis-postgres",
        lambda it: it["settings"]["deletionProtectionEnabled"],
    ),
    ("Redis", REDIS, "axis-redis", lambda it: it["deletionProtection"]),
    ("Cloud Run", SERVICE, "axis-api", lambda it: it["deletionProtection"]),
    ("the machine of the graph", MACHINE, "axis-falkordb", lambda it: it["deletionProtection"]),
    ("the graph's disk", DISK, "axis-falkordb-data", lambda it: it["createSnapshotBeforeDestroy"]),
    ("the snapshots' bucket", BUCKET, SNAPSHOTS, lambda it: not it["forceDestroy"]),
]
HOLDERS: list[tuple[str, str, str]] = [
    ("prod", POSTGRES, "axis-postgres"),
    ("prod", REDIS, "axis-redis"),
    ("prod", DISK, "axis-falkordb-data"),
    ("prod", BUCKET, SNAPSHOTS),
    ("nfs storage", DISK, "axis-api-share-data"),
]


@pytest.mark.parametrize(
    ("type_", "name", "switch"), [each[1:] for each in SWITCHES], ids=[e[0] for e in SWITCHES]
)
def test_the_switch_sets_every_flag_in_prod_and_none_in_dev(
    prod: Plan, dev: Plan, type_: str, name: str, switch: Callable[[dict[str, Any]], object]
) -> None:
    assert switch(prod.one(type_, name).inputs) is True
    assert switch(dev.one(type_, name).inputs) is False


@pytest.mark.parametrize(("plan", "type_", "name"), HOLDERS, ids=[each[-1] for each in HOLDERS])
def test_pulumi_itself_refuses_to_delete_what_holds_data_in_prod(plan: str, type_: str, name: str) -> None:
    assert plan_of(plan).one(type_, name).protect


def test_nothing_is_protected_in_dev(dev: Plan) -> None:
    assert [each.name for each in dev.resources if each.protect] == []


def test_what_is_made_anew_from_the_program_is_not_protected(prod: Plan) -> None:
    """A protected image, account or rule would only stand in the way of a change."""
    kinds = {each.type for each in prod.resources if each.protect}
    disposable = (
        "docker:",
        "gcp:compute/firewall",
        "gcp:serviceaccount",
        "gcp:cloudscheduler",
        "gcp:projects",
    )
    assert not [kind for kind in kinds if kind.startswith(disposable)]


def test_configuration_files_can_be_deleted_with_their_bucket_in_prod(prod: Plan) -> None:
    config = prod.one(BUCKET, CONFIG)
    assert config.inputs["forceDestroy"] is True
    assert not config.protect


def test_snapshots_of_the_graph_outlive_its_disk(prod: Plan) -> None:
    policy = prod.one("gcp:compute/resourcePolicy:ResourcePolicy", "axis-falkordb-data-snapshots")
    kept = policy.inputs["snapshotSchedulePolicy"]["retentionPolicy"]
    assert kept == {"maxRetentionDays": 14, "onSourceDiskDelete": "KEEP_AUTO_SNAPSHOTS"}
    attached = prod.one("gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment")
    assert attached.inputs["disk"] == prod.one(DISK, "axis-falkordb-data").inputs["name"]


def test_backups_reach_as_far_as_the_settings_say(prod: Plan) -> None:
    backups = prod.one(POSTGRES, "axis-postgres").inputs["settings"]["backupConfiguration"]
    assert backups["enabled"]
    assert backups["pointInTimeRecoveryEnabled"]
    assert backups["transactionLogRetentionDays"] == 7
    assert backups["backupRetentionSettings"]["retainedBackups"] == 30
    assert prod.one(POSTGRES, "axis-postgres").inputs["settings"]["retainBackupsOnDelete"] is True


def test_old_versions_of_a_snapshot_are_kept_for_a_while(prod: Plan) -> None:
    assert prod.one(BUCKET, SNAPSHOTS).inputs["versioning"] == {"enabled": True}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_users_and_databases_go_with_their_instance(stack: str) -> None:
    """A role that owns tables can't be dropped, and a database in use neither: destroy would stop halfway."""
    for each in (*plan_of(stack).of(USER), *plan_of(stack).of(DATABASE)):
        assert each.inputs["deletionPolicy"] == "ABANDON"


@pytest.mark.parametrize(("stack", "policy"), [("dev", "REMOVE_PEERING"), ("prod", "DELETE")])
def test_the_services_connection_can_be_torn_down_outside_prod(stack: str, policy: str) -> None:
    connection = plan_of(stack).one("gcp:servicenetworking/connection:Connection")
    assert connection.inputs["deletionPolicy"] == policy
    assert connection.inputs["updateOnCreationFail"] is True


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_api_stays_enabled_when_a_stack_goes(stack: str) -> None:
    enabled = plan_of(stack).of("gcp:projects/service:Service")
    assert enabled
    assert all(each.inputs["disableOnDestroy"] is False for each in enabled)


def test_prod_is_highly_available_and_dev_is_not(prod: Plan, dev: Plan) -> None:
    assert prod.one(POSTGRES, "axis-postgres").inputs["settings"]["availabilityType"] == "REGIONAL"
    assert dev.one(POSTGRES, "axis-postgres").inputs["settings"]["availabilityType"] == "ZONAL"
    assert (prod.one(REDIS, "axis-redis").inputs["tier"], dev.one(REDIS, "axis-redis").inputs["tier"]) == (
        "STANDARD_HA",
        "BASIC",
    )


def test_a_disk_that_grew_by_itself_is_not_shrunk_by_the_next_update(prod: Plan) -> None:
    """Shrinking would replace the instance, and with it the data."""
    database = prod.one(POSTGRES, "axis-postgres")
    assert database.inputs["settings"]["diskAutoresize"] is True
    assert any("diskSize" in path for path in database.options["ignoreChanges"])


def holders(plan: Plan) -> list[PlannedResource]:
    return [each for each in plan.resources if each.type in {POSTGRES, REDIS, DISK} or each.name == SNAPSHOTS]


@pytest.mark.parametrize("variant", ["several instances", "files", "nfs storage", "canary", "vercel"])
def test_no_choice_of_settings_takes_the_protection_away(variant: str) -> None:
    unprotected = [each.name for each in holders(plan_of(variant)) if each.custom and not each.protect]
    assert unprotected == []
