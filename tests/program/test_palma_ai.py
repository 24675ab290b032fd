"""palma_ai in the whole program: machines without a name to find them by, and what each is told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from simulator.in_process import Plan
from tests.program.reading import (
    ACCOUNT,
    FIREWALL,
    MACHINE,
    PROJECT_ROLE,
    SECRET_READER,
    account_name,
    before,
    readers,
)
from tests.program.variants import WITH_PALMA_AI, plan_of

GROUP = "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager"
TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate"
TOKEN = "palma_ai with a token and a certificate"
BUCKET = "palma_ai from a bucket"
IN_ZONES = "palma_ai in every zone with its record"


def group(name: str) -> dict[str, Any]:
    return plan_of(name).one(GROUP).inputs


def template(name: str) -> dict[str, Any]:
    return plan_of(name).one(TEMPLATE).inputs


def deployment(name: str) -> list[str]:
    return group(name)["allInstancesConfig"]["metadata"]["deployment"].splitlines()


def named(plan: Plan, name: str) -> set[str]:
    """The IDs of the secrets that machines are told of."""
    told = {line.split()[2] for line in deployment(name) if line.startswith("secret ")}
    document = template(name)["metadata"]["user-data"]
    return told | {secret for secret in readers(plan) if secret in document}


@pytest.mark.parametrize("name", WITH_PALMA_AI)
def test_machines_have_no_public_address_no_key_of_the_project_and_a_verified_boot(name: str) -> None:
    machine = template(name)
    assert all("accessConfigs" not in each for each in machine["networkInterfaces"])
    assert machine["metadata"]["block-project-ssh-keys"] == "TRUE"
    assert machine["metadata"]["enable-oslogin"] == "TRUE"
    assert machine["shieldedInstanceConfig"] == {
        "enableSecureBoot": True,
        "enableVtpm": True,
        "enableIntegrityMonitoring": True,
    }


def test_the_machine_of_the_graph_is_closed_in_the_same_way() -> None:
    """What two kinds of machine have in common is said once: who signs in, what boots, who gets in."""
    plan = plan_of("prod")
    graph, agent = plan.one(MACHINE, "axis-falkordb").inputs, template("prod")
    assert graph["shieldedInstanceConfig"] == agent["shieldedInstanceConfig"]
    assert graph["serviceAccount"]["scopes"] == agent["serviceAccount"]["scopes"]
    for key in ("enable-oslogin", "block-project-ssh-keys", "serial-port-enable"):
        assert graph["metadata"][key] == agent["metadata"][key]
    theirs = {"name", "targetServiceAccounts"}
    ssh = [plan.one(FIREWALL, f"{each}-ssh").inputs for each in ("axis-falkordb", "palma-ai")]
    one, other = ({key: value for key, value in rule.items() if key not in theirs} for rule in ssh)
    assert one == other


@pytest.mark.parametrize("name", WITH_PALMA_AI)
def test_a_machine_that_fails_is_replaced_and_an_update_takes_none_before_its_successor_serves(
    name: str,
) -> None:
    asked = group(name)
    policy = asked["updatePolicy"]
    assert policy["type"] == "PROACTIVE"
    assert policy["maxUnavailableFixed"] == 0
    assert policy["maxSurgeFixed"] == len(asked["distributionPolicyZones"])
    assert policy["minReadySec"] > 0
    alive = plan_of(name).one("gcp:compute/healthCheck:HealthCheck", "palma-ai-alive")
    assert asked["autoHealingPolicies"]["healthCheck"] == alive.id


def test_dev_is_one_machine_and_prod_as_many_as_it_says_over_its_zones() -> None:
    assert (group("dev")["targetSize"], group("dev")["distributionPolicyZones"]) == (1, ["europe-west1-b"])
    assert (group("prod")["targetSize"], len(group("prod")["distributionPolicyZones"])) == (2, 2)
    assert (group(IN_ZONES)["targetSize"], len(group(IN_ZONES)["distributionPolicyZones"])) == (6, 3)


@pytest.mark.parametrize("name", WITH_PALMA_AI)
def test_the_load_balancer_waits_for_an_answer_as_long_as_the_machines_do(name: str) -> None:
    """Whoever is less patient cuts the answer."""
    read = int(re.findall(r"proxy_read_timeout (\d+)s", template(name)["metadata"]["user-data"])[0])
    for kind in ("backendService:BackendService", "regionBackendService:RegionBackendService"):
        for each in plan_of(name).of(f"gcp:compute/{kind}"):
            if each.name.startswith("palma-ai"):
                assert each.inputs["connectionDrainingTimeoutSec"] >= read
                assert each.inputs.get("timeoutSec", read) >= read


@pytest.mark.parametrize("name", WITH_PALMA_AI)
def test_a_new_revision_is_no_new_template(name: str) -> None:
    revision = plan_of(name).outputs["palma_ai_revision"]
    assert deployment(name)[0] == f"revision {revision}"
    assert revision not in template(name)["metadata"]["user-data"]


@pytest.mark.parametrize("name", WITH_PALMA_AI)
def test_machines_may_read_the_secrets_that_they_are_told_of_and_no_others(name: str) -> None:
    plan = plan_of(name)
    account = account_name(template(name)["serviceAccount"]["email"])
    granted = {secret for secret, who in readers(plan).items() if account in who}
    assert named(plan, name) == granted


@pytest.mark.parametrize("name", WITH_PALMA_AI)
def test_machines_are_told_of_a_secret_once_its_version_and_its_grant_are_there(name: str) -> None:
    plan = plan_of(name)
    earlier = {each.urn for each in before(plan, plan.one(GROUP))}
    account = template(name)["serviceAccount"]["email"]
    grants = [each for each in plan.of(SECRET_READER) if account in each.inputs["member"]]
    assert grants
    assert {each.urn for each in grants} <= earlier


@pytest.mark.parametrize("name", WITH_PALMA_AI)
def test_machines_start_with_their_right_to_write_logs(name: str) -> None:
    plan = plan_of(name)
    email = template(name)["serviceAccount"]["email"]
    roles = {each.inputs["role"] for each in plan.of(PROJECT_ROLE) if email in each.inputs["member"]}
    assert roles == {"roles/logging.logWriter", "roles/monitoring.metricWriter"}
    assert email in {each.state["email"] for each in plan.of(ACCOUNT)}


def test_a_private_repositorys_token_and_a_certificate_are_names_in_the_document() -> None:
    document = template(TOKEN)["metadata"]["user-data"]
    assert {"palma-source", "palma-chain", "palma-key"} <= set(re.findall(r"palma-[a-z]+", document))
    assert "env LOG_LEVEL debug" in deployment(TOKEN)


def test_archives_are_read_by_the_machines_and_the_bucket_stays_the_teams() -> None:
    plan = plan_of(BUCKET)
    (grant,) = [
        each.inputs
        for each in plan.of("gcp:storage/bucketIAMMember:BucketIAMMember")
        if each.inputs["bucket"] == "acme-releases"
    ]
    assert grant["role"] == "roles/storage.objectViewer"
    assert template(BUCKET)["serviceAccount"]["email"] in grant["member"]
    assert "acme-releases" not in {each.inputs["name"] for each in plan.of("gcp:storage/bucket:Bucket")}


def test_neither_system_waits_for_the_other() -> None:
    plan = plan_of("prod")
    for each in plan.resources:
        mine = "axis" if each.name.startswith("axis") else "palma-ai"
        if each.name.startswith(("axis", "palma-ai")):
            others = {other.name for other in before(plan, each)} - {each.name}
            assert not [
                name for name in others if name.startswith({"axis": "palma", "palma-ai": "axis"}[mine])
            ]


def test_a_record_is_set_where_the_zone_is_known() -> None:
    records = plan_of(IN_ZONES).of("gcp:dns/recordSet:RecordSet")
    public = [each.inputs for each in records if each.inputs["managedZone"] == "acme"]
    assert [each["name"] for each in public] == ["palma.acme.com."]
