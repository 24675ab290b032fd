from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.in_process import Plan, PlannedResource, PlanRefused
from simulator.values import SecretValue, opened
from tests.services.clusters.stacks import FOREIGN, IDENTIFIER, KUBECONFIG, US, planned

CLUSTER = "gcp:container/cluster:Cluster"
AGENT = "gcp:projects/serviceIdentity:ServiceIdentity"
CERTIFICATE = "gcp:certificatemanager/certificate:Certificate"
MAP = "gcp:certificatemanager/certificateMap:CertificateMap"
ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
NAMESPACE = "kubernetes:core/v1:Namespace"
PROVIDER = "pulumi:providers:kubernetes"
PULLS = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
RECORD = "gcp:dns/recordSet:RecordSet"
HOST = "api.acme.com"


def before(found: Plan, resource: PlannedResource) -> set[str]:
    """The URNs of everything that is made before, its provider and what that waits for among them."""
    by_urn = {each.urn: each for each in found.resources}
    seen: set[str] = set()
    waiting = [resource.urn]
    while waiting:
        one = by_urn[waiting.pop()]
        following = {*one.dependencies, *([one.provider] if one.provider in by_urn else [])} - seen
        seen |= following
        waiting += following
    return seen


# Clusters made here


def test_one_cluster_is_in_the_stacks_region_and_asks_for_no_more_than_its_name() -> None:
    found = planned({"main": {}})

    assert found.one(CLUSTER).inputs["location"] == "europe-west1"
    assert not found.of(GATEWAY), "no public name, no way in"
    assert not found.of(MAP)


def test_several_clusters_are_each_in_their_region_with_addresses_of_their_own() -> None:
    found = planned({"main": {}, "us": US})

    places = {each.inputs["location"]: each.inputs["subnetwork"] for each in found.of(CLUSTER)}
    assert places.keys() == {"europe-west1", "us-central1"}
    assert len(set(places.values())) == 2


def test_googles_agent_is_asked_for_once() -> None:
    assert len(planned({"main": {}, "us": US}).of(AGENT)) == 1


def test_each_provider_is_for_the_cluster_that_it_waits_for() -> None:
    found = planned({"main": {}, "us": US})
    clusters = {each.id: each for each in found.of(CLUSTER)}

    assert {each.inputs["clusterIdentifier"] for each in found.of(PROVIDER)} == clusters.keys()
    for provider in found.of(PROVIDER):
        assert clusters[provider.inputs["clusterIdentifier"]].urn in before(found, provider)


def test_nothing_of_kubernetes_is_made_by_a_default_provider() -> None:
    found = planned({"main": {}, "us": US}, {HOST: ["main", "us"]})
    providers = {each.urn for each in found.of(PROVIDER)}

    inside = [each for each in found.resources if each.custom and each.type.startswith("kubernetes:")]
    assert inside
    assert {each.provider for each in inside} == providers


# The way in


def test_a_host_of_two_clusters_has_one_certificate_two_gateways_and_one_record_with_two_places() -> None:
    found = planned({"main": {}, "us": US}, {HOST: ["main", "us"]}, {HOST: "acme"})
    addresses = found.outputs["kubernetes_gateway_addresses"]

    assert len(found.of(CERTIFICATE)) == 1
    maps = {
        gateway.inputs["metadata"]["annotations"]["networking.gke.io/certmap"]
        for gateway in found.of(GATEWAY)
    }
    assert (len(found.of(GATEWAY)), maps) == (2, {found.one(MAP).inputs["name"]})
    [record] = [each.inputs for each in found.of(RECORD) if each.inputs["type"] == "A"]
    places = {each["location"]: each["rrdatas"] for each in record["routingPolicy"]["geos"]}
    assert places == {"europe-west1": [addresses["main"]], "us-central1": [addresses["us"]]}


def test_a_cluster_that_no_host_names_has_no_way_in() -> None:
    found = planned({"main": {}, "us": US}, {HOST: ["us"]})

    assert [each.name for each in found.of(GATEWAY)] == ["gateway-us"]


def test_another_host_changes_no_gateway() -> None:
    one = planned({"main": {}}, {HOST: ["main"]})
    two = planned({"main": {}}, {HOST: ["main"], "memory.acme.com": ["main"]})

    assert one.one(GATEWAY).inputs == two.one(GATEWAY).inputs


def test_a_gateway_goes_before_its_cluster_and_its_address_after_it() -> None:
    """What is made before is what is deleted after: no load balancer is left that nobody takes down."""
    found = planned({"main": {}}, {HOST: ["main"]})
    there = before(found, found.one(GATEWAY))

    assert found.one(CLUSTER).urn in there
    assert found.one(ADDRESS, "gateway-main").urn in there
    assert found.one(MAP).urn in there


def test_records_are_told_for_a_zone_that_is_elsewhere() -> None:
    found = planned({"main": {}}, {HOST: ["main"]})
    proof, address = found.outputs["kubernetes_dns_records"]

    assert not found.of(RECORD)
    assert proof.split()[1] == "CNAME"
    assert address == f"{HOST}. A {found.outputs['kubernetes_gateway_addresses']['main']}"


