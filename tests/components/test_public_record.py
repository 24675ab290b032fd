from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pytest

from components.public_record import PublicRecord, PublicRecordArgs
from simulator.in_process import Plan, plan
from tests.components.environments import environment

RECORD = "gcp:dns/recordSet:RecordSet"
ZONE = "projects/acme-prod/managedZones/acme"


def args(addresses: Mapping[str, Sequence[str]]) -> PublicRecordArgs:
    return PublicRecordArgs(environment=environment(), zone="acme", host="api.acme.com", addresses=addresses)


def made(addresses: Mapping[str, Sequence[str]]) -> Plan:
    def program() -> None:
        pulumi.export("host", PublicRecord("record", args(addresses)).host)

    return plan(program, existing=[ZONE])


def test_one_address_is_a_plain_record() -> None:
    planned = made({"europe-west1": ["203.0.113.1"]})
    record = planned.one(RECORD).inputs

    assert (record["name"], record["type"], record["rrdatas"]) == ("api.acme.com.", "A", ["203.0.113.1"])
    assert "routingPolicy" not in record
    assert planned.outputs["host"] == "api.acme.com"


def test_two_addresses_of_one_region_are_a_plain_record_of_both() -> None:
    record = made({"europe-west1": ["203.0.113.1", "203.0.113.2"]}).one(RECORD).inputs

    assert record["rrdatas"] == ["203.0.113.1", "203.0.113.2"]
    assert "routingPolicy" not in record


def test_a_client_is_told_the_address_nearest_to_it() -> None:
    record = made({"us-central1": ["203.0.113.2"], "europe-west1": ["203.0.113.1"]}).one(RECORD).inputs

    assert "rrdatas" not in record, "one or the other, never both"
    places = {each["location"]: each["rrdatas"] for each in record["routingPolicy"]["geos"]}
    assert places == {"europe-west1": ["203.0.113.1"], "us-central1": ["203.0.113.2"]}


def test_a_region_without_an_address_is_no_place() -> None:
    assert (
        "routingPolicy" not in made({"us-central1": [], "europe-west1": ["203.0.113.1"]}).one(RECORD).inputs
    )


def test_a_host_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match=r"api\.acme\.com has no address; write addresses="):
        args({"europe-west1": []})
