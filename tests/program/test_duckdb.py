"""Where the DuckDB file lives, the YAML files beside it, and the scheduled sync."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from simulator.in_process import Plan
from simulator.values import opened
from tests.program.reading import (
    BUCKET,
    DISK,
    JOB,
    MACHINE,
    OBJECT,
    POSTGRES,
    container,
    plain_variables,
    service,
)
from tests.program.variants import WITH_AXIS, plan_of

DATA = "/app/data"


def files(plan: Plan) -> dict[str, Any]:
    """The YAML files by their name."""
    return {
        each.inputs["name"].rsplit("/", 1)[-1]: yaml.safe_load(opened(each.inputs["content"]))
        for each in plan.of(OBJECT)
    }


def mounts(plan: Plan, name: str = "api") -> dict[str, str]:
    """Path to volume of a container."""
    return {each["mountPath"]: each["name"] for each in container(plan, name).get("volumeMounts", [])}


def volume(plan: Plan, path: str) -> dict[str, Any]:
    """The volume at a path of the API's container."""
    name = mounts(plan)[path]
    return next(each for each in service(plan)["template"]["volumes"] if each["name"] == name)


def names(plan: Plan) -> set[str]:
    return {each["name"] for each in service(plan)["template"]["containers"]}


def test_snapshot_storage_keeps_the_file_in_memory_and_saves_it_to_a_bucket() -> None:
    plan = plan_of("snapshot storage")
    assert volume(plan, DATA)["emptyDir"]["medium"] == "MEMORY"
    assert names(plan) == {"api", "keeper"}
    assert container(plan)["dependsOns"] == ["keeper"], "the file is back before the API opens it"
    saved = mounts(plan, "keeper")["/mnt/snapshots"]
    bucket = next(each for each in service(plan)["template"]["volumes"] if each["name"] == saved)
    assert bucket["gcs"]["bucket"] == plan.one(BUCKET, "axis-api-snapshots").inputs["name"]
    assert bucket["gcs"]["readOnly"] is False


def test_nfs_storage_opens_the_file_in_place_on_a_server_with_a_disk_of_its_own() -> None:
    plan = plan_of("nfs storage")
    share = volume(plan, DATA)["nfs"]
    address = plan.one("gcp:compute/address:Address", "axis-api-share-address")
    assert share["server"] == address.state["address"]
    assert plan.one(MACHINE, "axis-api-share")
    assert plan.one(DISK, "axis-api-share-data")
    assert names(plan) == {"api"}


def test_ephemeral_storage_needs_no_server_no_bucket_and_loses_the_file() -> None:
    plan = plan_of("ephemeral storage")
    assert names(plan) == {"api"}
    assert [each.name for each in plan.of(BUCKET)] == ["axis-api-config"]
    assert not [each for each in plan.of(MACHINE) if "share" in each.name]


def test_without_duckdb_the_api_is_told_so_and_nothing_is_kept_or_scheduled() -> None:
    plan = plan_of("no duckdb")
    assert files(plan)["duckdb.yaml"]["duckdb"]["enabled"] is False
    assert DATA not in mounts(plan)
    assert plan.of(JOB) == []
    assert [each.name for each in plan.of(BUCKET)] == ["axis-api-config"]


@pytest.mark.parametrize("name", WITH_AXIS)
def test_a_bucket_holds_no_live_file(name: str) -> None:
    """A Cloud Storage mount has no locks and uploads a whole file at each write."""
    plan = plan_of(name)
    assert files(plan)["duckdb.yaml"]["duckdb"]["path"] == f"{DATA}/local_store.duckdb"
    assert "gcs" not in (volume(plan, DATA) if DATA in mounts(plan) else {})


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_files_are_where_the_custom_directory_says(name: str) -> None:
    plan = plan_of(name)
    custom = plain_variables(container(plan))["AXIS_CUSTOM_DIR"]
    assert custom in mounts(plan)
    assert all("/config/" in each.inputs["name"] for each in plan.of(OBJECT))


def test_duckdb_yaml_says_what_the_settings_say(prod: Plan) -> None:
    assert files(prod)["duckdb.yaml"]["duckdb"] == {
        "enabled": True,
        "path": f"{DATA}/local_store.duckdb",
        "sync_mode": "startup",
        "sync_chunk_size": 10000,
        "max_sync_rows": 2_000_000,
        "query_concurrency": 8,
        "sync_workers": 1,
    }


