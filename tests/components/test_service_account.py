from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from components.secret import Given, Secret, SecretArgs
from components.service_account import ServiceAccount, ServiceAccountArgs
from simulator.in_process import Plan, plan
from tests.components.environments import awaited, environment

ACCOUNT, GRANT = "gcp:serviceaccount/account:Account", "gcp:projects/iAMMember:IAMMember"
WRITER = ("roles/logging.logWriter", "roles/monitoring.metricWriter")


def made(name: str = "axis-api", roles: Sequence[str] = WRITER, stack: str = "prod") -> Plan:
    """An account, and one that uses its email and one that uses its member."""

    def program() -> None:
        here = environment(stack=stack)
        account = ServiceAccount(
            name, ServiceAccountArgs(environment=here, display_name="AXIS", project_roles=roles)
        )
        for user, value in (("by-email", account.email), ("by-member", account.member)):
            Secret(user, SecretArgs(environment=here, source=Given(value=value)))

    return plan(program)


def test_a_workload_runs_as_an_account_only_once_its_roles_are_granted() -> None:
    planned = made()
    version = planned.one("gcp:secretmanager/secretVersion:SecretVersion", "by-email-version")

    assert {grant.name for grant in planned.of(GRANT)} < awaited(planned, version)


def test_access_to_an_entity_is_granted_without_waiting_for_roles_on_the_project() -> None:
    planned = made()
    version = planned.one("gcp:secretmanager/secretVersion:SecretVersion", "by-member-version")

    assert awaited(planned, version) == {"axis-api", "by-member"}


def test_each_role_is_added_for_this_account_and_takes_nothing_from_others() -> None:
    planned = made()
    email = planned.one(ACCOUNT).state["email"]

    assert {(grant.inputs["role"], grant.inputs["member"]) for grant in planned.of(GRANT)} == {
        (role, f"serviceAccount:{email}") for role in WRITER
    }
    assert not [resource for resource in planned.resources if re.search("IAM(Binding|Policy)", resource.type)]


def test_an_account_has_no_key_that_could_leak() -> None:
    assert not made().of("gcp:serviceaccount/key:Key")


@pytest.mark.parametrize("name", ["a", "axis-api", "axis-" + "very-" * 12 + "long"])
def test_an_account_id_is_as_long_as_google_wants_it(name: str) -> None:
    account_id = made(name, stack="p").one(ACCOUNT).inputs["accountId"]

    assert re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", account_id)


@pytest.mark.parametrize(
    ("role", "wanted"),
    [
        ("roles/editor", "predefined roles"),
        ("roles/owner", "predefined roles"),
        ("logging.logWriter", "write roles/logging.logWriter"),
    ],
)
def test_a_role_that_reaches_too_far_or_is_none_is_refused(role: str, wanted: str) -> None:
    with pytest.raises(ValueError, match=re.escape(wanted)):
        ServiceAccountArgs(environment=environment(), display_name="AXIS", project_roles=[role])


def test_a_display_name_that_google_would_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 100 bytes"):
        ServiceAccountArgs(environment=environment(), display_name="é" * 51)
