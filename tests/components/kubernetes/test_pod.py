from __future__ import annotations

from typing import Any

import pytest

from components.containers import Probe
from components.kubernetes.pod import PodContainer, usual_probes
from tests.components.kubernetes.in_cluster import (
    CONFIG_MAP,
    IMAGE,
    Team,
    container,
    planned,
)


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
        ({"cpu_millis": 10, "memory_mb": 64}, "50 to 30000"),
        ({"cpu_millis": 31000, "memory_mb": 65536}, "50 to 30000"),
        ({"cpu_millis": 51, "memory_mb": 52}, "53 to 339"),
        ({"cpu_millis": 50, "memory_mb": 51}, "52 to 112640"),
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
