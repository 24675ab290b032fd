from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.cloud_run_service import service_url
from components.network import Network, NetworkArgs
from components.volumes import ScratchVolume
from simulator.in_process import Plan
from tests.components.cloud_run import (
    SERVICE,
    account,
    container,
    environment,
    planned,
    service,
    service_args,
    service_inputs,
    sidecar,
)

INVOKER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"


def plan_of_callers() -> Plan:
    def program() -> None:
        api = service(invokers={"schedule": account("schedule").member})
        pulumi.export("url", api.url)
        pulumi.export("name", api.service_name)
        pulumi.export("revision", api.revision)

    return planned(program)


# How it runs


@pytest.mark.parametrize("always", [True, False])
def test_it_is_always_said_whether_the_cpu_stays_on_between_requests(always: bool) -> None:
    asked = service_inputs(containers=[container(), sidecar()], cpu_always_allocated=always)

    told = [each["resources"]["cpuIdle"] for each in asked["template"]["containers"]]
    assert told == [not always, not always], "limits alone would turn it on, and bill for it"


def test_the_limit_of_instances_stands_at_the_service_and_at_the_revision() -> None:
    asked = service_inputs(min_instances=1, max_instances=1)

    assert asked["scaling"] == {"minInstanceCount": 1, "maxInstanceCount": 1}
    assert asked["template"]["scaling"]["maxInstanceCount"] == 1, "one DuckDB file has one writer"


def test_an_old_revision_keeps_no_instances_of_its_own() -> None:
    assert not service_inputs(min_instances=1)["template"]["scaling"].get("minInstanceCount")


def test_streams_may_last_an_hour_and_many_share_an_instance() -> None:
    template = service_inputs(timeout_seconds=3600, concurrency=1000)["template"]

    assert template["timeout"] == "3600s"
    assert template["maxInstanceRequestConcurrency"] == 1000


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"timeout_seconds": 3601}, "write 1 to 3600"),
        ({"concurrency": 1001}, "write 1 to 1000"),
        ({"min_instances": 2}, "write 0 <= min_instances <= max_instances"),
        ({"max_instances": 0}, "max_instances 1 or more"),
        ({"network": "projects/acme-prod/global/networks/vpc"}, "write both or neither"),
        ({"public": True, "invokers": {"a": "serviceAccount:a@b"}}, "write invokers or public"),
    ],
)
def test_what_cloud_run_would_refuse_is_refused_with_what_to_write(
    changed: dict[str, Any], advice: str
) -> None:
    with pytest.raises(ValueError, match=advice):
        service_args(**changed)


@pytest.mark.parametrize(("instances", "sticky"), [(1, False), (2, True)])
def test_a_client_stays_with_its_instance_where_there_are_several(instances: int, sticky: bool) -> None:
    assert service_inputs(max_instances=instances)["template"]["sessionAffinity"] is sticky


def test_private_addresses_are_reached_through_the_network_and_the_internet_is_not() -> None:
    def program() -> None:
        network = Network("network", NetworkArgs(environment=environment()))
        service(network=network.network, subnet=network.egress_subnet)

    [interface] = (access := planned(program).one(SERVICE).inputs["template"]["vpcAccess"])[
        "networkInterfaces"
    ]

    assert access["egress"] == "PRIVATE_RANGES_ONLY"
    assert "connector" not in access
    assert "tags" not in interface, "firewall rules can't tell these instances by a tag"


def test_a_service_without_a_network_stays_out_of_it() -> None:
    assert "vpcAccess" not in service_inputs()["template"]


def test_the_second_generation_runs_it_as_its_own_account() -> None:
    template = service_inputs()["template"]

    assert template["executionEnvironment"] == "EXECUTION_ENVIRONMENT_GEN2"
    assert template["serviceAccount"].endswith("@acme-prod.iam.gserviceaccount.com")


@pytest.mark.parametrize("protect", [True, False])
def test_deletion_is_refused_exactly_where_the_stack_is_protected(protect: bool) -> None:
    assert service_inputs(environment=environment(protect=protect))["deletionProtection"] is protect


def test_what_gcloud_writes_about_itself_is_no_change() -> None:
    ignored = planned(service).one(SERVICE).options["ignoreChanges"]

    assert set(ignored) == {"client", "clientVersion"}


def test_a_disk_says_the_stage_it_is_in_and_leaves_it_to_google_from_then_on() -> None:
    volumes = {"data": ScratchVolume(size_mb=10240, medium="DISK")}
    plan = planned(lambda: service(containers=[container(mounts={"data": "/data"})], volumes=volumes))

    assert plan.one(SERVICE).inputs["launchStage"] == "ALPHA"
    assert "launchStage" in plan.one(SERVICE).options["ignoreChanges"]


# Who reaches it


def test_everybody_may_call_a_public_service_and_no_grant_to_all_users_says_so() -> None:
    plan = planned(lambda: service(public=True))

    assert plan.one(SERVICE).inputs["invokerIamDisabled"] is True
    assert plan.of(INVOKER) == [], "organisations commonly forbid grants to allUsers"


def test_a_private_service_is_called_by_its_invokers_alone() -> None:
    plan = plan_of_callers()

    assert plan.one(SERVICE).inputs["invokerIamDisabled"] is False
    grant = plan.one(INVOKER).inputs
    assert (grant["role"], grant["name"]) == ("roles/run.invoker", "ai-prod-api")
    assert grant["member"].startswith("serviceAccount:")


def test_its_address_is_known_from_its_name_alone() -> None:
    address = "https://ai-prod-api-123456789012.europe-west1.run.app"

    assert service_url(environment(), "api") == address
    assert plan_of_callers().outputs["url"] == address


def test_its_address_is_a_legal_host_name_however_long_its_name() -> None:
    host = service_url(environment(), "an-unreasonably-long-name-" * 4).removeprefix("https://")

    assert len(host.split(".")[0]) <= 63


def test_its_revision_is_the_short_name_that_a_canary_takes() -> None:
    revision = plan_of_callers().outputs["revision"]

    assert revision
    assert "/" not in revision


@pytest.mark.parametrize("ingress", ["ALL", "INTERNAL_ONLY", "INTERNAL_LOAD_BALANCER"])
def test_requests_come_from_where_they_may(ingress: str) -> None:
    assert service_inputs(ingress=ingress)["ingress"] == f"INGRESS_TRAFFIC_{ingress}"
