from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.pod_monitoring import PodMonitoring, PodMonitoringArgs
from simulator.in_process import Plan
from simulator.values import opened
from tests.components.environments import awaited
from tests.components.kubernetes.in_cluster import NAMESPACE, Team, manifests, planned, verdict

MONITORING = "kubernetes:monitoring.googleapis.com/v1:PodMonitoring"
ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"


def made(*, google: bool = True, keys: tuple[str, ...] = ("TOKEN",), **changed: Any) -> Plan:
    def build(team: Team) -> None:
        usual: dict[str, Any] = {
            "cluster": team.cluster,
            "namespace": team.namespace,
            "name": "api",
            "selector": {"app": "api"},
            "port": 8000,
            "path": "/metrics/api",
            "token": team.secret("token", **dict.fromkeys(keys, "PLANTED")),
        }
        args = PodMonitoringArgs(**usual | changed)
        PodMonitoring("api-main", args, team.cluster.options(team))

    return planned(build, google=google)


def endpoint(found: Plan) -> dict[str, Any]:
    [only] = opened(found.one(MONITORING).inputs)["spec"]["endpoints"]
    return only


def test_pods_are_scraped_where_they_say_with_the_token_of_the_secret() -> None:
    asked = endpoint(made(interval_seconds=15))
    assert (asked["port"], asked["path"], asked["interval"]) == (8000, "/metrics/api", "15s")
    assert asked["authorization"] == {
        "type": "Bearer",
        "credentials": {"secret": {"name": "token", "key": "TOKEN"}},
    }
    assert "PLANTED" not in repr(asked)


def test_a_scrape_ends_before_the_next_begins() -> None:
    assert endpoint(made(interval_seconds=5))["timeout"] == "5s"


def test_collectors_of_both_kinds_of_cluster_may_read_that_secret_and_no_other() -> None:
    found = made()
    [rule] = opened(found.one(ROLE).inputs)["rules"]
    assert rule["resources"] == ["secrets"]
    assert rule["resourceNames"] == ["token"]
    assert not {"create", "update", "patch", "delete", "*"} & set(rule["verbs"])
    binding = opened(found.one(BINDING).inputs)
    assert binding["roleRef"]["name"] == opened(found.one(ROLE).inputs)["metadata"]["name"]
    subjects = {(each["namespace"], each["name"]) for each in binding["subjects"]}
    assert subjects == {("gmp-system", "collector"), ("gke-gmp-system", "collector")}
    assert {opened(one.inputs)["metadata"]["namespace"] for one in found.of(ROLE)} == {NAMESPACE}


def test_the_scrape_begins_when_the_token_can_be_read() -> None:
    found = made()
    assert {"api-main-collectors", "token-main"} <= awaited(found, found.one(MONITORING))


def test_labels_of_pods_can_tell_versions_apart() -> None:
    found = made(labels={"app.kubernetes.io/instance": "version"})
    labels = opened(found.one(MONITORING).inputs)["spec"]["targetLabels"]
    assert labels == {"fromPod": [{"from": "app.kubernetes.io/instance", "to": "version"}]}


def test_kubernetes_takes_it_as_it_is() -> None:
    assert verdict(manifests(made(labels={"app": "workload"}))) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"google": False}, "no managed Prometheus"),
        ({"selector": {}}, "selects every pod"),
        ({"path": "metrics"}, "begins with a slash"),
        ({"keys": ("TOKEN", "OTHER")}, "write one with one key"),
        ({"name": "Api"}, "lower-case"),
    ],
)
def test_what_can_not_be_scraped_is_refused_with_what_to_write(changed: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        made(**changed)
