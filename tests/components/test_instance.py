from __future__ import annotations

from typing import Any

import pytest

from components.containers import Probe
from components.volumes import NfsVolume, ScratchVolume
from tests.components.cloud_run import container, service_args, service_inputs, sidecar

STARTED = Probe(port=8600)


@pytest.mark.parametrize(
    ("containers", "advice"),
    [
        ([sidecar()], "0 containers have a port"),
        ([container(), sidecar(port=8600)], "2 containers have a port"),
        ([container(), sidecar(name="api")], "two containers share a name"),
        ([container(cpu=0.5)], "takes one request at a time"),
        ([container(memory_mb=256)], "memory_mb adds up to 256"),
        ([container(cpu=8, memory_mb=4096), sidecar()], "cpu adds up to 9"),
        ([container(depends_on=["keeper"])], "depends on keeper, which is not there"),
    ],
)
def test_containers_that_make_no_instance_are_refused(containers: list[Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        service_args(containers=containers)


def test_a_container_can_only_wait_for_one_that_can_say_it_has_started() -> None:
    waiting = container(depends_on=["keeper"])

    with pytest.raises(ValueError, match="give keeper a startup probe"):
        service_args(containers=[waiting, sidecar()])
    assert service_args(containers=[waiting, sidecar(startup=STARTED)])


def test_containers_that_wait_for_each_other_are_refused() -> None:
    one = container(depends_on=["keeper"], startup=Probe(port=8500))

    with pytest.raises(ValueError, match="is a circle"):
        service_args(containers=[one, sidecar(depends_on=["api"], startup=STARTED)])


def test_fractions_of_a_cpu_may_add_up_to_a_whole_instance() -> None:
    assert service_args(containers=[container(cpu=0.5), sidecar(cpu=0.5)])


def test_only_the_serving_container_has_a_port() -> None:
    asked = service_inputs(containers=[container(), sidecar()])["template"]["containers"]

    assert asked[0]["ports"] == {"containerPort": 8500}
    assert "ports" not in asked[1]


def test_volumes_in_memory_must_leave_memory_to_the_containers() -> None:
    mounted = container(memory_mb=512, mounts={"data": "/var/lib/axis"})

    with pytest.raises(ValueError, match="takes 512 of the 512 MiB"):
        service_args(containers=[mounted, sidecar()], volumes={"data": ScratchVolume(size_mb=512)})
    assert service_args(containers=[mounted], volumes={"data": ScratchVolume(size_mb=512, medium="DISK")})


def test_a_mount_without_a_volume_and_a_volume_without_a_mount_are_refused() -> None:
    with pytest.raises(ValueError, match="volume data is mounted and not described"):
        service_args(containers=[container(mounts={"data": "/data"})])
    with pytest.raises(ValueError, match="volume data is mounted nowhere"):
        service_args(volumes={"data": ScratchVolume(size_mb=1)})


def test_a_file_server_cannot_be_reached_without_a_network() -> None:
    volumes = {"data": NfsVolume(server="10.10.1.2", path="/export")}

    with pytest.raises(ValueError, match="write network and subnet"):
        service_args(containers=[container(mounts={"data": "/data"})], volumes=volumes)
