from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pulumi
import pulumi_random
import pytest

from components.artifact_registry import ArtifactRegistry, ArtifactRegistryArgs
from components.kubernetes.gke_cluster import GkeCluster, GkeClusterArgs
from components.kubernetes.maintenance import Maintenance
from components.network import Network, NetworkArgs
from components.remote_registry import RemoteRegistry, RemoteRegistryArgs
from components.service_agent import ServiceAgent, ServiceAgentArgs
from simulator.in_process import Plan, PlannedResource, plan
from tests.components.environments import environment

CLUSTER = "gcp:container/cluster:Cluster"
SUBNET = "gcp:compute/subnetwork:Subnetwork"
ROUTER = "gcp:compute/router:Router"
NAT = "gcp:compute/routerNat:RouterNat"
KEY = "gcp:kms/cryptoKey:CryptoKey"
RING = "gcp:kms/keyRing:KeyRing"
KEY_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
ROLE = "gcp:projects/iAMMember:IAMMember"
PULLS = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
SETTLING = "time:index/sleep:Sleep"
SIGNED_IN = "random:index/randomId:RandomId"
RANGES = {"nodes_cidr": "10.30.0.0/22", "pods_cidr": "10.40.0.0/16", "services_cidr": "10.31.0.0/20"}


def args(**changed: Any) -> GkeClusterArgs:
    usual: dict[str, Any] = {"environment": environment(), "network": "-", "agent": "-", **RANGES}
    usual["region"] = "europe-west1"
    return GkeClusterArgs(**usual | changed)


def made(*, protect: bool = True, flow_log_sampling: float = 0.5, **changed: Any) -> Plan:
    """A cluster, and somebody who signs in to it."""

    def program() -> None:
        here = environment(protect=protect)
        agent = ServiceAgent("agent", ServiceAgentArgs(environment=here, api="container.googleapis.com"))
        registries = {
            "images": ArtifactRegistry("images", ArtifactRegistryArgs(environment=here)),
            "mirror": RemoteRegistry("mirror", RemoteRegistryArgs(environment=here)),
        }
        network = Network("network", NetworkArgs(environment=here, flow_log_sampling=flow_log_sampling))
        around: dict[str, Any] = {"environment": here, "network": network, "agent": agent.member}
        cluster = GkeCluster("cluster", args(**around | changed, registries=registries))
        pulumi_random.RandomId("signed-in", byte_length=1, keepers={"endpoint": cluster.endpoint})
        pulumi.export("identifier", cluster.identifier)

    return plan(program)


def inputs_of(**changed: Any) -> dict[str, Any]:
    return dict(made(**changed).one(CLUSTER).inputs)


def own(planned: Plan, token: str) -> PlannedResource:
    """The cluster's own, and not the network's."""
    [found] = [each for each in planned.of(token) if each.name.startswith("cluster")]
    return found


def before(planned: Plan, resource: PlannedResource) -> set[str]:
    """The URNs of everything that is made before."""
    by_urn = {each.urn: each for each in planned.resources}
    found: set[str] = set()
    waiting = [*resource.dependencies]
    while waiting:
        urn = waiting.pop()
        if urn not in found:
            found.add(urn)
            waiting += by_urn[urn].dependencies
    return found


# Who reaches it


def test_nodes_have_no_public_address_and_the_control_plane_has_none_at_all() -> None:
    inputs = inputs_of()

    assert inputs["privateClusterConfig"] == {"enablePrivateNodes": True}
    assert inputs["controlPlaneEndpointsConfig"] == {
        "dnsEndpointConfig": {"allowExternalTraffic": True},
        "ipEndpointsConfig": {"enabled": False},
    }


def test_who_is_nobody_can_do_nothing() -> None:
    inputs = inputs_of()

    assert set(inputs["rbacBindingConfig"].values()) == {False}
    assert len(inputs["rbacBindingConfig"]) == 2
    assert inputs["anonymousAuthenticationConfig"] == {"mode": "LIMITED"}
    kubelet = inputs["nodePoolAutoConfig"]["nodeKubeletConfig"]
    assert kubelet == {"insecureKubeletReadonlyPortEnabled": "FALSE"}


def test_its_identifier_is_known_before_it_exists_and_is_its_own() -> None:
    planned = made()

    assert planned.outputs["identifier"] == planned.one(CLUSTER).id


def test_who_signs_in_finds_images_that_can_be_pulled_and_a_way_out() -> None:
    planned = made()
    there = before(planned, planned.one(SIGNED_IN, "signed-in"))

    assert own(planned, NAT).urn in there
    assert {pull.urn for pull in planned.of(PULLS)} <= there
    assert planned.one(SETTLING).urn in there, "a new cluster does not know Gateways at once"


def test_it_settles_once_in_its_life_and_not_at_every_change() -> None:
    one, other = (made(release_channel=channel).one(SETTLING).inputs for channel in ("REGULAR", "STABLE"))

    assert one == other


# What it has


def test_it_speaks_gateways_and_prometheus_and_follows_its_channel() -> None:
    inputs = inputs_of(release_channel="STABLE")

    assert inputs["gatewayApiConfig"] == {"channel": "CHANNEL_STANDARD"}
    assert inputs["monitoringConfig"]["managedPrometheus"] == {"enabled": True}
    assert inputs["releaseChannel"] == {"channel": "STABLE"}
    assert inputs["costManagementConfig"] == {"enabled": True}


def test_pods_have_identities_of_the_projects_own_pool() -> None:
    assert inputs_of()["workloadIdentityConfig"] == {"workloadPool": "acme-prod.svc.id.goog"}


