"""Tenants: a namespace, an identity, a database, keys and a name for each, and no way to another's."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.in_process import Plan
from simulator.values import opened
from tests.components.kubernetes.in_cluster import manifests, verdict
from tests.services.llm_gateway.program import planned

NAMESPACE = "kubernetes:core/v1:Namespace"
SECRET = "kubernetes:core/v1:Secret"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
NAME_LABEL = "kubernetes.io/metadata.name"
TENANTS = ("acme", "beta")
SPACES = {"own": "ai-prod-llm-gateway"} | {each: f"ai-prod-llm-gateway-{each}" for each in TENANTS}
"""Each gateway's namespace by its name."""


def tenant(name: str, **changed: Any) -> dict[str, Any]:
    credentials = {"openai-prod-chat": {"provider": "openai", "purpose": "chat"}}
    return {"domain": {"name": f"{name}.llm.acme.com"}, "credentials": credentials, **changed}


@pytest.fixture(scope="module")
def found() -> Plan:
    return planned(
        {"tenants": {each: tenant(each) for each in TENANTS}},
        secrets={f"llm_gateway:{each}-openai-prod-chat": f"PLANTED-{each}" for each in TENANTS},
    )


def in_namespace(found: Plan, type_: str, namespace: str) -> list[dict[str, Any]]:
    objects = [opened(one.inputs) for one in found.of(type_)]
    return [each for each in objects if each["metadata"].get("namespace") == namespace]


def values(found: Plan, namespace: str) -> dict[str, str]:
    """Every secret variable of a gateway's pods."""
    return {
        key: base64.b64decode(value).decode()
        for secret in in_namespace(found, SECRET, namespace)
        for key, value in secret["data"].items()
    }


def test_each_has_a_namespace_with_a_quota_that_its_pods_fit_into(found: Plan) -> None:
    there = {opened(one.inputs)["metadata"]["name"] for one in found.of(NAMESPACE)}
    assert set(SPACES.values()) <= there
    quotas = [opened(one.inputs) for one in found.of("kubernetes:core/v1:ResourceQuota")]
    limited = {each["metadata"]["namespace"]: each["spec"]["hard"] for each in quotas}
    assert set(limited) == {f"ai-prod-llm-gateway-{each}" for each in TENANTS}
    # Ten and one that follows, as many that end, and three jobs, of half a CPU and a GiB each.
    assert limited["ai-prod-llm-gateway-acme"] == {
        "pods": "25",
        "requests.cpu": "13",
        "requests.memory": "25Gi",
    }


def test_each_is_somebody_else_at_google_and_in_the_cluster(found: Plan) -> None:
    accounts = {
        opened(one.inputs)["metadata"]["namespace"]: opened(one.inputs)["metadata"]["annotations"]
        for one in found.of("kubernetes:core/v1:ServiceAccount")
    }
    emails = [accounts[namespace]["iam.gke.io/gcp-service-account"] for namespace in SPACES.values()]
    assert len(set(emails)) == 3
    bound = {
        one.inputs["member"].rpartition("[")[2] for one in found.of("gcp:serviceaccount/iAMMember:IAMMember")
    }
    assert {f"{namespace}/llm-gateway]" for namespace in SPACES.values()} <= bound


def test_no_identity_may_read_any_secret_or_hold_any_role(found: Plan) -> None:
    """What a pod needs is mirrored into its own namespace; nothing is asked for by pods."""
    assert found.of("gcp:secretmanager/secretIamMember:SecretIamMember") == []
    emails = {
        one.state["email"]
        for one in found.of("gcp:serviceaccount/account:Account")
        if one.name.startswith("llm-gateway")
    }
    assert len(emails) == 3
    held = {one.inputs["member"] for one in found.of("gcp:projects/iAMMember:IAMMember")}
    assert not {f"serviceAccount:{email}" for email in emails} & held


def test_each_has_a_database_and_a_user_of_its_own_on_the_one_instance(found: Plan) -> None:
    urls = {name: urlsplit(values(found, space)["DATABASE_URL"]) for name, space in SPACES.items()}
    assert {url.path.lstrip("/") for url in urls.values()} == {
        "llm_gateway",
        "llm_gateway_acme",
        "llm_gateway_beta",
    }
    for url in urls.values():
        assert url.username == url.path.lstrip("/")
    assert len({url.password for url in urls.values()}) == 3
    assert len({url.hostname for url in urls.values()}) == 1


