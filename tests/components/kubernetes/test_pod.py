from __future__ import annotations

from typing import Any

import pytest

from components.containers import Probe
from components.kubernetes.pod import PodContainer, usual_probes
from components.kubernetes.pod_spec import PodTemplate, pod_template
from tests.components.kubernetes.in_cluster import (
    CONFIG_MAP,
    DEPLOYMENT,
    IMAGE,
    Team,
    container,
    planned,
    pod_of,
    task,
)
from tests.components.kubernetes.test_workload import workload

LABELS = {"app": "api"}


def rendered(**changed: Any) -> Any:
    template = PodTemplate(container=container(**changed), labels=LABELS, service_account="api")
    return pod_template(template)


def first(**changed: Any) -> dict[str, Any]:
    return rendered(**changed)["spec"]["containers"][0]


def test_a_spike_that_keeps_requests_away_does_not_restart_the_pod() -> None:
    probes = usual_probes(8000, "/health")

    def patience(probe: Probe) -> int:
        return probe.failures * probe.period_seconds

    assert patience(probes["liveness"]) > patience(probes["readiness"])
    assert patience(probes["startup"]) == 300


def test_a_liveness_probe_that_gives_up_before_the_readiness_probe_is_refused() -> None:
    same = Probe(port=8000, path="/", failures=3)

    with pytest.raises(ValueError, match="waits longer"):
        container(readiness=same, liveness=same)


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


def test_plain_variables_stand_in_the_pod_in_one_order() -> None:
    assert [one["name"] for one in first(env={"B": "2", "A": "1"})["env"]] == ["A", "B"]


def test_a_variable_that_comes_from_two_places_is_refused() -> None:
    def build(team: Team) -> None:
        container(env={"LEVEL": "info"}, env_from=[team.configuration("config", LEVEL="debug")])

    with pytest.raises(ValueError, match="keep it in one"):
        planned(build)


def test_a_key_that_is_no_variables_name_is_refused_as_a_variable_and_taken_as_a_file() -> None:
    def variables(team: Team) -> None:
        container(env_from=[team.configuration("config", **{"app.yaml": "a: 1"})])

    def files(team: Team) -> None:
        container(files={"/etc/app": team.configuration("config", **{"app.yaml": "a: 1"})})

    with pytest.raises(ValueError, match="no variable's name"):
        planned(variables)
    assert planned(files).one(CONFIG_MAP)


def test_a_disk_is_mounted_by_its_claim() -> None:
    template = PodTemplate(
        container=task(), labels=LABELS, service_account="db", claims={"/var/lib/db": "db-disk"}
    )
    spec: Any = pod_template(template)["spec"]

    [disk] = [one for one in spec["volumes"] if "persistent_volume_claim" in one]
    [mount] = [one for one in spec["containers"][0]["volume_mounts"] if one["name"] == disk["name"]]
    assert disk["persistent_volume_claim"] == {"claim_name": "db-disk"}
    assert mount == {"name": disk["name"], "mount_path": "/var/lib/db"}


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"name": "Api"}, "lower-case"),
        ({"image": "nginx:latest"}, "@sha256"),
        ({"image": f"{IMAGE}0"}, "@sha256"),
        ({"port": 80}, "1024 to 65535"),
        ({"user": 0}, "10001"),
        ({"env": {"1A": "x"}}, "no digit first"),
        ({"env": {"A-B": "x"}}, "letters, digits and underscores"),
        ({"scratch": {"tmp": 64}}, "absolute path"),
        ({"scratch": {"/tmp/": 64}}, "no slash last"),
        ({"scratch": {"/tmp": 0}}, "1 or more"),
        ({"scratch": {"/tmp": 2000}}, "2010 to 10240"),
        ({"ephemeral_mb": 20000}, "to 10240"),
        ({"cpu_millis": 10, "memory_mb": 64}, "50 or more"),
        ({"cpu_millis": 50, "memory_mb": 51}, "52 or more"),
        ({"cpu_millis": 250, "memory_mb": 128}, "256 to 1664"),
        ({"cpu_millis": 250, "memory_mb": 4096}, "256 to 1664"),
    ],
)
def test_what_no_cluster_would_run_as_it_stands_is_refused(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        container(**changed)


@pytest.mark.parametrize(
    ("cpu_millis", "memory_mb"), [(50, 52), (250, 256), (250, 1664), (500, 2048), (1000, 1024), (4000, 26624)]
)
def test_sizes_that_autopilot_takes_as_they_are_can_be_asked_for(cpu_millis: int, memory_mb: int) -> None:
    assert PodContainer(name="api", image=IMAGE, cpu_millis=cpu_millis, memory_mb=memory_mb)
