from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.kubernetes.configuration import Configuration, ConfigurationArgs
from components.kubernetes.identity import WorkloadIdentity, WorkloadIdentityArgs
from simulator.in_process import Plan
from simulator.values import opened
from tests.components.environments import awaited
from tests.components.kubernetes.in_cluster import (
    CONFIG_MAP,
    NAMESPACE,
    SERVICE_ACCOUNT,
    Team,
    manifests,
    planned,
    verdict,
)

ACCOUNT = "gcp:serviceaccount/account:Account"
BINDING = "gcp:serviceaccount/iAMMember:IAMMember"
EMAIL = "ai-prod-engine-main@acme-prod.iam.gserviceaccount.com"


def made(*, google: bool = True, **changed: Any) -> Plan:
    def build(team: Team) -> None:
        usual: dict[str, Any] = {
            "environment": team.environment,
            "cluster": team.cluster,
            "namespace": team.namespace,
            "name": "engine",
            "display_name": "The engine",
        }
        identity = WorkloadIdentity(
            "engine-main", WorkloadIdentityArgs(**usual | changed), team.cluster.options(team)
        )
        pulumi.export("service_account", identity.service_account)
        pulumi.export("member", identity.member)

    return planned(build, google=google)


def test_a_pods_service_account_is_bound_to_a_google_identity_of_its_own() -> None:
    found = made()
    binding = found.one(BINDING, "engine-main-pods").inputs

    assert found.outputs["member"] == f"serviceAccount:{EMAIL}"
    assert binding["serviceAccountId"] == f"projects/acme-prod/serviceAccounts/{EMAIL}"
    assert binding["role"] == "roles/iam.workloadIdentityUser"
    assert binding["member"] == f"serviceAccount:acme-prod.svc.id.goog[{NAMESPACE}/engine]"


def test_the_service_account_says_which_google_identity_it_is() -> None:
    metadata = opened(made().one(SERVICE_ACCOUNT, "engine-main").inputs)["metadata"]

    assert metadata["name"] == "engine"
    assert metadata["annotations"] == {"iam.gke.io/gcp-service-account": EMAIL}


def test_no_token_of_the_api_server_is_mounted_by_default() -> None:
    inputs = opened(made().one(SERVICE_ACCOUNT, "engine-main").inputs)

    assert inputs["automountServiceAccountToken"] is False


def test_the_binding_waits_for_the_namespace_and_with_it_for_the_identity_pool() -> None:
    found = made()

    assert "systems" in awaited(found, found.one(BINDING, "engine-main-pods"))


def test_what_uses_the_service_accounts_name_waits_until_it_may_act_as_the_google_identity() -> None:
    """Before, a pod's first request for a token is refused, and libraries remember that."""

    def build(team: Team) -> None:
        args = ConfigurationArgs(
            namespace=team.namespace, name="uses", data={"ACCOUNT": team.identity.service_account}
        )
        Configuration("uses-main", args, team.cluster.options(team))

    found = planned(build)
    assert "api-main-pods" in awaited(found, found.one(CONFIG_MAP))


def test_project_roles_are_granted_to_the_google_identity() -> None:
    found = made(project_roles=["roles/monitoring.metricWriter"])
    [grant] = found.of("gcp:projects/iAMMember:IAMMember")

    assert (grant.inputs["role"], grant.inputs["member"]) == (
        "roles/monitoring.metricWriter",
        f"serviceAccount:{EMAIL}",
    )


def test_off_google_there_is_only_the_service_account() -> None:
    found = made(google=False)

    assert found.outputs == {"service_account": "engine"}
    assert not [one for one in found.resources if one.type.startswith("gcp:")]
    assert "annotations" not in opened(found.one(SERVICE_ACCOUNT, "engine-main").inputs)["metadata"]


@pytest.mark.parametrize("google", [True, False])
def test_kubernetes_itself_finds_nothing_wrong(google: bool) -> None:
    assert verdict(manifests(made(google=google))) == []


def test_roles_that_nobody_could_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="leave them out"):
        made(google=False, project_roles=["roles/monitoring.metricWriter"])


def test_a_name_that_no_cluster_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="lower-case"):
        made(name="The Engine")
