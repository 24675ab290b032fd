from __future__ import annotations

import re
from typing import Any

import pytest
from pulumi_kubernetes.core.v1 import ConfigMap

from components.kubernetes.namespace import Namespace, NamespaceArgs, Quota
from simulator.in_process import Plan
from tests.components.environments import awaited
from tests.components.kubernetes.entrances import Site, planned
from tests.components.kubernetes.in_cluster import manifests, verdict

NAMESPACE = "kubernetes:core/v1:Namespace"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
QUOTA = "kubernetes:core/v1:ResourceQuota"
FIRST_GUEST = "kubernetes:core/v1:ConfigMap"


def made(*, protect: bool = True, **changed: Any) -> Plan:
    """A namespace and something in it."""

    def build(site: Site) -> None:
        usual: dict[str, Any] = {"environment": site.environment, "cluster": site.cluster, "name": "team"}
        namespace = Namespace("team-main", NamespaceArgs(**usual | changed), site.cluster.options(site))
        ConfigMap(
            "guest", metadata={"name": "guest", "namespace": namespace.name}, opts=site.cluster.options(site)
        )

    return planned(build, protect=protect)


def test_kubernetes_own_validation_takes_it() -> None:
    assert verdict(manifests(made(quota=Quota(cpu=8, memory_gb=16, pods=40)))) == []


def test_its_name_carries_the_stack_so_that_two_stacks_can_share_a_cluster() -> None:
    assert made().one(NAMESPACE, "team-main").inputs["metadata"]["name"] == "ai-prod-team"


def test_pods_must_meet_the_strictest_level_of_a_pinned_version() -> None:
    labels = made().one(NAMESPACE, "team-main").inputs["metadata"]["labels"]

    for mode in ("enforce", "warn", "audit"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert re.fullmatch(r"v1\.\d+", labels[f"pod-security.kubernetes.io/{mode}-version"])


def test_nothing_comes_in_or_out_that_no_other_policy_lets_through() -> None:
    policy = made().one(POLICY, "team-main-deny")
    assert policy.inputs["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_what_is_in_it_waits_for_the_namespace_alone() -> None:
    """Pods wait for a policy of their own, which closes them as well."""
    found = made()
    assert awaited(found, found.one(FIRST_GUEST)) == {"team-main"}


def test_its_quota_holds_before_the_first_pod_can_be_there() -> None:
    found = made(quota=Quota(cpu=8, memory_gb=16, pods=40))
    quota = found.one(QUOTA)

    assert quota.inputs["spec"]["hard"] == {"requests.cpu": "8", "requests.memory": "16Gi", "pods": "40"}
    assert quota.name in awaited(found, found.one(FIRST_GUEST))
    assert not made().of(QUOTA)


@pytest.mark.parametrize("protect", [True, False])
def test_a_namespace_is_protected_with_its_stack_since_its_volumes_would_go_with_it(protect: bool) -> None:
    assert made(protect=protect).one(NAMESPACE, "team-main").protect is protect


@pytest.mark.parametrize("what", ["cpu", "memory_gb", "pods"])
def test_a_quota_that_lets_no_pod_run_is_refused(what: str) -> None:
    sizes = {"cpu": 1, "memory_gb": 1, "pods": 1, what: 0}

    with pytest.raises(ValueError, match=f"quota.{what} 0 lets no pod run; write 1 or more"):
        Quota(**sizes)
