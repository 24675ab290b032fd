from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.certificate_map import CertificateMap, CertificateMapArgs
from components.managed_certificate import ManagedCertificate, ManagedCertificateArgs
from simulator.in_process import Plan, plan
from tests.components.environments import awaited, environment

CERTIFICATE = "gcp:certificatemanager/certificate:Certificate"
PROOF = "gcp:certificatemanager/dnsAuthorization:DnsAuthorization"
ENTRY = "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry"
MAP = "gcp:certificatemanager/certificateMap:CertificateMap"
RECORD = "gcp:dns/recordSet:RecordSet"
ZONE = "projects/acme-prod/managedZones/acme"


class Reader(pulumi.CustomResource):
    """A load balancer that offers the map."""

    def __init__(self, certificate_map: pulumi.Input[str]) -> None:
        super().__init__(
            "random:index/randomId:RandomId", "reader", {"byteLength": 1, "prefix": certificate_map}
        )


def made(*hosts: str, dns_zone: str | None = None) -> Plan:
    def program() -> None:
        here = environment()
        certificates = [
            ManagedCertificate(
                f"certificate-{host}", ManagedCertificateArgs(environment=here, host=host, dns_zone=dns_zone)
            )
            for host in hosts
        ]
        several = CertificateMap(
            "certificates", CertificateMapArgs(environment=here, certificates=certificates)
        )
        pulumi.export("records", [each.record for each in certificates])
        Reader(several.map_name)

    return plan(program, existing=[ZONE])


def test_a_host_is_proven_by_a_record_and_not_by_where_it_points() -> None:
    """So a certificate is there before a host moves here, and before anything answers."""
    planned = made("api.acme.com")
    certificate, proof = planned.one(CERTIFICATE), planned.one(PROOF)

    assert certificate.inputs["managed"] == {"domains": ["api.acme.com"], "dnsAuthorizations": [proof.id]}
    assert certificate.inputs["scope"] == "DEFAULT"


def test_two_projects_can_prove_a_host_at_once_so_that_it_can_move() -> None:
    assert made("api.acme.com").one(PROOF).inputs["type"] == "PER_PROJECT_RECORD"


def test_a_zone_gets_the_record() -> None:
    planned = made("api.acme.com", dns_zone="acme")
    [wanted] = planned.one(PROOF).state["dnsResourceRecords"]

    record = planned.one(RECORD).inputs
    assert (record["name"], record["type"], record["rrdatas"]) == (
        wanted["name"],
        wanted["type"],
        [wanted["data"]],
    )


def test_without_a_zone_the_record_is_told_as_a_line_of_one() -> None:
    planned = made("api.acme.com")
    [told] = planned.outputs["records"]

    assert planned.of(RECORD) == []
    name, kind, target = told.split()
    assert name.endswith(".api.acme.com.")
    assert (kind, target.rpartition(".authorize.")[2]) == ("CNAME", "certificatemanager.goog.")


def test_each_host_has_an_entry_in_one_map() -> None:
    planned = made("api.acme.com", "memory.acme.com")
    certificates = {each.inputs["managed"]["domains"][0]: each.id for each in planned.of(CERTIFICATE)}

    entries = {each.inputs["hostname"]: each.inputs for each in planned.of(ENTRY)}
    assert entries.keys() == certificates.keys()
    assert all(entry["certificates"] == [certificates[host]] for host, entry in entries.items())
    assert {entry["map"] for entry in entries.values()} == {planned.one(MAP).inputs["name"]}


def test_a_host_more_is_an_entry_more_and_no_other_map() -> None:
    one, two = made("api.acme.com"), made("api.acme.com", "memory.acme.com")

    assert one.one(MAP).inputs == two.one(MAP).inputs
    assert {each.name for each in one.of(ENTRY)} < {each.name for each in two.of(ENTRY)}


def test_the_map_is_offered_once_every_host_is_in_it() -> None:
    planned = made("api.acme.com", "memory.acme.com")
    reader = next(each for each in planned.resources if each.name == "reader")

    assert {each.name for each in planned.of(ENTRY)} <= awaited(planned, reader)


@pytest.mark.parametrize("host", ["*.acme.com", "acme", "API.acme.com", f"{'a' * 64}.acme.com", "a b.com"])
def test_a_host_that_gets_no_certificate_is_refused(host: Any) -> None:
    with pytest.raises(ValueError, match=r"write one like api\.acme\.com"):
        ManagedCertificateArgs(environment=environment(), host=host)