def test_google_maintains_it_when_it_was_told_to() -> None:
    window = inputs_of(maintenance=Maintenance(days=("WE",), hour=22, hours=12))["maintenancePolicy"]

    assert window["recurringWindow"]["recurrence"] == "FREQ=WEEKLY;BYDAY=WE"
    assert window["recurringWindow"]["startTime"].endswith("T22:00:00Z")


@pytest.mark.parametrize("protect", [True, False])
def test_it_its_key_and_its_addresses_are_protected_with_their_stack(protect: bool) -> None:
    planned = made(protect=protect)

    assert [own(planned, token).protect for token in (CLUSTER, KEY, SUBNET)] == [protect] * 3
    assert planned.one(CLUSTER).inputs["deletionProtection"] is protect


def test_a_setting_that_may_change_in_passing_changes_nothing_that_is_for_life() -> None:
    later = inputs_of(release_channel="EXTENDED", maintenance=Maintenance(hour=5))

    changed = {name for name, value in inputs_of().items() if later[name] != value}
    assert changed == {"releaseChannel", "maintenancePolicy"}


# Its secrets


def test_its_secrets_are_encrypted_with_a_key_that_google_was_let_use_before() -> None:
    planned = made()
    cluster, key, grant = planned.one(CLUSTER), planned.one(KEY), planned.one(KEY_GRANT)

    assert cluster.inputs["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": key.id}
    assert grant.inputs["member"] == (
        "serviceAccount:service-123456789012@container-engine-robot.iam.gserviceaccount.com"
    )
    assert {grant.urn, key.urn} <= before(planned, cluster)
    assert key.inputs["rotationPeriod"] == "7776000s"


def test_a_stack_can_be_brought_up_again_although_a_key_rings_name_is_taken_for_ever() -> None:
    planned = made()
    random = planned.one(SIGNED_IN, "cluster-key")

    assert planned.one(RING).inputs["name"].endswith(f"-{random.state['hex']}")


# Its nodes


def test_nodes_act_as_an_account_of_their_own_that_may_report_and_pull_and_nothing_else() -> None:
    planned = made()
    account = own(planned, "gcp:serviceaccount/account:Account")
    member = f"serviceAccount:{account.state['email']}"

    defaults = planned.one(CLUSTER).inputs["clusterAutoscaling"]["autoProvisioningDefaults"]
    assert defaults["serviceAccount"] == account.state["email"]
    held = [(grant.inputs["role"], grant.inputs["member"]) for grant in planned.of(ROLE)]
    assert held == [("roles/container.defaultNodeServiceAccount", member)]
    pulled = {(grant.inputs["repository"], grant.inputs["role"]) for grant in planned.of(PULLS)}
    reader = "roles/artifactregistry.reader"
    assert pulled == {("ai-prod-images", reader), ("ai-prod-mirror", reader)}
    assert {grant.inputs["member"] for grant in planned.of(PULLS)} == {member}


# Its addresses


def test_pods_and_services_have_ranges_of_their_own_in_a_subnet_of_the_clusters() -> None:
    planned = made()
    subnet, cluster = own(planned, SUBNET), planned.one(CLUSTER)

    ranges = {each["rangeName"]: each["ipCidrRange"] for each in subnet.inputs["secondaryIpRanges"]}
    policy = cluster.inputs["ipAllocationPolicy"]
    assert ranges[policy["clusterSecondaryRangeName"]] == RANGES["pods_cidr"]
    assert ranges[policy["servicesSecondaryRangeName"]] == RANGES["services_cidr"]
    assert subnet.inputs["privateIpGoogleAccess"] is True


def test_pods_reach_the_internet_by_a_way_of_the_clusters_own_wherever_it_is() -> None:
    planned = made(region="us-central1")
    nat, router = own(planned, NAT), own(planned, ROUTER)

    for part in (own(planned, SUBNET), router, nat):
        assert part.inputs["region"] == "us-central1"
    assert nat.inputs["router"] == router.inputs["name"]
    [translated] = nat.inputs["subnetworks"]
    assert translated == {"name": own(planned, SUBNET).id, "sourceIpRangesToNats": ["ALL_IP_RANGES"]}


def test_its_flows_are_logged_as_those_of_the_network_are() -> None:
    logged = own(made(flow_log_sampling=0.25), SUBNET).inputs["logConfig"]

    assert logged["flowSampling"] == 0.25
    assert "logConfig" not in own(made(flow_log_sampling=0), SUBNET).inputs


def test_no_firewall_rule_lets_its_pods_reach_the_machines_of_the_network() -> None:
    """Google makes the rules of a cluster, above the one that refuses; none of ours names its ranges."""
    opened = [
        IPv4Network(source)
        for rule in made().of("gcp:compute/firewall:Firewall")
        if "denies" not in rule.inputs
        for source in rule.inputs["sourceRanges"]
    ]

    assert not any(source.overlaps(IPv4Network(cidr)) for source in opened for cidr in RANGES.values())


# What is refused


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"release_channel": "NIGHTLY"}, "write one of RAPID"),
        ({"pods_cidr": "10.30.0.0/16"}, "write ranges that share no address"),
        ({"pods_cidr": "10.40.0.0/20"}, "every node takes 64 addresses"),
        ({"nodes_cidr": "10.30.0.0/27"}, "write 10.30.0.0/24 or larger"),
        ({"services_cidr": "34.118.224.0/20"}, "is not private"),
    ],
)
def test_what_google_would_refuse_is_refused_with_what_to_write(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        args(**changed)
