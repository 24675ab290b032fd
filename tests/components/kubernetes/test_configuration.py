from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from pulumi import Output

from components.kubernetes.configuration import Configuration, ConfigurationArgs
from simulator.in_process import Plan
from simulator.values import opened
from tests.components.kubernetes.in_cluster import CONFIG_MAP, NAMESPACE, Team, manifests, planned, verdict


def made(data: Mapping[str, Any], name: str = "ai-engine-config", *, later: bool = False) -> Plan:
    def build(team: Team) -> None:
        values = {key: Output.from_input(value) for key, value in data.items()} if later else data
        args = ConfigurationArgs(namespace=team.namespace, name=name, data=values)
        configuration = Configuration("config-main", args, team.cluster.options(team))
        pulumi.export("name", configuration.name)
        pulumi.export("digest", configuration.digest)

    return planned(build)


def test_it_has_exactly_the_name_and_the_data_that_it_is_given() -> None:
    inputs = opened(made({"LOG_LEVEL": "info"}).one(CONFIG_MAP).inputs)

    assert inputs["metadata"] == {"name": "ai-engine-config", "namespace": NAMESPACE}
    assert inputs["data"] == {"LOG_LEVEL": "info"}


def test_it_can_be_changed_in_place() -> None:
    """An immutable one with a fixed name would be deleted under running pods before it is made again."""
    assert "immutable" not in opened(made({"A": "1"}).one(CONFIG_MAP).inputs)


def test_the_digest_follows_the_data() -> None:
    digests = [made(data).outputs["digest"] for data in ({"A": "1"}, {"A": "2"}, {"B": "1"})]

    assert len(set(digests)) == 3


def test_the_digest_does_not_follow_the_order_of_the_keys() -> None:
    assert made({"A": "1", "B": "2"}).outputs["digest"] == made({"B": "2", "A": "1"}).outputs["digest"]


def test_a_value_that_is_only_known_later_is_in_the_data_and_in_the_digest() -> None:
    later = made({"HOST": "10.1.2.3"}, later=True)

    assert opened(later.one(CONFIG_MAP).inputs)["data"] == {"HOST": "10.1.2.3"}
    assert later.outputs["digest"] == made({"HOST": "10.1.2.3"}).outputs["digest"]


def test_kubernetes_itself_finds_nothing_wrong() -> None:
    assert verdict(manifests(made({"A": "1", "some.file-name_1.json": "{}"}))) == []


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        ({}, "write a value"),
        ({"a b": "1"}, "can't be a key"),
        ({"..": "1"}, "can't be a key"),
        ({"A": "x" * (1024 * 1024 + 1)}, "the image or a bucket"),
        ({"A": "é" * (600 * 1024)}, "the image or a bucket"),
    ],
)
def test_data_that_no_cluster_takes_is_refused(data: dict[str, str], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        made(data)


@pytest.mark.parametrize("name", ["Config", "ai_engine", "-config", "config-", "c" * 64])
def test_a_name_that_no_cluster_takes_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"lower-case|at most 63"):
        made({"A": "1"}, name=name)
