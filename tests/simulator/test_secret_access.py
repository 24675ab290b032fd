from __future__ import annotations

import base64
from typing import Any

import pulumi
import pytest
from pulumi_gcp import secretmanager

from simulator.in_process import Plan, plan

BY_HAND = "projects/acme/secrets/by-hand"


def read(**asked: Any) -> Plan:
    def program() -> None:
        secret = secretmanager.Secret(
            "kept", project="acme", secret_id="kept", replication={"auto": {}}, deletion_protection=False
        )
        version = secretmanager.SecretVersion(
            "version",
            secret=secret.id,
            secret_data=pulumi.Output.secret("välue"),
            enabled=asked.pop("on", True),
        )
        usual: dict[str, Any] = {"project": "acme", "secret": secret.secret_id, "version": version.version}
        where: dict[str, Any] = usual | asked
        found = secretmanager.get_secret_version_access_output(**where)
        pulumi.export("value", found.secret_data)
        pulumi.export("name", found.name)

    return plan(program, existing=[BY_HAND])


def test_a_version_is_answered_with_its_value() -> None:
    assert read().outputs["value"] == "välue"


def test_a_value_is_answered_in_base64_where_that_is_asked_for() -> None:
    value = read(is_secret_data_base64=True).outputs["value"]

    assert base64.b64decode(value).decode() == "välue"


def test_a_secret_that_was_there_before_has_a_value_of_its_own_in_each_version() -> None:
    first, again, second = (
        read(secret="by-hand", version=number).outputs["value"] for number in ("1", "1", "2")
    )

    assert first == again != second


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"version": "7"}, "versions/7 does not exist"),
        ({"secret": "nowhere", "version": "1"}, "secrets/nowhere/versions/1 does not exist"),
        ({"on": False}, "is disabled"),
    ],
)
def test_a_version_that_cannot_be_read_is_refused(asked: dict[str, Any], reason: str) -> None:
    with pytest.raises(Exception, match=reason):
        read(**asked)
