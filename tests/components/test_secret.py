from __future__ import annotations

from collections.abc import Callable, Mapping

import pulumi
import pytest

from components.secret import Existing, Generated, Given, Secret, SecretArgs, SecretSource
from simulator.in_process import Plan, SecretValue, plan
from tests.components.environments import awaited, environment

SECRET = "gcp:secretmanager/secret:Secret"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
GRANT = "gcp:secretmanager/secretIamMember:SecretIamMember"
API = "serviceAccount:api@acme-prod.iam.gserviceaccount.com"
JOB = "serviceAccount:job@acme-prod.iam.gserviceaccount.com"
KEPT_BY_HAND = ("projects/acme-prod/secrets/openai", "projects/acme-prod/secrets/openai/versions/3")
MARKER = "marker-of-a-secret-value"


def given() -> Given:
    return Given(value=pulumi.Output.from_input(MARKER))


def made(
    source: Callable[[], SecretSource], readers: Mapping[str, str] | None = None, *, protect: bool = True
) -> Plan:
    """A secret, and a second one that stands for whoever uses the first one's version."""

    def program() -> None:
        here = environment(protect=protect)
        secret = Secret("token", SecretArgs(environment=here, source=source(), readers=readers or {}))
        pulumi.export("version", secret.ref.version)
        pulumi.export("value", secret.value)
        Secret("consumer", SecretArgs(environment=here, source=Given(value=secret.ref.version)))

    return plan(program, existing=[*KEPT_BY_HAND, API, JOB])


def test_a_consumer_gets_a_numbered_version_and_never_the_latest() -> None:
    assert str(made(Generated).outputs["version"]).isdigit()


def test_a_version_is_known_only_once_every_reader_can_read_it() -> None:
    planned = made(Generated, {"api": API, "job": JOB})

    assert {"token-api", "token-job", "token-version"} <= awaited(
        planned, planned.one(VERSION, "consumer-version")
    )


def test_a_reader_may_read_this_secret_and_nothing_else() -> None:
    planned = made(Generated, {"api": API})
    [grant] = planned.of(GRANT)

    assert grant.inputs["role"] == "roles/secretmanager.secretAccessor"
    assert grant.inputs["secretId"] == planned.one(SECRET, "token").inputs["secretId"]
    assert grant.inputs["member"] == API
    assert not planned.of("gcp:projects/iAMMember:IAMMember")


def test_a_generated_value_is_letters_and_digits_and_so_is_safe_in_a_url() -> None:
    planned = made(lambda: Generated(length=40))
    [password] = planned.of("random:index/randomPassword:RandomPassword")

    assert password.inputs["special"] is False
    assert password.inputs["length"] == 40


@pytest.mark.parametrize("source", [Generated, given])
def test_a_value_is_a_secret_wherever_it_is_passed_on(source: Callable[[], SecretSource]) -> None:
    planned = made(source)

    assert isinstance(planned.outputs["value"], SecretValue)
    assert isinstance(planned.one(VERSION, "token-version").inputs["secretData"], SecretValue)


def test_a_value_from_the_configuration_is_in_the_clear_nowhere_in_the_plan() -> None:
    planned = made(given)

    assert planned.outputs["value"].value == MARKER
    assert MARKER not in repr([(item.inputs, item.state) for item in planned.resources])


def test_after_a_rotation_the_old_version_can_be_brought_back() -> None:
    """A destroyed version would leave the revisions that still refer to it unable to start."""
    assert made(Generated).one(VERSION, "token-version").inputs["deletionPolicy"] == "DISABLE"


def test_a_secret_kept_by_hand_is_only_opened_to_its_readers() -> None:
    planned = made(lambda: Existing(secret="openai", version="3"), {"api": API})

    assert planned.outputs["version"] == "3"
    assert [resource.name for resource in planned.of(SECRET)] == ["consumer"]
    assert [(grant.inputs["secretId"], grant.inputs["member"]) for grant in planned.of(GRANT)] == [
        ("openai", API)
    ]


@pytest.mark.parametrize("protect", [True, False])
def test_one_switch_keeps_a_secret_and_its_versions(protect: bool) -> None:
    secret = made(Generated, protect=protect).one(SECRET, "token")

    assert (secret.protect, secret.inputs["deletionProtection"]) == (protect, protect)


def test_what_is_out_of_use_may_be_deleted_even_where_the_stack_is_protected() -> None:
    def program() -> None:
        here = environment(protect=True)
        Secret("used", SecretArgs(environment=here))
        Secret("unused", SecretArgs(environment=here, protect=False))

    planned = plan(program)

    kept = {one.name: (one.protect, one.inputs["deletionProtection"]) for one in planned.of(SECRET)}
    assert kept == {"used": (True, True), "unused": (False, False)}


def test_where_nothing_is_protected_no_secret_can_be() -> None:
    assert not SecretArgs(environment=environment(protect=False), protect=True).protected


def test_another_generation_is_another_value_and_the_first_says_nothing_of_itself() -> None:
    """What was generated before there were generations must stay what it is."""
    [first] = made(Generated).of("random:index/randomPassword:RandomPassword")
    [third] = made(lambda: Generated(generation=3)).of("random:index/randomPassword:RandomPassword")

    assert "keepers" not in first.inputs
    assert third.inputs["keepers"] == {"generation": "3"}


def test_a_generation_that_can_not_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="write 1 or more"):
        Generated(generation=0)
