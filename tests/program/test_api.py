"""The API on Cloud Run: what runs, how it is asked after, how long it may answer, how it scales."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.in_process import Plan
from tests.program.configs import DIGEST, STABLE
from tests.program.reading import IMAGE, SERVICE, container, service
from tests.program.variants import WITH_AXIS, plan_of


def after(arguments: list[str], flag: str) -> str:
    return arguments[arguments.index(flag) + 1]


def test_uvicorn_runs_with_the_documents_flags(prod: Plan) -> None:
    described = container(prod)
    arguments = described["args"]
    assert described["commands"] == ["uvicorn"]
    assert arguments[0] == "app.main:app"
    assert after(arguments, "--host") == "0.0.0.0"
    assert after(arguments, "--port") == "8500"
    assert after(arguments, "--workers") == "2", "one for each CPU"
    assert after(arguments, "--log-level") == "info"
    assert "--access-log" in arguments
    assert "--reload" not in arguments


def test_dev_runs_one_worker_and_logs_more(dev: Plan) -> None:
    arguments = container(dev)["args"]
    assert after(arguments, "--workers") == "1"
    assert after(arguments, "--log-level") == "debug"


def test_the_servers_shutdown_leaves_the_keeper_time_before_cloud_run_kills_both(prod: Plan) -> None:
    assert 0 < int(after(container(prod)["args"], "--timeout-graceful-shutdown")) < 10


PROBES = [("startup", "/"), ("liveness", "/"), ("readiness", "/health")]


@pytest.mark.parametrize(("kind", "path"), PROBES, ids=[kind for kind, _ in PROBES])
@pytest.mark.parametrize("name", WITH_AXIS)
def test_a_probe_asks_where_the_document_says(name: str, kind: str, path: str) -> None:
    """Components that are down make an instance unready; they must not make it restart again and again."""
    probe = container(plan_of(name))[f"{kind}Probe"]
    assert probe["httpGet"] == {"path": path, "port": 8500}
    assert probe["timeoutSeconds"] < probe["periodSeconds"]


def test_a_start_may_take_as_long_as_a_cold_network_does(prod: Plan) -> None:
    probe = container(prod)["startupProbe"]
    assert 60 <= probe["failureThreshold"] * probe["periodSeconds"] <= 240


@pytest.mark.parametrize("name", WITH_AXIS)
def test_a_stream_may_last_an_hour(name: str) -> None:
    """Cloud Run's default would cut each stream after five minutes."""
    assert service(plan_of(name))["template"]["timeout"] == "3600s"


def test_one_instance_holds_many_open_streams(prod: Plan) -> None:
    """With the default of 80 the 81st stream of the only instance would be refused."""
    assert service(prod)["template"]["maxInstanceRequestConcurrency"] > 80


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_cpu_is_kept_between_requests_while_the_sync_engine_runs(name: str) -> None:
    for described in service(plan_of(name))["template"]["containers"]:
        assert described["resources"]["cpuIdle"] is (name == "no duckdb")


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_limit_of_instances_is_said_of_the_service_and_of_the_revision(name: str) -> None:
    described = service(plan_of(name))
    most = 4 if name == "several instances" else 1
    assert described["scaling"]["maxInstanceCount"] == most
    assert described["template"]["scaling"]["maxInstanceCount"] == most


@pytest.mark.parametrize("name", WITH_AXIS)
def test_the_least_is_said_of_the_service_alone(name: str) -> None:
    """Said of a revision, every one with a share or a tag would keep its own instances."""
    described = service(plan_of(name))
    assert "minInstanceCount" in described["scaling"]
    assert "minInstanceCount" not in described["template"]["scaling"]


@pytest.mark.parametrize("name", WITH_AXIS)
def test_a_client_stays_with_its_instance_where_there_are_several(name: str) -> None:
    """Each has its own DuckDB, and a CSV that was uploaded is in the memory of one."""
    assert service(plan_of(name))["template"]["sessionAffinity"] is (name == "several instances")


@pytest.mark.parametrize("name", WITH_AXIS)
def test_private_addresses_are_reached_straight_and_the_internet_without_the_nat(name: str) -> None:
    plan = plan_of(name)
    access = service(plan)["template"]["vpcAccess"]
    assert access["egress"] == "PRIVATE_RANGES_ONLY"
    assert "connector" not in access
    (interface,) = access["networkInterfaces"]
    egress = plan.one("gcp:compute/subnetwork:Subnetwork", "network-egress")
    assert interface["subnetwork"] == egress.id
    assert int(egress.inputs["ipCidrRange"].split("/")[1]) <= 26


@pytest.mark.parametrize("name", WITH_AXIS)
def test_every_image_is_referred_to_by_its_digest(name: str) -> None:
    """A tag that moves makes no new revision."""
    for each in plan_of(name).of(SERVICE):
        for described in each.inputs["template"]["containers"]:
            assert "@sha256:" in described["image"]


@pytest.mark.parametrize("name", WITH_AXIS)
def test_images_are_built_for_cloud_run_with_a_cache_and_not_in_a_preview(name: str) -> None:
    for image in plan_of(name).of(IMAGE):
        build = image.inputs["build"]
        assert build["platform"] == "linux/amd64"
        assert build["cacheFrom"]["images"] == [image.inputs["imageName"]]
        assert build["args"]["BUILDKIT_INLINE_CACHE"] == "1"
        assert image.inputs["buildOnPreview"] is False
        assert not build["context"].startswith("/"), "an absolute path would build again on each machine"
        assert "registry" not in image.inputs, (
            "the machine's own login pushes; no password gets into the state"
        )


def test_a_prebuilt_image_is_taken_as_it_is_and_nothing_is_built_for_it() -> None:
    plan = plan_of("prebuilt image")
    assert container(plan)["image"].endswith(f"/api@{DIGEST}")
    assert [image.name for image in plan.of(IMAGE)] == ["axis-api-keeper"]
    assert plan.outputs["axis_api_image"] == container(plan)["image"]


def test_where_no_source_is_named_the_starter_app_is_built(prod: Plan) -> None:
    assert prod.one(IMAGE, "axis-api-image").inputs["build"]["context"] == "services/starter"


TRAFFIC: list[tuple[str, list[dict[str, Any]]]] = [
    ("prod", [{"latest": 100}]),
    ("canary", [{"latest": 10}, {STABLE: 90}]),
    ("canary raised", [{"latest": 60}, {STABLE: 40}]),
    ("canary finished", [{"latest": 100}]),
    ("canary taken back", [{STABLE: 100}]),
]


@pytest.mark.parametrize(("name", "shares"), TRAFFIC, ids=[name for name, _ in TRAFFIC])
def test_traffic_is_split_as_the_canary_says(name: str, shares: list[dict[str, int]]) -> None:
    served = {
        (each["revision"] if each["type"].endswith("_REVISION") else "latest"): each["percent"]
        for each in service(plan_of(name))["traffics"]
        if each.get("percent")
    }
    assert served == {revision: percent for share in shares for revision, percent in share.items()}


@pytest.mark.parametrize("name", [name for name, _ in TRAFFIC])
def test_a_canary_changes_nothing_but_the_traffic(name: str) -> None:
    """Else each step of it would make a new revision, and the one under trial would be another."""
    before, now = dict(service(plan_of("prod"))), dict(service(plan_of(name)))
    before.pop("traffics")
    now.pop("traffics")
    assert now == before