@pytest.mark.parametrize("name", ["files", "files and nfs"])
def test_database_files_name_the_password_by_its_variable(name: str) -> None:
    plan = plan_of(name)
    address = plan.one(POSTGRES, "axis-postgres").state["privateIpAddress"]
    written = files(plan)
    assert {"eval_db.yaml", "monitoring_db.yaml", "human_signals_db.yaml"} <= set(written)
    assert written["eval_db.yaml"]["eval_db"]["url"] == (
        f"postgresql://axis_eval:${{EVAL_DB_PASSWORD}}@{address}:5432/axis_eval"
    )
    assert written["human_signals_db.yaml"]["human_signals_db"]["url"].endswith("/people")
    for document in written.values():
        for database in document.values():
            if "url" in database:
                assert database["ssl_mode"] == "require"


def test_database_files_carry_what_is_loaded() -> None:
    written = files(plan_of("files"))
    loaded = written["eval_db.yaml"]["eval_db"]
    assert (loaded["dataset_query"], loaded["results_query"]) == ("SELECT 1", "SELECT 2")
    assert (loaded["query_timeout"], loaded["row_limit"]) == (60, 1000)
    assert "query" not in loaded, "a key without a value would be taken for an empty query"
    assert written["monitoring_db.yaml"]["monitoring_db"]["auto_load"] is False
    assert written["human_signals_db.yaml"]["human_signals_db"]["incremental_column"] == "at"


@pytest.mark.parametrize("name", ["files", "files and nfs"])
def test_passwords_are_filled_in_by_the_keeper_in_memory_before_the_api_starts(name: str) -> None:
    plan = plan_of(name)
    assert volume(plan, "/etc/axis")["emptyDir"]["medium"] == "MEMORY"
    assert container(plan)["dependsOns"] == ["keeper"]
    told = plain_variables(container(plan, "keeper"))
    assert told["KEEPER_TEMPLATES"] == "/mnt/templates/config"
    assert told["KEEPER_CONFIG"] == "/etc/axis/config"
    assert set(mounts(plan, "keeper")) >= {"/mnt/templates", "/etc/axis"}


def test_where_variables_configure_the_databases_there_is_no_file_that_would_hide_them(prod: Plan) -> None:
    assert set(files(prod)) == {"duckdb.yaml"}


def test_further_files_of_the_team_are_mounted_beside_the_programs() -> None:
    written = files(plan_of("more files"))
    assert set(written) == {"duckdb.yaml", "theme.yaml"}
    assert written["theme.yaml"] == {"theme": {"palette": "midnight"}}


def test_a_changed_file_makes_a_new_revision() -> None:
    """Its directory is named by what is in it, so that a running revision keeps its own files."""

    def directory(name: str) -> str:
        return next(option for option in volume(plan_of(name), "/etc/axis")["gcs"]["mountOptions"])

    assert directory("dev").startswith("only-dir=")
    assert directory("dev") != directory("more files")


def test_each_dataset_is_synced_on_the_schedule_by_a_caller_of_its_own(prod: Plan) -> None:
    jobs = {each.inputs["httpTarget"]["uri"].rsplit("/", 1)[-1]: each.inputs for each in prod.of(JOB)}
    assert set(jobs) == {"eval", "monitoring", "human_signals"}
    service_url = "https://ai-prod-axis-api-100000000002.europe-west1.run.app"
    for dataset, job in jobs.items():
        target = job["httpTarget"]
        assert (job["schedule"], job["timeZone"]) == ("0 5 * * *", "Etc/UTC")
        assert target["uri"] == f"{service_url}/api/store/sync/{dataset}"
        assert target["httpMethod"] == "POST"
        assert target["oidcToken"]["audience"] == service_url
        assert target["oidcToken"]["serviceAccountEmail"].startswith("ai-prod-axis-scheduler@")
        assert job["retryConfig"]["retryCount"] > 0


def test_without_a_schedule_nothing_is_scheduled() -> None:
    assert plan_of("no schedule").of(JOB) == []
