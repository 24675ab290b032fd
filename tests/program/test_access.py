"""Who may do what: secrets by reader, no rights on the whole project, nothing that holds data is public."""

from __future__ import annotations

import ipaddress
import re

import pytest

from simulator.in_process import Plan, PlannedResource
from tests.program.reading import (
    ACCOUNT,
    BUCKET,
    FIREWALL,
    MACHINE,
    POSTGRES,
    PROJECT_ROLE,
    REDIS,
    SERVICE,
    account_name,
    container,
    readers,
    secret_variables,
    service,
)
from tests.program.variants import EVERY_PLAN, WITH_AXIS, plan_of

INVOKER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"

API, MACHINE_OF_GRAPH, AGENT = "ai-prod-axis-api", "ai-prod-axis-falkordb", "ai-prod-palma-ai"
READERS = {
    "openai-api-key": {API},
    "anthropic-api-key": {API},
    "ai-prod-axis-postgres-eval-url": {API},
    "ai-prod-axis-postgres-monitoring-url": {API},
    "ai-prod-axis-postgres-human-signals-url": {API},
    "ai-prod-axis-redis-url": {API},
    "ai-prod-axis-falkordb-password": {API, MACHINE_OF_GRAPH},
}
AGENTS = {name: {AGENT} for name in ("palma-openai-api-key", "palma-pinecone-api-key", "palma-pinecone-env")}
PASSWORDS = {
    "ai-prod-axis-postgres-eval-password": {API},
    "ai-prod-axis-postgres-monitoring-password": {API},
    "ai-prod-axis-postgres-human-signals-password": {API},
}


def grants(plan: Plan) -> list[PlannedResource]:
    """Every resource that gives a member a role."""
    return [each for each in plan.resources if {"member", "role"} <= each.inputs.keys()]


def test_each_secret_is_readable_by_exactly_the_accounts_that_need_it(prod: Plan) -> None:
    assert readers(prod) == READERS | AGENTS


def test_passwords_that_files_name_are_secrets_of_their_own() -> None:
    assert readers(plan_of("files")) == READERS | PASSWORDS


def test_a_further_secret_is_readable_by_the_api_alone_whatever_its_source() -> None:
    more = {"ai-prod-axis-session-key": {API}, "ai-prod-axis-llm-token": {API}}
    assert readers(plan_of("every source of a secret")) == READERS | more


@pytest.mark.parametrize("name", WITH_AXIS)
def test_a_secret_is_referred_to_by_the_number_of_a_version(name: str) -> None:
    """`latest` is read when an instance starts: a rotation would reach some instances and not others."""
    plan = plan_of(name)
    references = [
        reference
        for each in plan.of(SERVICE)
        for described in each.inputs["template"]["containers"]
        for reference in secret_variables(described).values()
    ]
    assert references
    assert all(re.fullmatch(r"[1-9]\d*", reference["version"]) for reference in references)


@pytest.mark.parametrize("name", WITH_AXIS)
def test_whoever_refers_to_a_secret_may_read_it(name: str) -> None:
    plan = plan_of(name)
    may_read = readers(plan)
    for each in plan.of(SERVICE):
        account = account_name(each.inputs["template"]["serviceAccount"])
        for described in each.inputs["template"]["containers"]:
            for variable, reference in secret_variables(described).items():
                assert account in may_read[reference["secret"]], variable


def test_the_keeper_reads_no_secret_that_it_does_not_need() -> None:
    assert secret_variables(container(plan_of("prod"), "keeper")) == {}
    filling = secret_variables(container(plan_of("files"), "keeper"))
    assert set(filling) == {"EVAL_DB_PASSWORD", "MONITORING_DB_PASSWORD", "HUMAN_SIGNALS_DB_PASSWORD"}


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_nobody_has_a_primitive_role_or_one_that_administers(name: str) -> None:
    for grant in grants(plan_of(name)):
        role = grant.inputs["role"]
        assert role not in {"roles/owner", "roles/editor", "roles/viewer"}
        assert "admin" not in role.lower(), f"{grant.name}: {role}"


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_on_the_whole_project_an_account_may_only_write_logs_and_metrics(name: str) -> None:
    roles = {grant.inputs["role"] for grant in plan_of(name).of(PROJECT_ROLE)}
    assert roles <= {
        "roles/logging.logWriter",
        "roles/monitoring.metricWriter",
        "roles/container.defaultNodeServiceAccount",  # the same, for a cluster's nodes
    }


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_nothing_is_granted_to_everybody(name: str) -> None:
    """An organisation's policy commonly forbids `allUsers`; a public API switches its check off instead."""
    members = {grant.inputs["member"] for grant in grants(plan_of(name))}
    assert not members & {"allUsers", "allAuthenticatedUsers"}


