"""A pod with a disk: what it keeps, what is refused, and what Kubernetes finds of it."""

from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.pod import PodContainer
from components.kubernetes.stateful_set import Disk, StatefulSet, StatefulSetArgs
from simulator.in_process import Plan
from tests.components.kubernetes.in_cluster import Team, container, manifests, planned, pod_of, verdict

CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SET = "kubernetes:apps/v1:StatefulSet"


def args(team: Team, **changed: Any) -> StatefulSetArgs:
    usual: dict[str, Any] = {
        "name": "store",
        "container": container(name="store"),
        "disk": Disk(directory="/data", size_gb=10),
    }
    return StatefulSetArgs(**team.place, **usual | changed)


def made(**changed: Any) -> Plan:
    def build(team: Team) -> None:
        StatefulSet("store", args(team, **changed), team.cluster.options(team))

    return planned(build)


@pytest.fixture(scope="module")
def plain() -> Plan:
    return made()


def test_kubernetes_finds_nothing(plain: Plan) -> None:
    assert verdict(manifests(plain)) == []


def test_its_disk_is_mounted_beside_what_every_pod_has(plain: Plan) -> None:
    spec = pod_of(plain.one(SET))["spec"]
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}

    assert mounts == {"tmp": "/tmp", "data": "/data"}
    assert {volume["name"] for volume in spec["volumes"]} == {"tmp", "data"}


def test_a_larger_disk_is_another_size_of_the_same_claim() -> None:
    claims = [made(disk=Disk(directory="/data", size_gb=size)).one(CLAIM).inputs for size in (10, 50)]
    sizes = [claim["spec"].pop("resources")["requests"]["storage"] for claim in claims]

    assert sizes == ["10Gi", "50Gi"]
    assert claims[0] == claims[1]


def test_a_kind_of_disk_is_said_only_where_one_is_asked_for(plain: Plan) -> None:
    fast = made(disk=Disk(directory="/data", size_gb=10, storage_class="premium-rwo"))

    assert "storageClassName" not in plain.one(CLAIM).inputs["spec"]
    assert fast.one(CLAIM).inputs["spec"]["storageClassName"] == "premium-rwo"


def test_it_has_as_long_to_stop_as_is_said_and_the_deployment_waits_for_its_start() -> None:
    slow = made(stop_seconds=120, start_seconds=1800).one(SET)

    assert pod_of(slow)["spec"]["terminationGracePeriodSeconds"] == 120
    assert int(slow.options["customTimeouts"]["update"].removesuffix("s")) > 1800 + 120


def test_its_name_leads_to_its_pod_whose_network_is_guarded_first(plain: Plan) -> None:
    service = plain.one("kubernetes:core/v1:Service").inputs
    waits = plain.one(SET).dependencies

    assert (service["metadata"]["name"], service["spec"]["clusterIP"]) == ("store", "None")
    assert service["spec"]["selector"] == {"app": "store"}
    assert plain.one("kubernetes:networking.k8s.io/v1:NetworkPolicy", "store-network").urn in waits
    assert plain.one(CLAIM).urn in waits


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"container": PodContainer(name="store", image="i@sha256:" + "a" * 64)}, "write a port"),
        ({"disk": Disk(directory="/tmp", size_gb=1)}, "take two directories"),
        ({"name": "Store"}, "write lower-case letters"),
    ],
)
def test_what_can_not_run_is_refused_with_what_to_write(changed: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        made(**changed)
