"""Which of GitHub's jobs may act as which identity: Google's expression language, on real claims."""

from __future__ import annotations

from typing import Any

import pytest
from cel import Context, evaluate

from tests.program.variants import EVERY_PLAN, plan_of
from tools.bootstrap import roles
from tools.bootstrap.identities import ATTRIBUTES, identities
from tools.bootstrap.wanted import Wanted

DEV = Wanted(
    project="acme-ai-dev",
    repository="acme/ai",
    repository_id="42",
    stack="dev",
    region="europe-west1",
    bucket="acme-state",
)
PROD = Wanted(
    project="acme-ai-prod",
    repository="acme/ai",
    stack="prod",
    region="europe-west1",
    environment="production",
    bucket="acme-state",
)
MAIN = {"ref": "refs/heads/main"}
PULL = {"event_name": "pull_request", "ref": "refs/pull/7/merge"}

JOBS = {
    "a pull request": PULL,
    "a pull request in the environment": {**PULL, "environment": "production"},
    "a pull request by its target": {**MAIN, "event_name": "pull_request_target"},
    "a comment": {**MAIN, "event_name": "issue_comment"},
    "a run after another": {**MAIN, "event_name": "workflow_run"},
    "main": {**MAIN, "event_name": "push"},
    "every night": {**MAIN, "event_name": "schedule"},
    "main in the environment": {**MAIN, "event_name": "push", "environment": "production"},
    "main in another environment": {**MAIN, "event_name": "push", "environment": "playground"},
    "a branch": {"ref": "refs/heads/feature", "event_name": "push"},
    "a branch in the environment": {
        "ref": "refs/heads/feature",
        "event_name": "push",
        "environment": "production",
    },
    "a branch named like main": {"ref": "refs/heads/refs/heads/main", "event_name": "push"},
    "a tag named main": {"ref": "refs/tags/main", "event_name": "push"},
}


def claims(job: str) -> dict[str, Any]:
    """A token's claims; one outside any environment has no such claim."""
    return {"sub": "repo:acme/ai:x", "repository": "acme/ai", "repository_id": "42", **JOBS[job]}


def acting_as(wanted: Wanted, job: str) -> set[str]:
    """The identities that a job may act as."""
    context = Context(variables={"assertion": claims(job)})
    attributes = {name: evaluate(expression, context) for name, expression in ATTRIBUTES.items()}
    trust = attributes["attribute.trust"]
    return {each.variable.removesuffix("_ACCOUNT") for each in identities(wanted) if trust in each.trusted}


def test_a_job_of_the_unprotected_stack_reads_from_a_pull_request_and_deploys_from_main() -> None:
    may = {job: acting_as(DEV, job) for job in JOBS}
    assert {job: who for job, who in may.items() if who} == {
        "a pull request": {"PREVIEW"},
        "a pull request in the environment": {"PREVIEW"},
        "main": {"PREVIEW", "DEPLOY"},
        "every night": {"PREVIEW", "DEPLOY"},
    }


def test_the_protected_stack_is_read_from_main_alone_and_deployed_from_its_environment_alone() -> None:
    may = {job: acting_as(PROD, job) for job in JOBS}
    assert {job: who for job, who in may.items() if who} == {
        "main": {"PREVIEW", "BUILD"},
        "every night": {"PREVIEW", "BUILD"},
        "main in the environment": {"DEPLOY"},
    }


@pytest.mark.parametrize(
    ("changed", "taken"),
    [
        ({}, True),
        ({"repository": "acme/ai-platform"}, False),
        ({"repository": "mallory/ai"}, False),
        ({"repository_id": "43"}, False),
    ],
    ids=["itself", "a longer name", "another owner", "another repository of the old name"],
)
def test_tokens_of_another_repository_are_not_taken(changed: dict[str, str], taken: bool) -> None:
    context = Context(variables={"assertion": {**claims("main"), **changed}})
    assert evaluate(DEV.condition, context) is taken


def test_no_identity_has_a_basic_role() -> None:
    every = {role for wanted in (DEV, PROD) for each in identities(wanted) for role in each.project_roles}
    assert every & {"roles/owner", "roles/editor", "roles/viewer"} == set()


def test_the_reading_identity_reads_no_data_and_writes_nothing() -> None:
    (reading,) = (each for each in identities(PROD) if each.variable == "PREVIEW_ACCOUNT")
    assert set(reading.bucket_roles) == {"roles/storage.objectViewer"}
    assert set(reading.key_roles) == {"roles/cloudkms.cryptoKeyDecrypter"}
    kinds = {role.rsplit(".", 1)[-1] for role in reading.project_roles}
    words = ("viewer", "reader", "reviewer")
    assert [kind for kind in kinds if not kind.lower().endswith(words)] == []
    assert "roles/storage.objectViewer" not in reading.project_roles


def made_by_plans() -> set[str]:
    """The modules of every Google resource that any plan makes."""
    types = {each.type for plan in EVERY_PLAN for each in plan_of(plan).resources}
    return {each.split(":")[1].split("/")[0] for each in types if each.startswith("gcp:")}


def test_the_deploying_identity_has_a_role_for_each_kind_of_resource() -> None:
    assert made_by_plans() - set(roles.DEPLOY) == set()


def test_a_deployment_may_grant_what_the_program_grants_in_the_project_and_no_more() -> None:
    granted = {
        each.inputs["role"]
        for plan in EVERY_PLAN
        for each in plan_of(plan).resources
        if each.type == "gcp:projects/iAMMember:IAMMember"
    }
    assert granted
    assert granted - set(roles.GRANTED) == set()
    limit = roles.CONDITIONS["roles/resourcemanager.projectIamAdmin"]
    assert all(f"'{role}'" in limit for role in roles.GRANTED)
    assert "roles/resourcemanager.projectIamAdmin" not in roles.GRANTED
