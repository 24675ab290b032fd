"""The graph database: what its clients are told, and what its machine may do and know."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pulumi import export

from components.falkordb import FalkorDBArgs
from components.falkordb_machine import memory_mib, pull_reference
from simulator.in_process import Plan, SecretValue
from tests.components.environments import environment
from tests.components.machines import CLIENTS, falkordb, planned

INSTANCE = "gcp:compute/instance:Instance"
DISK = "gcp:compute/disk:Disk"
PASSWORD = "gcp:secretmanager/secretVersion:SecretVersion"


@pytest.fixture(scope="module")
def database() -> Plan:
    def program() -> None:
        made = falkordb(machine_type="e2-highmem-2")
        for variable, value in made.env("GRAPH_DB").items():
            export(variable, value)
        for variable, reference in made.secret_env("GRAPH_DB").items():
            export(f"{variable} secret", reference.secret)
            export(f"{variable} version", reference.version)

    return planned(program)


@pytest.fixture(scope="module")
def instance(database: Plan) -> dict[str, Any]:
    return database.one(INSTANCE).inputs


@pytest.fixture(scope="module")
def files(instance: dict[str, Any]) -> dict[str, str]:
    document = yaml.safe_load(instance["metadata"]["user-data"])
    return {file["path"]: file["content"] for file in document["write_files"]}


def test_clients_are_told_a_name_that_stays_and_where_the_password_is(database: Plan) -> None:
    assert database.outputs == {
        "GRAPH_DB_HOST": "falkordb.prod.ai.internal",
        "GRAPH_DB_PORT": "6379",
        "GRAPH_DB_PASSWORD secret": "ai-prod-falkordb-password",
        "GRAPH_DB_PASSWORD version": "1",
    }


def test_its_password_is_nowhere_but_in_secret_manager(database: Plan) -> None:
    stored = database.one(PASSWORD, "falkordb-password-version").inputs["secretData"]
    assert isinstance(stored, SecretValue)
    for resource in database.resources:
        assert stored.value not in str({**resource.inputs, "secretData": None}), resource.urn


def test_the_machine_and_each_reader_may_read_the_password_and_nobody_else(database: Plan) -> None:
    grants = {
        grant.name: grant.inputs["member"]
        for grant in database.of("gcp:secretmanager/secretIamMember:SecretIamMember")
    }
    assert grants == {
        "falkordb-password-api": "serviceAccount:ai-prod-api@acme-prod.iam.gserviceaccount.com",
        "falkordb-password-machine": "serviceAccount:ai-prod-falkordb@acme-prod.iam.gserviceaccount.com",
    }


def test_the_machine_asks_for_the_version_that_its_clients_use(database: Plan, files: dict[str, str]) -> None:
    asked = files["/etc/ai-platform/falkordb-prepare.sh"]
    assert " ai-prod-falkordb-password 1)" in asked
    assert database.outputs["GRAPH_DB_PASSWORD version"] == "1"


def test_the_machine_is_made_after_everything_it_needs_at_its_first_boot(database: Plan) -> None:
    """Its configuration names the password's version and the registry, both known once it may use them."""
    known = {resource.name for resource in _needed_by(database, INSTANCE)}
    assert {"falkordb-password-machine", "docker-hub-falkordb", "falkordb-data"} <= known


def _needed_by(plan: Plan, kind: str) -> list[Any]:
    by_urn = {resource.urn: resource for resource in plan.resources}
    found, waiting = {}, [plan.one(kind)]
    while waiting:
        for urn in waiting.pop().dependencies:
            if urn in by_urn and urn not in found:
                found[urn] = by_urn[urn]
                waiting.append(by_urn[urn])
    return list(found.values())


def test_clients_reach_the_database_and_nothing_else(database: Plan) -> None:
    rule = database.one("gcp:compute/firewall:Firewall", "falkordb-clients").inputs
    assert rule["sourceRanges"] == [CLIENTS]
    assert rule["allows"] == [{"protocol": "tcp", "ports": ["6379"]}]


def test_the_operating_system_is_one_that_runs_containers_and_sends_their_logs(
    instance: dict[str, Any],
) -> None:
    assert instance["bootDisk"]["initializeParams"]["image"].startswith("cos-cloud/cos-")
    assert instance["metadata"]["google-logging-enabled"] == "true"
    assert instance["metadata"]["google-monitoring-enabled"] == "true"


def test_the_operating_system_takes_its_security_updates(instance: dict[str, Any]) -> None:
    """They are off by default on every milestone that is still supported."""
    assert instance["metadata"]["cos-update-strategy"] == "update_enabled"


