"""Clusters on the real engine: made, changed in place, a host more, a change that nobody meant, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions
from pulumi_gcp import Provider
from pulumi_random import Provider as RandomProvider
from pulumiverse_time import Provider as TimeProvider

from services.clusters.clusters import Clusters, ClustersArgs
from services.clusters.outputs import kubernetes_outputs
from services.foundation import Foundation, FoundationArgs
from services.settings import NetworkSettings
from simulator.cloud import Cloud
from simulator.engine import EngineStack, NoEngineError, engine_stack, pulumi_program
from simulator.outcome import Outcome, label
from tests.components.environments import environment
from tests.services.clusters.stacks import FOREIGN, IDENTIFIER, KUBECONFIG, US, ZONE, settings

CLUSTER = "gcp:container/cluster:Cluster::cluster-main"
ONE, TWO = {"main": {}}, {"main": {}, "us": US}
HOST, OTHER_HOST = {"api.acme.com": ["main"]}, {"api.acme.com": ["main"], "memory.acme.com": ["main"]}


def config(clusters: dict[str, Any], hosts: dict[str, Any], *, protect: bool = True) -> dict[str, str]:
    wanted = {"clusters": clusters, "hosts": hosts, "protect": protect}
    return {f"ai-platform:{name}": json.dumps(value) for name, value in wanted.items()}


def program() -> None:
    read = pulumi.Config("ai-platform")
    hosts = json.loads(read.require("hosts"))
    everywhere = ResourceOptions(
        providers=[
            Provider("gcp", project="acme-prod", region="europe-west1"),
            RandomProvider("random"),
            TimeProvider("time"),
        ]
    )
    here = environment(protect=read.require_bool("protect"))
    ground = FoundationArgs(environment=here, network=NetworkSettings(), api_propagation_seconds=0)
    foundation = Foundation("foundation", ground, everywhere)
    wanted = ClustersArgs(
        foundation=foundation,
        settings=settings(json.loads(read.require("clusters"))),
        hosts=hosts,
        dns_zones=dict.fromkeys(hosts, "acme"),
    )
    for name, value in kubernetes_outputs(Clusters("clusters", wanted, everywhere)).items():
        pulumi.export(name, value)


class Life:
    """A stack's life, each step of it done once."""

    def __init__(self, stack: EngineStack) -> None:
        self.preview = stack.preview()
        self.first, self.again = stack.up(), stack.up()
        stack.configure(config({"main": {"release_channel": "STABLE"}}, HOST))
        self.changed = stack.up()
        stack.configure(config({"main": {"release_channel": "STABLE"}}, OTHER_HOST))
        self.named = stack.up()
        stack.configure(config({"main": {"region": "us-east4"}}, OTHER_HOST))
        self.moved = stack.preview()
        stack.configure(config(TWO, OTHER_HOST, protect=False))
        self.second = stack.up()
        self.destroyed = stack.destroy()
        self.left = list(stack.cloud.ledger.resources.values())


@pytest.fixture(autouse=True, scope="module")
def _engine() -> None:
    try:
        pulumi_program()
    except NoEngineError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def life() -> Iterator[Life]:
    with engine_stack(program, "prod", config(ONE, HOST), cloud=Cloud([ZONE])) as stack:
        yield Life(stack)


def touched(outcome: Outcome) -> dict[str, set[str]]:
    assert outcome.succeeded, outcome.errors
    return {
        operation: {label(urn) for urn in urns}
        for operation, urns in outcome.urns.items()
        if urns and operation != "same"
    }


def test_a_preview_works_before_the_cluster_exists(life: Life) -> None:
    assert life.preview.succeeded, life.preview.errors
    assert life.first.succeeded, life.first.errors
    assert life.preview.counts["create"] == life.first.counts["create"]


def test_a_second_up_changes_nothing(life: Life) -> None:
    assert touched(life.again) == {}


def test_a_change_of_the_cluster_touches_nothing_in_it(life: Life) -> None:
    assert touched(life.changed) == {"update": {CLUSTER}}


def test_a_host_more_touches_no_gateway(life: Life) -> None:
    done = touched(life.named)

    assert done.keys() == {"create"}
    assert not [each for each in done["create"] if "kubernetes:" in each]


def test_what_would_replace_a_cluster_is_refused_where_the_stack_is_protected(life: Life) -> None:
    assert not life.moved.succeeded
    assert any("protect" in error for error in life.moved.errors), life.moved.errors


def test_another_cluster_leaves_the_first_as_it_is(life: Life) -> None:
    done = touched(life.second)

    assert "replace" not in done
    assert not [each for each in done["create"] if each.endswith(("-main", "::cluster-main"))]


def test_everything_is_deleted_again_and_no_load_balancer_is_left_behind(life: Life) -> None:
    assert life.destroyed.succeeded, life.destroyed.errors
    assert not [each for each in life.left if "container" in each.type or "kubernetes" in each.type]


@pytest.mark.parametrize("existing", [{"identifier": IDENTIFIER}, FOREIGN])
def test_a_cluster_that_somebody_else_made_is_entered_and_left_as_it_was(existing: dict[str, Any]) -> None:
    there = Cloud([ZONE, IDENTIFIER, "namespaces/certificates"])
    asked = config({"main": {"existing": existing}}, HOST, protect=False)
    secret = {"kubernetes:main-kubeconfig": KUBECONFIG}

    with engine_stack(program, "prod", asked, secret_config=secret, cloud=there) as stack:
        assert stack.preview().succeeded
        assert stack.up().succeeded
        assert touched(stack.up()) == {}
        assert "credential-of-own" not in stack.state_text()
        assert stack.destroy().succeeded
    assert not [each for each in there.ledger.resources.values() if "kubernetes" in each.type]
