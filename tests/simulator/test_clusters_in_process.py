"""Programs with clusters in this process: providers, secrets, edges, and what does not become ready."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from simulator.cloud import Cloud
from simulator.in_process import Plan, PlanRefused, plan
from simulator.values import SecretValue, opened

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
NAMESPACE = "kubernetes:core/v1:Namespace"


def cluster(name: str) -> ResourceOptions:
    return ResourceOptions(provider=kubernetes.Provider(name, cluster_identifier=name))


def namespace(name: str, inside: ResourceOptions) -> kubernetes.core.v1.Namespace:
    return kubernetes.core.v1.Namespace(name, metadata=ObjectMetaArgs(name="app"), opts=inside)


def refused(program: Callable[[], object], cloud: Cloud | None = None) -> list[str]:
    with pytest.raises(PlanRefused) as refusal:
        plan(program, cloud=cloud)
    return refusal.value.findings


def test_each_provider_s_objects_live_in_its_own_cluster() -> None:
    def program() -> None:
        for name in ("one", "two"):
            namespace(name, cluster(name))

    made = plan(program)

    assert [each.id for each in made.of(NAMESPACE)] == ["app", "app"]
    assert {stored.id for stored in made.cloud.ledger.all(NAMESPACE)} == {"one#app", "two#app"}


def test_the_same_name_twice_in_one_cluster_is_refused() -> None:
    def program() -> None:
        inside = cluster("one")
        for name in ("first", "second"):
            namespace(name, inside)

    (finding,) = refused(program)
    assert "is in use by" in finding


def test_what_is_named_by_a_text_and_not_waited_for_is_found() -> None:
    """The text is right, and on some days the object is made before its namespace."""

    def program() -> None:
        inside = cluster("one")
        made = namespace("app", inside)
        kubernetes.core.v1.ConfigMap(
            "after", metadata=ObjectMetaArgs(name="after", namespace=made.metadata.name), opts=inside
        )
        kubernetes.core.v1.ConfigMap(
            "beside", metadata=ObjectMetaArgs(name="beside", namespace="app"), opts=inside
        )

    (finding,) = refused(program)
    assert finding.startswith(f"beside ({CONFIG_MAP}): metadata.namespace: ")


def test_a_secret_s_data_is_secret_whoever_gave_it() -> None:
    def program() -> None:
        inside = cluster("one")
        made = namespace("app", inside)
        secret = kubernetes.core.v1.Secret(
            "keys",
            metadata=ObjectMetaArgs(name="keys", namespace=made.metadata.name),
            string_data={"TOKEN": "in the clear"},
            opts=inside,
        )
        pulumi.export("data", secret.data)

    made: Plan = plan(program)
    keys = made.one("kubernetes:core/v1:Secret")

    assert isinstance(keys.inputs["stringData"], SecretValue)
    assert isinstance(keys.state["data"], SecretValue)
    assert opened(made.outputs["data"]) == {"TOKEN": "aW4gdGhlIGNsZWFy"}
    assert "in the clear" not in repr(made.outputs)


def test_what_does_not_become_ready_is_a_finding() -> None:
    def program() -> None:
        inside = cluster("one")
        made = namespace("app", inside)
        kubernetes.batch.v1.Job(
            "task",
            metadata=ObjectMetaArgs(name="task", namespace=made.metadata.name),
            spec={
                "template": {
                    "spec": {"restart_policy": "Never", "containers": [{"name": "task", "image": "a"}]}
                }
            },
            opts=inside,
        )

    (finding,) = refused(program, Cloud(unready="::task"))
    assert "app/task was made and did not become ready" in finding


def test_a_cluster_of_google_s_must_be_there_before_its_objects() -> None:
    def program() -> None:
        namespace("app", cluster("projects/acme/locations/europe-west1/clusters/main"))

    (finding,) = refused(program)
    assert "can't be reached" in finding

    there = Cloud(existing=["projects/acme/locations/europe-west1/clusters/main"])
    assert plan(program, cloud=there).of(NAMESPACE)