def test_the_image_comes_through_the_mirror_by_digest(files: dict[str, str]) -> None:
    unit = files["/etc/systemd/system/falkordb.service"]
    mirror = "europe-west1-docker.pkg.dev/acme-prod/ai-prod-docker-hub"
    assert f"\n  {mirror}/falkordb/falkordb-server@sha256:" in unit
    assert files["/etc/ai-platform/docker/config.json"] == (
        '{"credHelpers": {"europe-west1-docker.pkg.dev": "gcr"}}\n'
    )


def test_data_may_take_seven_tenths_of_the_machines_memory(files: dict[str, str]) -> None:
    assert "--maxmemory 11468mb --maxmemory-policy noeviction" in files["/etc/ai-platform/falkordb.env"]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"image": "falkordb/falkordb-server:v9"}, {"metadata.user-data"}),
        ({"query_timeout_ms": 5_000}, {"metadata.user-data"}),
        ({"machine_type": "e2-highmem-4"}, {"machineType", "metadata.user-data"}),
    ],
    ids=["image", "setting", "size"],
)
def test_a_change_reaches_the_machine_in_place_and_nothing_else(
    database: Plan, changed: dict[str, Any], what: set[str]
) -> None:
    arguments: dict[str, Any] = {"machine_type": "e2-highmem-2", **changed}
    after = planned(lambda: falkordb(**arguments))
    assert _changes(database, after) == {INSTANCE: (what, set())}


def test_a_larger_disk_grows_and_is_not_made_anew(database: Plan) -> None:
    after = planned(lambda: falkordb(machine_type="e2-highmem-2", disk_size_gb=40))
    assert _changes(database, after) == {DISK: ({"size"}, set())}


def _changes(before: Plan, after: Plan) -> dict[str, tuple[set[str], set[str]]]:
    """Type to what changes and what of it replaces the resource."""
    old = {resource.urn: resource for resource in before.resources}
    assert set(old) == {resource.urn for resource in after.resources}
    found = {}
    for new in after.resources:
        was = old[new.urn]
        if was.inputs != new.inputs:
            diff = before.cloud.diff(new.type, was.id, was.inputs, was.state, new.inputs)
            found[new.type] = (set(diff.changed), set(diff.replaces))
    return found


@pytest.mark.parametrize(
    ("machine_type", "mib"),
    [
        ("e2-small", 2_048),
        ("e2-medium", 4_096),
        ("e2-standard-4", 16_384),
        ("n2-highmem-2", 16_384),
        ("e2-custom-2-12288", 12_288),
    ],
)
def test_a_machine_types_memory_is_known_from_its_name(machine_type: str, mib: int) -> None:
    assert memory_mib(machine_type) == mib


@pytest.mark.parametrize("machine_type", ["e2-micro", "e2-highcpu-4", "n1-standard-2", "big", ""])
def test_a_machine_type_of_unknown_or_too_little_memory_is_refused(machine_type: str) -> None:
    with pytest.raises(ValueError, match="write e2-small, e2-medium, a standard or highmem type"):
        _arguments(machine_type=machine_type)


def test_an_image_without_a_version_is_refused() -> None:
    with pytest.raises(ValueError, match="names no version: write NAME:TAG"):
        _arguments(image="falkordb/falkordb-server")


@pytest.mark.parametrize("milliseconds", [0, -1, 300_001])
def test_a_query_may_take_no_longer_than_it_may_ask_for(milliseconds: int) -> None:
    with pytest.raises(ValueError, match="query_timeout_ms is"):
        _arguments(query_timeout_ms=milliseconds)


@given(
    name=st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?", fullmatch=True),
    tag=st.from_regex(r"(:v[0-9.]{1,5})?", fullmatch=True),
)
def test_a_digest_decides_and_a_tag_does_only_without_one(name: str, tag: str) -> None:
    digest = "sha256:" + "b" * 64
    assert pull_reference("host/p/r", f"{name}{tag}@{digest}") == f"host/p/r/{name}@{digest}"
    assert pull_reference("host/p/r", f"{name}{tag}") == f"host/p/r/{name}{tag}"


def _arguments(**changed: object) -> FalkorDBArgs:
    values = {
        "environment": environment(),
        "network": "network",
        "subnet": "subnet",
        "zone": None,
        "client_ranges": [CLIENTS],
        "registry": None,
        **changed,
    }
    return FalkorDBArgs(**values)  # ty: ignore[invalid-argument-type] - only the plain fields are read
