from __future__ import annotations

from itertools import product
from typing import Any

from components.containers import Probe
from components.kubernetes.pod_spec import PodTemplate, pod_template
from tests.components.kubernetes.in_cluster import (
    DEPLOYMENT,
    Team,
    container,
    manifests,
    planned,
    pod_of,
    task,
    verdict,
)
from tests.components.kubernetes.test_workload import workload

LABELS = {"app": "api"}


def rendered(**changed: Any) -> Any:
    template = PodTemplate(container=container(**changed), labels=LABELS, service_account="api")
    return pod_template(template)


def first(**changed: Any) -> dict[str, Any]:
    return rendered(**changed)["spec"]["containers"][0]


def test_a_probe_without_a_path_only_connects() -> None:
    assert first(readiness=Probe(port=9000))["readiness_probe"]["tcp_socket"] == {"port": 9000}


def test_only_scratch_directories_can_be_written_to_and_only_so_much() -> None:
    spec = rendered(scratch={"/tmp": 64, "/var/cache/models": 512}, ephemeral_mb=1024)["spec"]
    mounts = {one["mount_path"]: one["name"] for one in spec["containers"][0]["volume_mounts"]}
    limits = {one["name"]: one["empty_dir"]["size_limit"] for one in spec["volumes"]}

    assert spec["containers"][0]["security_context"]["read_only_root_filesystem"] is True
    assert {path: limits[name] for path, name in mounts.items()} == {
        "/tmp": "64Mi",
        "/var/cache/models": "512Mi",
    }


def test_directories_that_differ_have_volumes_that_differ() -> None:
    spec = rendered(scratch={"/a/b": 1, "/a-b": 1, "/A-b": 1, "/.cache": 1, "/a_b": 1})["spec"]
    names = [one["name"] for one in spec["volumes"]]

    assert len(set(names)) == 5
    assert all(name.replace("-", "").isalnum() and name == name.lower() for name in names)
    assert not [name for name in names if name.startswith("-")]


def test_configuration_comes_as_variables_and_as_files_that_nobody_else_can_read() -> None:
    def build(team: Team) -> None:
        config, keys = team.configuration("config", LEVEL="info"), team.secret("keys", KEY="k")
        files = {"/etc/keys": keys, "/etc/config": config}
        workload(team, container=container(env_from=[config, keys], files=files))

    found = planned(build)
    spec = pod_of(found.one(DEPLOYMENT))["spec"]
    [api] = spec["containers"]

    assert api["envFrom"] == [{"configMapRef": {"name": "config"}}, {"secretRef": {"name": "keys"}}]
    assert [one["mountPath"] for one in api["volumeMounts"] if one.get("readOnly")] == [
        "/etc/config",
        "/etc/keys",
    ]
    sources = [one.get("configMap") or one.get("secret") for one in spec["volumes"]][:2]
    assert [one["defaultMode"] for one in sources] == [0o440, 0o440]


def test_files_of_configuration_belong_to_the_group_that_the_pod_runs_as() -> None:
    context = rendered(user=1000)["spec"]["security_context"]

    assert (context["run_as_user"], context["run_as_group"], context["fs_group"]) == (1000, 1000, 1000)


def test_a_rollouts_new_pods_are_spread_among_themselves() -> None:
    """Counted with the old ones, they would go where those are not, and leave a hole when those are gone."""
    spread = rendered()["spec"]["topology_spread_constraints"]

    assert [one["match_label_keys"] for one in spread] == [["pod-template-hash"]] * 2


def test_a_job_is_not_spread() -> None:
    template = PodTemplate(container=task(), labels=LABELS, service_account="api", restarts=False)

    spec: Any = pod_template(template)["spec"]
    assert "topology_spread_constraints" not in spec


def test_the_neighbours_services_are_not_among_the_variables() -> None:
    """They would be by default, and a Service named like a variable's prefix changes what a program reads."""
    assert rendered()["spec"]["enable_service_links"] is False


def test_what_a_container_said_last_is_shown_where_it_failed() -> None:
    assert first()["termination_message_policy"] == "FallbackToLogsOnError"


def test_plain_variables_stand_in_the_pod_in_one_order() -> None:
    assert [one["name"] for one in first(env={"B": "2", "A": "1"})["env"]] == ["A", "B"]


def test_a_disk_is_mounted_by_its_claim() -> None:
    template = PodTemplate(
        container=task(), labels=LABELS, service_account="db", claims={"/var/lib/db": "db-disk"}
    )
    spec: Any = pod_template(template)["spec"]

    [disk] = [one for one in spec["volumes"] if "persistent_volume_claim" in one]
    [mount] = [one for one in spec["containers"][0]["volume_mounts"] if one["name"] == disk["name"]]
    assert disk["persistent_volume_claim"] == {"claim_name": "db-disk"}
    assert mount == {"name": disk["name"], "mount_path": "/var/lib/db"}


def test_kubernetes_itself_finds_nothing_wrong_with_any_mix_of_what_a_container_may_have() -> None:
    probes = ({}, {"startup": None, "liveness": None}, {"startup": None, "readiness": Probe(port=9000)})
    writes = ({"/tmp": 64}, {}, {"/var/cache/models": 900, "/.config": 1, "/tmp/a.b_c": 1})
    runs = (
        {},
        {"command": ["serve"], "args": ["--port", "8000"]},
        {"port": None, "env": {"A": "", "B": "2"}},
    )
    mixes = list(product(probes, writes, runs, (True, False)))

    def build(team: Team) -> None:
        sources = [team.configuration("config", LEVEL="info"), team.secret("keys", KEY="k")]
        for at, (probe, scratch, run, mounts) in enumerate(mixes):
            read = {"files": dict(zip(("/etc/a", "/etc/b"), sources, strict=True))} if mounts else {}
            given: dict[str, Any] = {**probe, **run, **read, "env_from": [] if mounts else sources}
            workload(team, f"mix-{at}", container=container(scratch=scratch, **given))

    found = planned(build)
    assert len(found.of(DEPLOYMENT)) == len(mixes)
    assert verdict(manifests(found)) == []
