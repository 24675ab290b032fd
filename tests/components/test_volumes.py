from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.bucket import Bucket, BucketArgs
from components.network import Network, NetworkArgs
from components.secret import Secret, SecretArgs
from components.volumes import BucketVolume, NfsVolume, ScratchVolume, SecretVolume, Volume
from tests.components.cloud_run import SERVICE, account, container, environment, planned, service

MOUNTED = {"data": "/var/lib/axis"}


def planned_volume(make: Callable[[], Volume]) -> dict[str, Any]:
    def program() -> None:
        service(containers=[container(mounts=MOUNTED)], volumes={"data": make()})

    [volume] = planned(program).one(SERVICE).inputs["template"]["volumes"]
    return volume


def bucket_volume(**changed: Any) -> dict[str, Any]:
    def make() -> Volume:
        bucket = Bucket("snapshots", BucketArgs(environment=environment()))
        return BucketVolume(bucket=bucket.name, **changed)

    return planned_volume(make)["gcs"]


def test_scratch_space_has_a_limit_and_says_that_it_is_memory() -> None:
    assert planned_volume(lambda: ScratchVolume(size_mb=256))["emptyDir"] == {
        "medium": "MEMORY",
        "sizeLimit": "256Mi",
    }


def test_scratch_space_of_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="write 1 or more"):
        ScratchVolume(size_mb=0)


def test_a_bucket_is_mounted_to_be_read_unless_it_is_said_otherwise() -> None:
    assert bucket_volume()["readOnly"] is True
    assert bucket_volume(read_only=False)["readOnly"] is False


def test_a_container_that_is_not_root_owns_what_it_writes_to_a_bucket() -> None:
    assert bucket_volume(read_only=False, owner=1000)["mountOptions"] == ["uid=1000", "gid=1000"]


def test_flags_are_passed_without_their_dashes() -> None:
    assert bucket_volume(options=["implicit-dirs"])["mountOptions"] == ["implicit-dirs"]


def test_a_bucket_without_options_says_nothing_of_them() -> None:
    assert "mountOptions" not in bucket_volume()


def test_a_file_server_is_mounted_by_its_address_and_directory() -> None:
    def program() -> None:
        network = Network("network", NetworkArgs(environment=environment()))
        volume = NfsVolume(server=pulumi.Output.from_input("10.10.1.2"), path="/export")
        service(
            containers=[container(mounts=MOUNTED)],
            volumes={"data": volume},
            network=network.network,
            subnet=network.egress_subnet,
        )

    [volume] = planned(program).one(SERVICE).inputs["template"]["volumes"]

    assert volume["nfs"] == {"server": "10.10.1.2", "path": "/export", "readOnly": False}


def test_a_secret_becomes_one_file_of_a_numbered_version() -> None:
    def program() -> None:
        own = account()
        ca = Secret("ca", SecretArgs(environment=environment(), readers={"api": own.member}))
        volume = SecretVolume(ref=ca.ref, file="ca.pem")
        service(service_account=own.email, containers=[container(mounts=MOUNTED)], volumes={"data": volume})

    [volume] = planned(program).one(SERVICE).inputs["template"]["volumes"]
    [item] = volume["secret"]["items"]

    assert item["path"] == "ca.pem"
    assert item["version"] != "latest"
