"""Two workloads and a migration on the real engine: what a change of each thing that they have touches."""

from __future__ import annotations

from collections.abc import Generator

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.kubernetes.cluster import Cluster
from components.kubernetes.job import Job, JobArgs
from components.kubernetes.workload import Replicas, Workload, WorkloadArgs
from simulator.cloud import Cloud
from simulator.engine import EngineStack, engine_stack
from simulator.faults import CloudRefused
from simulator.outcome import label
from tests.components.kubernetes.in_cluster import (
    CLUSTER,
    CONFIG_MAP,
    DEPLOYMENT,
    GOOGLE,
    IMAGE,
    JOB,
    OTHER_IMAGE,
    SECRET,
    Team,
    container,
    task,
)

VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
STARTS_WITH = {"ai-platform:level": "info", "ai-platform:key": "first", "ai-platform:image": IMAGE}


def program() -> None:
    """One workload reads the ConfigMap and waits for the migration, the other reads the Secret."""
    config = pulumi.Config("ai-platform")
    provider = kubernetes.Provider(
        "main",
        cluster_identifier=CLUSTER,
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
    )
    team = Team(Cluster(name="main", region="europe-west1", provider=provider, google=GOOGLE))
    configuration = team.configuration("config", LEVEL=config.require("level"))
    keys = team.secret("keys", KEY=config.require("key"))
    image = config.require("image")
    args = JobArgs(name="migrate", container=task(image=image, env_from=[configuration]), **team.place)
    job = Job("migrate-main", args, team.cluster.options(team))
    for name, source, version, after in (
        ("engine", configuration, image, job.name),
        ("content", keys, IMAGE, None),
    ):
        workload = WorkloadArgs(
            **team.place,
            name=name,
            component=name,
            replicas=Replicas(minimum=3, maximum=10),
            container=container(image=version, env_from=[source]),
            after=after,
        )
        Workload(f"{name}-main", workload, team.cluster.options(team))


def touched(stack: EngineStack, key: str, value: str) -> set[str]:
    """What one changed setting touches, each with how."""
    stack.configure({f"ai-platform:{key}": value})
    outcome = stack.up()
    assert outcome.succeeded, outcome.errors
    assert not stack.up().touched
    return {
        f"{operation} {label(urn)}"
        for operation in ("create", "update", "replace", "delete")
        for urn in outcome.urns[operation]
    }


@pytest.fixture(scope="module")
def stack() -> Generator[EngineStack]:
    with engine_stack(program, config=STARTS_WITH, cloud=Cloud([CLUSTER])) as made:
        first = made.up()
        assert first.succeeded, first.errors
        assert not made.up().touched
        yield made


def test_other_configuration_is_changed_in_place_and_rolls_the_pods_that_read_it(stack: EngineStack) -> None:
    assert touched(stack, "level", "debug") == {
        f"update {CONFIG_MAP}::config-main",
        f"update {DEPLOYMENT}::engine-main",
    }


def test_a_rotated_key_is_changed_in_place_and_rolls_the_pods_that_read_it(stack: EngineStack) -> None:
    assert touched(stack, "key", "second") == {
        f"replace {VERSION}::keys-key-version",
        f"update {SECRET}::keys-main",
        f"update {DEPLOYMENT}::content-main",
    }


def test_a_preview_reads_no_secret_and_tells_of_a_rotation_all_the_same(
    stack: EngineStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who plans a pull request may look at everything but the values of secrets."""

    def forbidden(*_: object) -> None:
        raise CloudRefused("Permission 'secretmanager.versions.access' denied")

    monkeypatch.setattr("simulator.functions.accessed", forbidden)
    nothing = stack.preview()
    stack.configure({"ai-platform:key": "third"})
    rotation = stack.preview()
    stack.configure({"ai-platform:key": "second"})

    assert nothing.succeeded, nothing.errors
    assert not nothing.touched
    assert rotation.succeeded, rotation.errors
    assert {label(urn) for urn in rotation.touched} == {
        f"{VERSION}::keys-key-version",
        f"{SECRET}::keys-main",
        f"{DEPLOYMENT}::content-main",
    }


def test_another_image_is_migrated_to_before_its_pods_start(stack: EngineStack) -> None:
    assert touched(stack, "image", OTHER_IMAGE) == {
        f"replace {JOB}::migrate-main",
        f"update {DEPLOYMENT}::engine-main",
    }


def test_a_migration_that_fails_holds_the_pods_back_and_is_made_anew() -> None:
    with engine_stack(program, config=STARTS_WITH, cloud=Cloud([CLUSTER], unready="::migrate-main")) as stack:
        failed = stack.up()
        assert not failed.succeeded
        assert f"{DEPLOYMENT}::engine-main" not in {label(urn) for urn in failed.urns["create"]}

        again = stack.up()
        assert again.succeeded, again.errors
        assert {label(urn) for urn in again.urns["replace"]} == {f"{JOB}::migrate-main"}
        assert f"{DEPLOYMENT}::engine-main" in {label(urn) for urn in again.urns["create"]}
