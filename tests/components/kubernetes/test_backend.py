from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.armor_policy import ArmorPolicy, ArmorPolicyArgs
from components.containers import Probe
from components.kubernetes.backend import Backend, BackendArgs
from components.kubernetes.cluster import Cluster
from simulator.in_process import Plan
from tests.components.environments import awaited
from tests.components.kubernetes.entrances import HEALTH, SERVICE, TREATMENT, Site, planned
from tests.components.kubernetes.in_cluster import manifests, verdict

READY = Probe(port=8000, path="/health/ready", period_seconds=5, timeout_seconds=2, failures=3)


def backend(site: Site, name: str = "api", **changed: Any) -> BackendArgs:
    usual: dict[str, Any] = {
        "cluster": site.cluster,
        "namespace": site.namespace,
        "name": name,
        "selector": {"app": name},
        "target_port": 8000,
        "public": True,
        "health": READY,
        "timeout_seconds": 600,
    }
    return BackendArgs(**usual | changed)


def made(*, google: bool = True, armor: bool = False, **changed: Any) -> Plan:
    def build(site: Site) -> None:
        if armor:
            policy = ArmorPolicy("armor", ArmorPolicyArgs(environment=site.environment))
            changed["security_policy"] = policy.policy_name
        made = Backend("api-main", backend(site, **changed), site.cluster.options(site))
        pulumi.export("service", made.service)

    return planned(build, google=google)


@pytest.mark.parametrize("google", [True, False])
def test_kubernetes_own_validation_takes_it(google: bool) -> None:
    assert verdict(manifests(made(google=google, armor=google))) == []


def test_the_balancer_asks_for_readiness_where_the_pods_are_asked() -> None:
    check = made().one(HEALTH).inputs["spec"]["default"]

    asked = check["config"]["httpHealthCheck"]
    assert (asked["port"], asked["requestPath"]) == (READY.port, READY.path)
    assert (check["checkIntervalSec"], check["timeoutSec"]) == (5, 2)


def test_a_stream_is_not_cut_before_its_time_nor_when_its_pod_goes() -> None:
    treatment = made(timeout_seconds=600).one(TREATMENT).inputs["spec"]["default"]

    assert treatment["timeoutSec"] == 600
    assert treatment["connectionDraining"] == {"drainingTimeoutSec": 600}


def test_every_request_is_logged_and_passes_the_policy() -> None:
    found = made(armor=True)
    treatment = found.one(TREATMENT).inputs["spec"]["default"]

    assert treatment["securityPolicy"] == "ai-prod-armor"
    assert treatment["logging"] == {"enabled": True, "sampleRate": 1_000_000}
    assert "armor" in awaited(found, found.one(TREATMENT))


def test_each_public_service_has_one_check_and_one_treatment_of_its_own() -> None:
    found = made()
    service = found.one(SERVICE).inputs["metadata"]

    for kind in (HEALTH, TREATMENT):
        policy = found.one(kind).inputs
        assert policy["metadata"]["namespace"] == service["namespace"]
        assert policy["spec"]["targetRef"] == {"group": "", "kind": "Service", "name": service["name"]}


@pytest.mark.parametrize("where", [{"google": False}, {"public": False, "health": None}])
def test_no_balancer_is_told_of_a_service_that_it_does_not_serve(where: dict[str, Any]) -> None:
    found = made(**where)

    assert not [*found.of(HEALTH), *found.of(TREATMENT)]
    assert found.outputs["service"] == "api"


def test_pods_that_are_held_back_by_a_migration_do_not_fail_their_service() -> None:
    """A Service with no pods gives up after ten minutes; the Deployment waits as long as it may."""
    assert made().one(SERVICE).inputs["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"selector": {}}, "selects every pod; write selector"),
        ({"health": None}, "write health=Probe"),
        ({"health": Probe(port=8000)}, "write health=Probe"),
        ({"public": False, "security_policy": "armor"}, "take security_policy out"),
        ({"timeout_seconds": 7200}, "write 1 to 3600"),
    ],
)
def test_what_google_would_refuse_is_refused_with_what_to_write(changed: dict[str, Any], advice: str) -> None:
    provider: Any = None
    usual: dict[str, Any] = {
        "cluster": Cluster(name="main", region="europe-west1", provider=provider),
        "namespace": "system",
        "name": "api",
        "selector": {"app": "api"},
        "target_port": 8000,
        "public": True,
        "health": READY,
    }
    with pytest.raises(ValueError, match=advice):
        BackendArgs(**usual | changed)
