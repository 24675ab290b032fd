"""A program run in this process: what a plan tells, and what it refuses."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import ComponentResource, Config, Output, ResourceOptions
from pulumi_gcp import Provider, projects, redis, secretmanager, serviceaccount
from pulumi_random import RandomId, RandomPassword

from simulator.cloud import Cloud
from simulator.in_process import PlanRefused, SecretValue, plan
from tests.simulator import town as t

MARKER = "planted-7f3a"


class Pair(ComponentResource):
    def __init__(self, name: str, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Pair", name, None, opts)
        first = RandomId(f"{name}-first", byte_length=4, opts=ResourceOptions(parent=self))
        self.second = RandomId(
            f"{name}-second", byte_length=4, prefix=first.hex, opts=ResourceOptions(parent=self)
        )
        self.register_outputs({})


def secret(name: str = "it", **options: Any) -> secretmanager.Secret:
    return secretmanager.Secret(
        name,
        project=t.PROJECT,
        secret_id=name,
        replication=secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs()),
        **options,
    )


def refused(program: Callable[[], object], **options: Any) -> list[str]:
    with pytest.raises(PlanRefused) as caught:
        plan(program, **options)
    return caught.value.findings


def test_urns_are_those_of_the_engine() -> None:
    planned = plan(lambda: Pair("outer"), stack="prod")

    assert planned.one(t.IDENTITY, "outer-first").urn == (
        f"urn:pulumi:prod::ai-platform::ai-platform:components:Pair${t.IDENTITY}::outer-first"
    )


def test_parents_and_dependencies_are_told() -> None:
    planned = plan(lambda: Pair("outer"))
    pair, first, second = planned.resources

    assert (pair.parent, first.parent, second.parent) == ("", pair.urn, pair.urn)
    assert (first.dependencies, second.dependencies) == ((), (first.urn,))
    assert (pair.custom, first.custom) == (False, True)


def test_protection_reaches_children() -> None:
    planned = plan(lambda: Pair("outer", ResourceOptions(protect=True)))

    assert all(resource.protect for resource in planned.resources)


def test_applies_run_and_outputs_are_collected() -> None:
    def program() -> None:
        pulumi.export("twice", Output.concat(RandomId("it", byte_length=4).hex, "!"))

    planned = plan(program)

    assert planned.outputs == {"twice": planned.one(t.IDENTITY).state["hex"] + "!"}


def test_secrets_are_marked_in_inputs_state_and_outputs_and_printed_nowhere() -> None:
    def program() -> None:
        given = Config().require_secret("token")
        secretmanager.SecretVersion("it", secret=secret().id, secret_data=given)
        pulumi.export("token", given)
        pulumi.export("plain", "seen")

    planned = plan(program, secret_config={"token": MARKER})

    assert planned.one(t.VERSION).inputs["secretData"] == SecretValue(MARKER)
    assert planned.one(t.VERSION).state["secretData"] == SecretValue(MARKER)
    assert planned.outputs == {"token": SecretValue(MARKER), "plain": "seen"}
    assert MARKER not in repr(planned.resources) + repr(planned.outputs)


def test_a_secret_inside_a_structure_is_marked_where_it_is() -> None:
    def program() -> None:
        secret(annotations={"a": Output.secret(MARKER), "b": "seen"})

    assert plan(program).one(t.SECRET).inputs["annotations"] == {"a": SecretValue(MARKER), "b": "seen"}


def test_what_the_sdk_names_a_secret_output_is_one() -> None:
    def program() -> None:
        pulumi.export("password", RandomPassword("it", length=20).result)

    assert isinstance(plan(program).outputs["password"], SecretValue)


def test_configuration_is_read_and_a_secret_key_is_secret() -> None:
    def program() -> None:
        pulumi.export("tier", Config().require("tier"))
        pulumi.export("region", Config("gcp").require("region"))

    planned = plan(program, config={"tier": "small", "gcp:region": "europe-west4"})

    assert planned.outputs == {"tier": "small", "region": "europe-west4"}


def test_missing_configuration_is_a_finding() -> None:
    assert "ai-platform:tier" in refused(lambda: Config().require("tier"))[0]


def test_nothing_of_one_plan_is_in_the_next() -> None:
    first = plan(lambda: Pair("outer"), config={"tier": "small"})
    second = plan(lambda: pulumi.export("tier", Config().get("tier") or "none"))

    assert len(first.resources) == 3
    assert (second.resources, second.outputs) == ([], {"tier": "none"})


def test_a_plan_is_made_after_one_that_failed() -> None:
    def fails() -> None:
        RandomId("it", byte_length=4).hex.apply(lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        plan(fails)

    assert len(plan(lambda: Pair("outer")).resources) == 3


def test_the_same_program_always_gives_the_same_plan() -> None:
    first, second = (plan(lambda: Pair("outer")) for _ in range(2))

    assert first.resources == second.resources


def test_resources_come_after_their_parents_and_after_what_they_depend_on() -> None:
    def program() -> None:
        last = RandomId("a-last", byte_length=4, prefix=Pair("z-pair").second.hex)
        RandomId("b-child", byte_length=4, opts=ResourceOptions(parent=last))

    seen: set[str] = set()
    for resource in plan(program).resources:
        assert {urn for urn in (resource.parent, *resource.dependencies) if urn} <= seen
        seen.add(resource.urn)


def test_what_the_program_raises_is_raised() -> None:
    def program() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        plan(program)


def test_an_output_inside_an_f_string_raises_and_the_switch_for_it_is_put_back() -> None:
    before = os.environ.get("PULUMI_ERROR_OUTPUT_STRING")

    with pytest.raises(Exception, match="not supported"):
        plan(lambda: f"{RandomId('it', byte_length=4).hex}")

    assert os.environ.get("PULUMI_ERROR_OUTPUT_STRING") == before


def test_a_program_file_is_run(tmp_path: Path) -> None:
    file = tmp_path / "__main__.py"
    file.write_text("import pulumi\npulumi.export('name', pulumi.get_stack())\n")

    assert plan(lambda: runpy.run_path(str(file)), stack="dev").outputs == {"name": "dev"}


def test_everything_that_is_wrong_is_told_at_once_with_names_and_remedies() -> None:
    misspelt: Any = {"day": "MONDAY"}

    def program() -> None:
        redis.Instance("small", memory_size_gb=1, tier="TINY")
        redis.Instance("big", memory_size_gb=1, maintenance_policy=misspelt)

    findings = refused(program, config={"gcp:project": t.PROJECT, "gcp:region": t.REGION})

    assert len(findings) == 2
    assert any(finding.startswith(f"small ({t.REDIS}): tier: 'TINY'") for finding in findings)
    assert any(finding.startswith(f"big ({t.REDIS}): maintenancePolicy.day: is no") for finding in findings)


def test_a_failure_that_was_asked_for_is_told() -> None:
    findings = refused(lambda: Pair("outer"), cloud=Cloud(fail_on=2))

    assert [finding for finding in findings if "told to fail" in finding]


def test_two_resources_of_one_name_are_refused() -> None:
    def program() -> None:
        RandomId("it", byte_length=4)
        RandomId("it", byte_length=4)

    assert "is declared twice" in refused(program)[0]


def version_of(named: Callable[[secretmanager.Secret], Any]) -> Callable[[], None]:
    def program() -> None:
        made = secret("openai")
        secretmanager.SecretVersion("it", secret=named(made), secret_data="sk-1")

    return program


def test_what_is_used_without_waiting_for_it_is_refused() -> None:
    """By the text of its name it may be there in time, or not."""
    text = f"projects/{t.PROJECT}/secrets/openai"

    findings = refused(version_of(lambda _: text))

    assert [line for line in findings if "does not wait for it" in line or "names no Secret" in line]
    assert plan(version_of(lambda made: made.id)).of(t.VERSION)


def test_a_resource_waits_for_its_api_where_the_program_enables_it() -> None:
    def program(*apis: str, waits: bool) -> None:
        enabled = [
            projects.Service(
                api, project=t.PROJECT, service=f"{api}.googleapis.com", disable_on_destroy=False
            )
            for api in apis
        ]
        project = enabled[0].project if waits else t.PROJECT
        replication = secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs())
        secretmanager.Secret("it", project=project, secret_id="it", replication=replication)

    assert "is not enabled" in refused(lambda: program("run", waits=True))[0]
    assert "does not wait for it" in refused(lambda: program("secretmanager", waits=False))[0]
    assert plan(lambda: program("secretmanager", waits=True)).of(t.SECRET)


def test_what_was_there_before_the_program_is_used_freely() -> None:
    def program() -> None:
        secretmanager.SecretVersion("it", secret=f"projects/{t.PROJECT}/secrets/openai", secret_data="sk-1")

    assert "names no Secret" in refused(program)[0]
    assert plan(program, existing=[f"projects/{t.PROJECT}/secrets/openai"]).of(t.VERSION)


@pytest.mark.parametrize("disabled", ["gcp", "*"])
def test_a_forgotten_provider_is_refused_where_default_providers_are_disabled(disabled: str) -> None:
    config = {"pulumi:disable-default-providers": json.dumps([disabled])}

    def program() -> None:
        provider = Provider("google", project=t.PROJECT, region=t.REGION)
        secret("with", opts=ResourceOptions(provider=provider))

    assert "pass a provider" in refused(lambda: secret("without"), config=config)[0]
    assert plan(program, config=config).one(t.SECRET).provider.endswith("pulumi:providers:gcp::google")


def test_a_provider_says_the_project_and_the_labels_of_what_names_none() -> None:
    def program() -> None:
        provider = Provider("google", project=t.PROJECT, default_labels={"stack": "prod"})
        options = ResourceOptions(provider=provider)
        account = serviceaccount.Account("api-account", account_id="api-account", opts=options)
        pulumi.export("email", account.email)
        secret(opts=options)

    planned = plan(program)

    assert planned.outputs["email"] == f"api-account@{t.PROJECT}.iam.gserviceaccount.com"
    assert planned.one(t.SECRET).state["effectiveLabels"].value["stack"] == "prod"


def test_a_function_of_a_provider_that_is_not_known_fails_loudly() -> None:
    def program() -> None:
        serviceaccount.get_account(account_id="api-account")

    with pytest.raises(Exception, match="take the value from settings instead"):
        plan(program)


def test_types_without_rules_are_made_and_named_in_the_plan() -> None:
    def program() -> None:
        serviceaccount.Key("it", service_account_id="x")

    assert plan(program).unruled == ["gcp:serviceaccount/key:Key"]


def test_one_names_what_there_is_when_it_finds_none_or_many() -> None:
    planned = plan(lambda: Pair("outer"))

    with pytest.raises(LookupError, match="outer-first, outer-second"):
        planned.one(t.IDENTITY)
    with pytest.raises(LookupError, match="there is: none"):
        planned.one(t.REDIS)


def test_a_resource_that_is_looked_up_must_exist() -> None:
    program = lambda: serviceaccount.Account.get("it", f"projects/{t.PROJECT}/serviceAccounts/a@b")  # noqa: E731

    assert "does not exist" in refused(program)[0]


def test_options_that_change_a_resources_life_are_told() -> None:
    options = ResourceOptions(ignore_changes=["labels"], retain_on_delete=True, delete_before_replace=True)

    assert plan(lambda: secret(opts=options)).one(t.SECRET).options == {
        "ignoreChanges": ["labels"],
        "retainOnDelete": True,
        "deleteBeforeReplace": True,
    }