@pytest.mark.parametrize("name", WITH_AXIS)
def test_every_workload_has_an_account_of_its_own(name: str) -> None:
    plan = plan_of(name)
    accounts = [each.inputs["template"]["serviceAccount"] for each in plan.of(SERVICE)]
    accounts += [each.inputs["serviceAccount"]["email"] for each in plan.of(MACHINE)]
    made = {each.state["email"] for each in plan.of(ACCOUNT)}
    assert len(set(accounts)) == len(accounts)
    assert set(accounts) <= made, "never the default account, which may do anything"


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_no_key_of_an_account_is_made(name: str) -> None:
    assert not [each for each in plan_of(name).resources if each.type.startswith("gcp:serviceaccount/key")]


@pytest.mark.parametrize("name", WITH_AXIS)
def test_databases_have_private_addresses_only_and_refuse_plain_connections(name: str) -> None:
    plan = plan_of(name)
    addresses = plan.one(POSTGRES, "axis-postgres").inputs["settings"]["ipConfiguration"]
    assert addresses["ipv4Enabled"] is False
    assert addresses["sslMode"] == "ENCRYPTED_ONLY"
    assert "authorizedNetworks" not in addresses
    for redis in plan.of(REDIS):
        assert redis.inputs["authEnabled"] is True
        assert redis.inputs["transitEncryptionMode"] == "SERVER_AUTHENTICATION"
        assert redis.inputs["connectMode"] == "PRIVATE_SERVICE_ACCESS"


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_no_machine_has_a_public_address(name: str) -> None:
    for machine in plan_of(name).of(MACHINE):
        assert all(not each.get("accessConfigs") for each in machine.inputs["networkInterfaces"])


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_the_network_lets_nothing_in_from_the_internet(name: str) -> None:
    """SSH comes through Identity-Aware Proxy's range, all else from private ones and Google's balancers."""
    proxy = ipaddress.ip_network("35.235.240.0/20")
    balancers = {ipaddress.ip_network(each) for each in ("35.191.0.0/16", "130.211.0.0/22")}
    for rule in plan_of(name).of(FIREWALL):
        if not rule.inputs.get("allows"):
            continue
        for source in map(ipaddress.ip_network, rule.inputs["sourceRanges"]):
            assert source.is_private or source == proxy or source in balancers
            assert source not in balancers or rule.inputs["allows"] == [{"protocol": "tcp", "ports": ["443"]}]
            assert source != proxy or rule.inputs["allows"] == [{"protocol": "tcp", "ports": ["22"]}]


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_firewall_rules_name_ranges_since_cloud_runs_tags_match_nothing(name: str) -> None:
    for rule in plan_of(name).of(FIREWALL):
        assert not rule.inputs.get("sourceTags")
        assert not rule.inputs.get("sourceServiceAccounts")


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_no_bucket_can_be_made_public(name: str) -> None:
    for bucket in plan_of(name).of(BUCKET):
        assert bucket.inputs["publicAccessPrevention"] == "enforced"
        assert bucket.inputs["uniformBucketLevelAccess"] is True


def test_a_public_api_has_no_grants_and_its_check_switched_off(prod: Plan) -> None:
    assert service(prod)["invokerIamDisabled"] is True
    assert prod.of(INVOKER) == []


def test_an_api_that_is_not_public_is_called_by_its_invokers_and_the_scheduler() -> None:
    plan = plan_of("not public")
    assert service(plan)["invokerIamDisabled"] is False
    assert {each.inputs["member"] for each in plan.of(INVOKER)} == {
        "group:ai@acme.com",
        "serviceAccount:ai-dev-axis-scheduler@acme-ai-dev.iam.gserviceaccount.com",
    }
    assert {each.inputs["role"] for each in plan.of(INVOKER)} == {"roles/run.invoker"}


def test_an_api_that_is_not_public_is_not_watched_from_outside_which_could_not_call_it() -> None:
    watching = [each for each in plan_of("not public").resources if each.type.startswith("gcp:monitoring/")]
    assert not [each for each in watching if each.name.startswith("axis")]


def test_behind_a_domain_the_service_takes_requests_from_the_load_balancer_alone(prod: Plan) -> None:
    assert service(prod)["ingress"] == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    assert service(plan_of("no domain"))["ingress"] == "INGRESS_TRAFFIC_ALL"


def test_the_frontend_on_cloud_run_has_an_account_with_no_rights() -> None:
    plan = plan_of("frontend on cloud run")
    email = service(plan, "axis-frontend")["template"]["serviceAccount"]
    assert not [grant for grant in grants(plan) if email in grant.inputs["member"]]
    assert not secret_variables(container(plan, "frontend", "axis-frontend"))