def test_each_has_a_redis_a_metrics_token_and_keys_of_its_own(found: Plan) -> None:
    every = {name: values(found, space) for name, space in SPACES.items()}
    for variable in ("REDIS_URL", "METRICS_TOKEN", "OPENAI_PROD_CHAT_API_KEY"):
        assert len({secrets[variable] for secrets in every.values()}) == 3, variable
    assert every["acme"]["OPENAI_PROD_CHAT_API_KEY"] == "PLANTED-acme"
    assert "ANTHROPIC_PROD_CHAT_API_KEY" not in every["acme"], "the team's keys are no tenant's"


def test_nothing_of_one_is_in_the_namespace_of_another(found: Plan) -> None:
    for name, space in SPACES.items():
        others = [f"PLANTED-{each}" for each in TENANTS if each != name]
        assert not set(others) & set(values(found, space).values())


def test_every_namespace_is_closed_and_no_policy_opens_a_way_to_another_gateways(found: Plan) -> None:
    spaces = set(SPACES.values())
    for space in spaces:
        policies = [each["spec"] for each in in_namespace(found, POLICY, space)]
        assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
        for policy in policies:
            for rule in [*policy.get("ingress", ()), *policy.get("egress", ())]:
                for peer in [*rule.get("from", ()), *rule.get("to", ())]:
                    named = peer.get("namespaceSelector", {}).get("matchLabels", {}).get(NAME_LABEL)
                    assert named not in spaces
                    assert named or "ipBlock" in peer, "a peer without a namespace would be every one's"


def test_the_ranges_that_pods_may_reach_hold_no_pods(found: Plan) -> None:
    [subnet] = [
        one.inputs for one in found.of("gcp:compute/subnetwork:Subnetwork") if one.name == "cluster-main"
    ]
    pods = {each["ipCidrRange"] for each in subnet["secondaryIpRanges"]}
    reached = {
        peer["ipBlock"]["cidr"]
        for policy in in_namespace(found, POLICY, "ai-prod-llm-gateway-acme")
        for rule in policy["spec"].get("egress", ())
        for peer in rule["to"]
        if "ipBlock" in peer and not peer["ipBlock"].get("except")
    }
    assert pods
    assert not reached & pods


def test_each_answers_at_its_own_name_alone_and_is_guarded_by_its_own_policy(found: Plan) -> None:
    routes = {
        opened(one.inputs)["metadata"]["namespace"]: opened(one.inputs)["spec"].get("hostnames")
        for one in found.of("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
    }
    assert routes["ai-prod-llm-gateway"] == ["llm.acme.com"]
    assert routes["ai-prod-llm-gateway-acme"] == ["acme.llm.acme.com"]
    policies = {
        opened(one.inputs)["metadata"]["namespace"]: opened(one.inputs)["spec"]["default"]["securityPolicy"]
        for one in found.of("kubernetes:networking.gke.io/v1:GCPBackendPolicy")
    }
    assert len(set(policies.values())) == 3


def test_a_collector_reads_the_token_of_each_and_each_in_its_own_namespace(found: Plan) -> None:
    for space in SPACES.values():
        [role] = in_namespace(found, "kubernetes:rbac.authorization.k8s.io/v1:Role", space)
        assert role["rules"][0]["resourceNames"] == ["llm-gateway-metrics-token"]


def test_the_missing_target_of_a_tenant_is_told(found: Plan) -> None:
    [missing] = (
        one.inputs["conditions"][0]["conditionPrometheusQueryLanguage"]["query"]
        for one in found.of("gcp:monitoring/alertPolicy:AlertPolicy")
        if one.name == "llm-gateway-target-missing"
    )
    for space in SPACES.values():
        assert f'"{space}"' in missing


def test_kubernetes_takes_every_object_as_it_is(found: Plan) -> None:
    assert verdict(manifests(found)) == []


def test_a_quota_of_its_own_stands_as_it_is_written() -> None:
    quota = {"cpu": 40, "memory_gb": 80, "pods": 60}
    found = planned(
        {"tenants": {"acme": tenant("acme", quota=quota)}},
        secrets={"llm_gateway:acme-openai-prod-chat": "PLANTED-acme"},
    )
    [limited] = found.of("kubernetes:core/v1:ResourceQuota")
    assert opened(limited.inputs)["spec"]["hard"]["pods"] == "60"
