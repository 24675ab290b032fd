"""A service on machines: what it is made of, how it changes, and the ways in."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from components.instance_group_backend import InstanceGroup, InstanceGroupBackendArgs
from components.vm_access import LOAD_BALANCERS
from simulator.in_process import Plan
from tests.components.environments import environment
from tests.components.vm_services import PRIVATE, REVISION, planned, service_args

TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate"
GROUP = "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager"
CHECK = "gcp:compute/healthCheck:HealthCheck"
BACKEND = "gcp:compute/backendService:BackendService"
PRIVATE_BACKEND = "gcp:compute/regionBackendService:RegionBackendService"
RULE = "gcp:compute/forwardingRule:ForwardingRule"
FIREWALL = "gcp:compute/firewall:Firewall"
ZONES = ["europe-west1-b", "europe-west1-c", "europe-west1-d"]


@pytest.fixture(scope="module")
def private() -> Plan:
    return planned(with_secrets=True)


@pytest.fixture(scope="module")
def public() -> Plan:
    return planned(public=True, client_ranges=[], machines=3, zones=ZONES)


@pytest.fixture(scope="module")
def template(private: Plan) -> dict[str, Any]:
    return private.one(TEMPLATE).inputs


@pytest.fixture(scope="module")
def group(private: Plan) -> dict[str, Any]:
    return private.one(GROUP).inputs


def test_a_machine_has_no_public_address_and_is_shielded(template: dict[str, Any]) -> None:
    [interface] = template["networkInterfaces"]
    assert "accessConfigs" not in interface
    assert template["shieldedInstanceConfig"] == {
        "enableSecureBoot": True,
        "enableVtpm": True,
        "enableIntegrityMonitoring": True,
    }
    assert template["metadata"]["enable-oslogin"] == "TRUE"


def test_its_account_may_write_logs_and_metrics_and_read_its_secrets_alone(private: Plan) -> None:
    roles = {grant.inputs["role"] for grant in private.of("gcp:projects/iAMMember:IAMMember")}
    assert roles == {"roles/logging.logWriter", "roles/monitoring.metricWriter"}


def test_the_template_has_no_name_of_its_own_and_the_group_takes_its_unique_link(
    private: Plan, group: dict[str, Any]
) -> None:
    """A template cannot change: its next version has to exist before this one goes."""
    template = private.one(TEMPLATE)
    assert "name" not in template.inputs
    assert group["versions"] == [{"instanceTemplate": template.state["selfLinkUnique"]}]


def test_what_is_served_reaches_the_machines_without_replacing_them(
    template: dict[str, Any], group: dict[str, Any]
) -> None:
    deployment = group["allInstancesConfig"]["metadata"]["deployment"]
    assert deployment.splitlines() == [
        f"revision {REVISION}",
        "env PINECONE_ENV gcp-europe",
        "secret OPENAI_API_KEY ai-prod-palma-openai 1",
    ]
    assert REVISION not in str(template)
    assert group["updatePolicy"]["minimalAction"] == "REFRESH"
    assert group["updatePolicy"]["mostDisruptiveAllowedAction"] == "REPLACE"


def test_another_revision_changes_the_group_and_leaves_the_template(private: Plan) -> None:
    other = planned(with_secrets=True, revision="f" * 40)
    assert other.one(TEMPLATE).inputs == private.one(TEMPLATE).inputs
    assert other.one(GROUP).inputs != private.one(GROUP).inputs


def test_machines_are_given_secrets_by_name_and_version(template: dict[str, Any]) -> None:
    files = {each["path"]: each["content"] for each in _document(template)["write_files"]}
    assert "fetch-secret.sh ai-prod-palma-token 1" in files["/etc/ai-platform/build-release.sh"]
    proxy = files["/etc/ai-platform/prepare-proxy.sh"]
    assert "fetch-secret.sh ai-prod-palma-chain 1" in proxy
    assert "fetch-secret.sh ai-prod-palma-key 1" in proxy


def test_no_secrets_value_is_in_what_machines_are_given(private: Plan) -> None:
    values = [
        each.inputs["secretData"].value
        for each in private.of("gcp:secretmanager/secretVersion:SecretVersion")
    ]
    assert len(values) == 4
    for resource in (private.one(TEMPLATE), private.one(GROUP)):
        assert not [value for value in values if value in str(resource.inputs) + str(resource.state)]


def test_no_capacity_is_lost_while_machines_are_replaced(group: dict[str, Any], public: Plan) -> None:
    for inputs, zones in ((group, 1), (public.one(GROUP).inputs, 3)):
        assert inputs["updatePolicy"]["maxUnavailableFixed"] == 0
        assert inputs["updatePolicy"]["maxSurgeFixed"] == zones == len(inputs["distributionPolicyZones"])
        assert inputs["updatePolicy"]["type"] == "PROACTIVE"
    assert public.one(GROUP).inputs["targetSize"] == 3


def test_a_machine_is_replaced_by_a_more_patient_check_than_the_one_that_takes_requests_away(
    private: Plan,
) -> None:
    ready, alive = (private.one(CHECK, f"palma-{name}").inputs for name in ("ready", "alive"))
    patience = [each["checkIntervalSec"] * each["unhealthyThreshold"] for each in (ready, alive)]
    assert patience[0] * 3 <= patience[1]
    for check in (ready, alive):
        assert check["httpsHealthCheck"] == {"port": 443, "requestPath": "/health"}
    healing = private.one(GROUP).inputs["autoHealingPolicies"]
    assert healing["healthCheck"] == private.one(CHECK, "palma-alive").id
    assert private.one(PRIVATE_BACKEND).inputs["healthChecks"] == private.one(CHECK, "palma-ready").id


def test_nobody_but_clients_and_googles_proxy_reaches_a_machine(private: Plan, public: Plan) -> None:
    for plan, clients in ((private, [PRIVATE]), (public, [])):
        rules = {rule.name: rule.inputs for rule in plan.of(FIREWALL) if rule.name.startswith("palma")}
        assert {name: rule["sourceRanges"] for name, rule in rules.items()} == {
            "palma-clients": [*clients, *LOAD_BALANCERS],
            "palma-ssh": ["35.235.240.0/20"],
        }
        assert rules["palma-clients"]["allows"] == [{"protocol": "tcp", "ports": ["443"]}]


def test_the_public_way_lets_an_answer_take_its_time_and_a_leaving_machine_finish(public: Plan) -> None:
    backend = public.one(BACKEND).inputs
    assert backend["timeoutSec"] == backend["connectionDrainingTimeoutSec"] == 190
    assert backend["protocol"] == "HTTPS"
    assert backend["healthChecks"] == public.one(CHECK, "palma-ready").id
    assert backend["compressionMode"] == "DISABLED"
    assert public.one(GROUP).inputs["namedPorts"] == [{"name": backend["portName"], "port": 443}]
    assert public.outputs["url"] == "https://palma.acme.com"


def test_the_private_way_passes_https_on_at_an_address_with_a_name(private: Plan) -> None:
    rule = private.one(RULE).inputs
    assert rule["loadBalancingScheme"] == "INTERNAL"
    assert rule["ports"] == ["443"]
    assert rule["ipAddress"] == private.one("gcp:compute/address:Address", "palma-address").state["address"]
    record = private.one("gcp:dns/recordSet:RecordSet").inputs
    assert record["name"] == "palma.prod.ai.internal."
    assert record["rrdatas"] == [rule["ipAddress"]]
    assert private.outputs["host"] == "palma.prod.ai.internal"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"revision": "main"}, "git rev-parse HEAD"),
        ({"machine_type": "t2a-standard-2"}, "write e2-medium, or a standard, highmem or highcpu type"),
        ({"machine_type": "n4-standard-2"}, "like e2-standard-2"),
        ({"machine_type": "e2-micro"}, "write e2-medium"),
        ({"machines": 0}, "machines is 0; write 1 to 100"),
        ({"disk_size_gb": 10}, "disk_size_gb is 10; write 20 or more"),
        ({"first_start_seconds": 60}, "write 300 to 3600"),
        ({"zones": ["europe-west1-a"]}, "there is no zone europe-west1-a; write europe-west1-b or"),
        ({"zones": ["us-central1-a"]}, "zone 'us-central1-a' is not in region europe-west1"),
    ],
)
def test_a_service_that_cannot_be_says_what_to_write(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        service_args(**wrong)


@pytest.mark.parametrize("machine_type", ["e2-medium", "n2d-highmem-8", "c3-highcpu-4", "e2-custom-4-8192"])
def test_machines_that_take_our_system_and_disk_are_allowed(machine_type: str) -> None:
    assert service_args(machine_type=machine_type).machine_type == machine_type


def test_a_load_balancer_waits_for_no_answer_longer_than_an_hour() -> None:
    machines = InstanceGroup(group="group", health_check="check", answer_seconds=4000)
    with pytest.raises(ValueError, match="answer_seconds is 4000; write 1 to 3600"):
        InstanceGroupBackendArgs(environment=environment(), machines=machines, security_policy="policy")


def _document(template: dict[str, Any]) -> dict[str, Any]:
    return yaml.safe_load(template["metadata"]["user-data"])
