from __future__ import annotations

import json
import subprocess
from ipaddress import IPv4Address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pulumi import ComponentResource
from pulumi_gcp import container

from components.kubernetes.cluster_access import (
    existing_kubeconfig,
    google_kubeconfig,
    name_of_control_plane,
    provider,
    the_name,
)
from simulator.cloud import Cloud
from simulator.in_process import Plan, PlanRefused, plan
from simulator.values import opened

PROVIDER = "pulumi:providers:kubernetes"
IDENTIFIER = "projects/acme-prod/locations/europe-west1/clusters/main"


class Stack(ComponentResource):
    def __init__(self) -> None:
        super().__init__("test:index:Stack", "stack")


def made(kubeconfig: pulumi.Input[str] | None = None) -> Plan:
    def program() -> None:
        given = google_kubeconfig("gke-1.europe-west1.gke.goog") if kubeconfig is None else kubeconfig
        through = provider("main", identifier=IDENTIFIER, kubeconfig=given, parent=Stack())
        kubernetes.core.v1.Namespace(
            "n", metadata={"name": "n"}, opts=pulumi.ResourceOptions(provider=through)
        )

    return plan(program, existing=[IDENTIFIER])


def kubeconfig_of(planned: Plan) -> dict[str, Any]:
    return json.loads(opened(planned.one(PROVIDER).inputs)["kubeconfig"])


def test_a_change_of_the_cluster_is_no_other_cluster() -> None:
    """Told by its kubeconfig alone, a provider replaces every object when the endpoint is another."""
    one = made().one(PROVIDER).inputs
    other = made("{}").one(PROVIDER).inputs

    assert one["kubeconfig"] != other["kubeconfig"]
    assert one["clusterIdentifier"] == other["clusterIdentifier"] == IDENTIFIER


def test_configuration_and_secrets_are_changed_in_place_under_running_pods() -> None:
    inputs = made().one(PROVIDER).inputs

    flags = ("enableConfigMapMutable", "enableSecretMutable", "enableServerSideApply")
    assert {str(inputs[flag]).lower() for flag in flags} == {"true"}


def test_an_object_that_is_there_already_is_not_taken_over_in_silence() -> None:
    assert "upsertExistingObjects" not in made().one(PROVIDER).inputs


def test_the_kubeconfig_of_a_cluster_of_googles_holds_no_credential() -> None:
    [user] = kubeconfig_of(made())["users"]

    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert "env" not in user["user"]["exec"]
    assert "args" not in user["user"]["exec"]


def test_a_name_of_googles_is_vouched_for_by_public_authorities() -> None:
    [cluster] = kubeconfig_of(made())["clusters"]

    assert cluster["cluster"] == {"server": "https://gke-1.europe-west1.gke.goog"}


def test_a_control_plane_without_a_name_stops_the_deployment_in_a_sentence() -> None:
    unnamed: Any = SimpleNamespace(dns_endpoint_config=None)
    with pytest.raises(pulumi.RunError, match="enable its DNS endpoint"):
        the_name([name_of_control_plane(unnamed)])


def test_kubectl_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(kubeconfig_of(made())))
    try:
        read = subprocess.run(
            ["kubectl", "--kubeconfig", str(file), "config", "view", "--minify", "--output=json"],
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("kubectl is not on PATH")

    assert json.loads(read.stdout)["current-context"] == "context"


# A cluster that somebody else made


def signed_in_to(cluster: dict[str, Any] | None = None, network: str | None = None) -> dict[str, Any]:
    """The kubeconfig for a cluster that was made with these properties, before and elsewhere."""

    usual: dict[str, Any] = {
        "name": "main",
        "project": "acme-prod",
        "location": "europe-west1",
        "enable_autopilot": True,
        "gateway_api_config": {"channel": "CHANNEL_STANDARD"},
    }
    cloud = Cloud(["global/networks/theirs"] if cluster is not None else [IDENTIFIER])
    if cluster is not None:
        plan(lambda: container.Cluster("main", **usual | cluster), cloud=cloud)

    def program() -> None:
        pulumi.export("kubeconfig", existing_kubeconfig(IDENTIFIER, Stack(), network))

    kubeconfig = plan(program, cloud=cloud).outputs["kubeconfig"]
    return json.loads(kubeconfig)["clusters"][0]["cluster"]


def test_it_is_reached_by_its_name_where_it_has_one() -> None:
    endpoint = signed_in_to()

    assert endpoint["server"].endswith(".europe-west1.gke.goog")
    assert "certificate-authority-data" not in endpoint


def test_it_is_reached_by_its_address_and_its_own_authority_where_the_name_is_closed() -> None:
    closed = {"dns_endpoint_config": {"allow_external_traffic": False}}
    endpoint = signed_in_to({"control_plane_endpoints_config": closed})

    assert IPv4Address(endpoint["server"].removeprefix("https://"))
    assert endpoint["certificate-authority-data"]


def test_one_that_knows_no_gateways_is_refused_with_the_command_that_teaches_it() -> None:
    with pytest.raises(
        PlanRefused, match="clusters update main --location europe-west1 --gateway-api=standard"
    ):
        signed_in_to({"gateway_api_config": {"channel": "CHANNEL_DISABLED"}})


def test_one_in_another_network_is_refused_unless_that_is_meant() -> None:
    elsewhere = {"network": "global/networks/theirs"}

    assert signed_in_to(elsewhere)["server"]
    with pytest.raises(PlanRefused, match="is in network theirs, and its pods reach no store in ours"):
        signed_in_to(elsewhere, network="projects/acme-prod/global/networks/ours")


def test_no_identifier_is_taken_for_one() -> None:
    def program() -> None:
        existing_kubeconfig("main", Stack())

    with pytest.raises(ValueError, match="write projects/P/locations/L/clusters/N"):
        plan(program)