def test_nothing_is_told_to_be_set_by_hand_that_a_zone_has() -> None:
    found = planned({"main": {}}, {HOST: ["main"]}, {HOST: "acme"})

    assert "kubernetes_dns_records" not in found.outputs
    assert {each.inputs["type"] for each in found.of(RECORD)} == {"A", "CNAME"}


def test_people_are_told_how_to_sign_in() -> None:
    [command] = planned({"main": {}}).outputs["kubernetes_sign_in"].values()

    assert command == (
        "gcloud container clusters get-credentials ai-prod-cluster-main --location europe-west1 "
        "--project acme-prod --dns-endpoint"
    )


# Clusters that somebody else made


def test_an_existing_cluster_of_googles_is_entered_and_not_made() -> None:
    found = planned({"main": {"existing": {"identifier": IDENTIFIER}}}, {HOST: ["main"]}, {HOST: "acme"})

    assert not found.of(CLUSTER)
    assert not found.of(AGENT)
    assert found.one(PROVIDER).inputs["clusterIdentifier"] == IDENTIFIER
    assert found.one(GATEWAY).inputs["spec"]["gatewayClassName"] == "gke-l7-global-external-managed"
    kubeconfig = json.loads(opened(found.one(PROVIDER).inputs)["kubeconfig"])
    assert ".gke.goog" in kubeconfig["clusters"][0]["cluster"]["server"]
    [command] = found.outputs["kubernetes_sign_in"].values()
    assert command.endswith("get-credentials shared --location us-central1-a --project acme-prod")


def test_its_nodes_are_let_pull_where_the_settings_name_their_account() -> None:
    nodes = "nodes@acme-prod.iam.gserviceaccount.com"
    existing = {"identifier": IDENTIFIER, "node_service_account": nodes}
    found = planned({"main": {"existing": existing}}, existing=[f"serviceAccounts/{nodes}"])

    pulled = {grant.inputs["repository"]: grant.inputs["member"] for grant in found.of(PULLS)}
    member = f"serviceAccount:{nodes}"
    assert pulled == {"ai-prod-images": member, "ai-prod-mirror": member}


def test_one_that_is_not_there_stops_the_plan() -> None:
    with pytest.raises(Exception, match="clusters/shared does not exist"):
        planned({"main": {"existing": {"identifier": IDENTIFIER}}}, prepared=False)


def own(**more: Any) -> dict[str, Any]:
    return {"own": {"existing": {**FOREIGN, **more}}}


def test_any_cluster_can_be_entered_by_a_kubeconfig_and_nothing_of_googles_is_made_for_it() -> None:
    found = planned(own(), {HOST: ["own"]}, kubeconfigs={"own": KUBECONFIG})

    assert found.one(GATEWAY).inputs["spec"]["gatewayClassName"] == "istio"
    assert not [each for each in (CLUSTER, MAP, CERTIFICATE, AGENT) if found.of(each)]
    assert not [each for each in found.resources if "networking.gke.io" in each.type]
    assert found.outputs["kubernetes_sign_in"] == {}


def test_a_kubeconfig_is_a_secret_wherever_it_is() -> None:
    found = planned(own(), {HOST: ["own"]}, kubeconfigs={"own": KUBECONFIG})

    assert isinstance(found.one(PROVIDER).inputs["kubeconfig"], SecretValue)
    plain = [str(each.inputs) for each in found.resources] + [str(found.outputs)]
    assert not [text for text in plain if "credential-of-own" in text]


def test_a_kubeconfig_that_is_missing_is_told_with_the_command_that_gives_it() -> None:
    with pytest.raises(
        PlanRefused, match="pulumi config set --secret kubernetes:own-kubeconfig --stack prod"
    ):
        planned(own())


def test_its_records_lead_to_the_address_that_the_settings_name() -> None:
    clusters = own(gateway_address="203.0.113.10")
    found = planned(clusters, {HOST: ["own"]}, {HOST: "acme"}, kubeconfigs={"own": KUBECONFIG})

    assert found.one(RECORD).inputs["rrdatas"] == ["203.0.113.10"]


def test_without_an_address_no_record_is_made_up() -> None:
    found = planned(own(), {HOST: ["own"]}, {HOST: "acme"}, kubeconfigs={"own": KUBECONFIG})

    assert not found.of(RECORD)


def test_a_cluster_made_here_and_one_of_somebody_else_answer_to_one_host() -> None:
    clusters = {"main": {}, **own(gateway_address="203.0.113.10")}
    clusters["own"]["region"] = "us-central1"
    found = planned(clusters, {HOST: ["main", "own"]}, {HOST: "acme"}, kubeconfigs={"own": KUBECONFIG})

    [record] = [each.inputs for each in found.of(RECORD) if each.inputs["type"] == "A"]
    places = {each["location"]: each["rrdatas"] for each in record["routingPolicy"]["geos"]}
    assert places["us-central1"] == ["203.0.113.10"]


# Sharing


def test_two_stacks_that_share_a_cluster_share_no_name_in_it() -> None:
    shared = {"main": {"existing": {"identifier": IDENTIFIER}}}
    names = [
        {
            str(each.inputs["metadata"]["name"])
            for each in planned(shared, {HOST: ["main"]}, stack=stack).of(NAMESPACE)
        }
        for stack in ("dev", "prod")
    ]

    assert not names[0] & names[1]
