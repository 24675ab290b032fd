"""The operations of the simulated cloud: what is made, changed, replaced, deleted, kept and made to fail."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from simulator.cloud import Cloud, CloudRefused
from simulator.paths import UNKNOWN
from tests.simulator import town as t


def named(cloud: Cloud, type_token: str, inputs: dict[str, Any], name: str = "it") -> str:
    checked, _ = cloud.check(type_token, t.urn(type_token, name), None, inputs)
    return checked["name"]


def without_name(type_token: str) -> dict[str, Any]:
    return t.changed(type_token, {"name": t.GONE})


def test_a_name_left_out_is_the_logical_name_and_seven_digits() -> None:
    name = named(Cloud(), t.NETWORK, without_name(t.NETWORK), "net")

    assert name.startswith("net-")
    assert len(name) == len("net-") + 7
    assert int(name.rsplit("-", 1)[1], 16) >= 0


def test_a_name_left_out_stays_what_it_was_in_an_update() -> None:
    checked, _ = Cloud().check(t.NETWORK, t.urn(t.NETWORK), {"name": "net-1234567"}, without_name(t.NETWORK))

    assert checked["name"] == "net-1234567"


def test_a_replacement_beside_the_old_one_gets_another_name() -> None:
    cloud = Cloud()
    first = named(cloud, t.NETWORK, without_name(t.NETWORK))
    t.make(cloud, t.NETWORK, without_name(t.NETWORK))

    assert named(cloud, t.NETWORK, without_name(t.NETWORK)) != first


def test_what_is_wrong_says_where_and_what_to_write_instead() -> None:
    _, failures = Cloud().check(t.REDIS, t.urn(t.REDIS), None, {"memorySizeGB": 1})

    assert ("memorySizeGB", "is no property of this type; did you mean memorySizeGb?") in failures
    assert ("memorySizeGb", "is required and missing; give an integer") in failures


def test_a_resource_needs_a_place_of_its_own_or_one_of_its_provider() -> None:
    cloud, homeless = Cloud(), t.changed(t.SUBNET, {"project": t.GONE, "region": t.GONE})

    _, failures = cloud.check(t.SUBNET, t.urn(t.SUBNET), None, homeless)
    assert [path for path, _ in failures] == ["project", "region"]

    cloud.configure("gcp", {"project": t.PROJECT, "region": t.REGION})
    assert cloud.check(t.SUBNET, t.urn(t.SUBNET), None, homeless)[1] == []


def test_what_is_not_known_yet_is_not_judged() -> None:
    unknown = t.changed(t.SUBNET, {"network": UNKNOWN, "ipCidrRange": UNKNOWN})
    cloud = Cloud()

    inputs, failures = cloud.check(t.SUBNET, t.urn(t.SUBNET), None, unknown)

    assert failures == []
    assert cloud.refusals(t.SUBNET, t.urn(t.SUBNET), inputs) == []


def test_what_was_made_can_be_read_and_what_was_deleted_cannot() -> None:
    cloud = Cloud()
    identity, state = t.make(cloud, t.NETWORK, t.RIGHT[t.NETWORK])

    assert cloud.read(t.NETWORK, identity) == (identity, t.RIGHT[t.NETWORK], state)

    cloud.delete(t.NETWORK, identity, t.urn(t.NETWORK))

    assert cloud.read(t.NETWORK, identity) is None


def test_a_second_deletion_is_no_fault() -> None:
    Cloud().delete(t.NETWORK, "gone", t.urn(t.NETWORK))


def test_an_update_shows_in_what_is_read() -> None:
    cloud = Cloud()
    identity, state = t.make(cloud, t.REDIS, {**t.RIGHT[t.REDIS], "authorizedNetwork": None})
    news = {**t.RIGHT[t.REDIS], "authorizedNetwork": None, "memorySizeGb": 2}

    after = cloud.update(t.REDIS, identity, t.urn(t.REDIS), state, news)

    assert after["memorySizeGb"] == 2
    assert after["host"] == state["host"]


def test_a_name_in_use_is_refused() -> None:
    cloud = Cloud()
    t.make(cloud, t.NETWORK, t.RIGHT[t.NETWORK])

    with pytest.raises(CloudRefused, match=r"is in use by .*give another name"):
        t.make(cloud, t.NETWORK, t.RIGHT[t.NETWORK], "other")


def test_the_name_of_a_deleted_postgres_stays_blocked_and_that_of_a_network_does_not() -> None:
    cloud = t.town(until=t.DATABASE)
    cloud.delete(t.POSTGRES, "pg", t.urn(t.POSTGRES))

    with pytest.raises(CloudRefused, match="stays blocked for a week"):
        t.make(cloud, t.POSTGRES, t.RIGHT[t.POSTGRES])

    empty = Cloud()
    identity, _ = t.make(empty, t.NETWORK, t.RIGHT[t.NETWORK])
    empty.delete(t.NETWORK, identity, t.urn(t.NETWORK))
    t.make(empty, t.NETWORK, t.RIGHT[t.NETWORK])


@pytest.mark.parametrize(
    ("type_token", "protected"),
    [
        (t.POSTGRES, {"deletionProtection": True}),
        (t.POSTGRES, {"deletionProtection": t.GONE}),
        (t.POSTGRES, {"settings.deletionProtectionEnabled": True}),
        (t.SERVICE, {"deletionProtection": t.GONE}),
        (t.REDIS, {"deletionProtection": True}),
        (t.MACHINE, {"deletionProtection": True}),
        (t.BUCKET, {"deletionPolicy": "PREVENT"}),
    ],
)
def test_what_is_protected_is_not_deleted(type_token: str, protected: dict[str, Any]) -> None:
    cloud = t.town(until=type_token)
    identity, _ = t.make(cloud, type_token, t.changed(type_token, protected))

    with pytest.raises(CloudRefused, match="refuses deletion"):
        cloud.delete(type_token, identity, t.urn(type_token))


@pytest.mark.parametrize("type_token", [t.POSTGRES, t.SERVICE, t.REDIS, t.MACHINE, t.BUCKET])
def test_what_is_not_protected_is_deleted(type_token: str) -> None:
    cloud = t.town(until=type_token)
    identity, _ = t.make(cloud, type_token, t.RIGHT[type_token])

    cloud.delete(type_token, identity, t.urn(type_token))

    assert cloud.read(type_token, identity) is None


@pytest.mark.parametrize(
    "used", [t.NETWORK, t.SUBNET, t.RANGE, t.SECRET, t.DISK, t.ZONE, t.BACKEND, t.CONNECTION]
)
def test_what_is_used_is_not_deleted_before_its_users(used: str) -> None:
    cloud = t.town()
    identity = next(stored.id for stored in cloud.ledger.all(used))

    with pytest.raises(CloudRefused, match=r"in use by|still use"):
        cloud.delete(used, identity, t.urn(used))


def test_the_whole_town_is_deleted_in_the_order_that_its_making_turned_round_gives() -> None:
    cloud = t.town()

    for stored in reversed(list(cloud.ledger.resources.values())):
        cloud.delete(stored.type, stored.id, stored.urn)

    assert cloud.ledger.resources == {}


@pytest.mark.parametrize(
    ("owner", "inside"), [(t.POSTGRES, (t.DATABASE, t.USER)), (t.SECRET, (t.VERSION, t.GRANT))]
)
def test_what_is_inside_something_goes_with_it(owner: str, inside: tuple[str, ...]) -> None:
    cloud = t.town(until=t.IMAGE)
    assert len(cloud.ledger.all(*inside)) == len(inside)
    stored = cloud.ledger.all(owner)[0]

    cloud.delete(owner, stored.id, stored.urn)

    assert cloud.ledger.all(*inside) == []


def test_a_bucket_that_holds_objects_goes_only_by_force() -> None:
    cloud = t.town(until=t.ZONE)

    with pytest.raises(CloudRefused, match="forceDestroy"):
        cloud.delete(t.BUCKET, "acme-prod-files", t.urn(t.BUCKET))

    forced = t.changed(t.BUCKET, {"forceDestroy": True})
    cloud.update(t.BUCKET, "acme-prod-files", t.urn(t.BUCKET), {}, forced)
    cloud.delete(t.BUCKET, "acme-prod-files", t.urn(t.BUCKET))

    assert cloud.ledger.all(t.BUCKET, t.OBJECT) == []


def test_a_connection_whose_peering_is_removed_does_not_wait_for_the_producer() -> None:
    cloud = t.town(until=t.ADDRESS)
    t.make(cloud, t.POSTGRES, t.RIGHT[t.POSTGRES])
    connection = cloud.ledger.all(t.CONNECTION)[0]
    news = {**connection.inputs, "deletionPolicy": "REMOVE_PEERING"}
    cloud.update(t.CONNECTION, connection.id, connection.urn, {}, news)

    cloud.delete(t.CONNECTION, connection.id, connection.urn)


CHANGES: list[tuple[str, dict[str, Any], bool]] = [
    (t.POSTGRES, {"settings.tier": "db-custom-2-7680"}, False),
    (t.POSTGRES, {"region": "us-central1"}, True),
    (t.REDIS, {"memorySizeGb": 2}, False),
    (t.REDIS, {"tier": "STANDARD_HA"}, True),
    (t.REDIS, {"transitEncryptionMode": "DISABLED"}, True),
    (t.SUBNET, {"ipCidrRange": "10.10.0.0/24"}, False),
    (t.SUBNET, {"ipCidrRange": "10.11.0.0/26"}, True),
    (t.DISK, {"size": 40}, False),
    (t.DISK, {"size": 10}, True),
    (t.MACHINE, {"metadata": {"user-data": "#cloud-config"}}, False),
    (t.MACHINE, {"metadataStartupScript": "true"}, True),
    (t.MACHINE, {"bootDisk.initializeParams.image": "cos-cloud/cos-beta"}, True),
    (t.SERVICE, {"template.timeout": "300s"}, False),
    (t.SERVICE, {"location": "us-central1"}, True),
    (t.VERSION, {"secretData": "sk-2"}, True),
    (t.SECRET, {"labels": {"team": "ai"}}, False),
    (t.SECRET, {"replication": {"userManaged": {"replicas": [{"location": t.REGION}]}}}, True),
    (t.GRANT, {"role": "roles/secretmanager.viewer"}, True),
    (t.RECORD, {"rrdatas": ["10.10.0.11"]}, False),
    (t.CERTIFICATE, {"managed.domains": ["www.example.com"]}, True),
    (t.PASSWORD, {"length": 40}, True),
    (t.VARIABLE, {"value": "https://other"}, False),
    (t.VARIABLE, {"key": "OTHER"}, True),
]


@pytest.mark.parametrize(("type_token", "changes", "replaced"), CHANGES)
def test_a_change_is_made_in_place_or_replaces_as_the_provider_does(
    type_token: str, changes: dict[str, Any], replaced: bool
) -> None:
    cloud = t.town()
    stored = cloud.ledger.all(type_token)[0]

    diff = cloud.diff(type_token, stored.id, stored.inputs, stored.state, t.changed(type_token, changes))

    assert diff.changed
    assert bool(diff.replaces) is replaced


def test_the_same_inputs_are_no_change_and_neither_are_the_credentials_of_a_registry() -> None:
    cloud = t.town()
    stored = cloud.ledger.all(t.IMAGE)[0]
    news = {**stored.inputs, "registry": {"password": "short-lived"}}

    assert cloud.diff(t.IMAGE, stored.id, stored.inputs, stored.state, stored.inputs).changed == []
    assert cloud.diff(t.IMAGE, stored.id, stored.inputs, stored.state, news).changed == []


def test_a_replacement_of_a_chosen_name_deletes_first_and_one_that_pulumi_named_does_not() -> None:
    cloud = Cloud()
    wide = {"autoCreateSubnetworks": True}
    given, _ = t.make(cloud, t.NETWORK, t.RIGHT[t.NETWORK])
    made, _ = t.make(cloud, t.NETWORK, without_name(t.NETWORK), "other")
    automatic = cloud.ledger.resources[t.NETWORK, made].inputs

    same = cloud.diff(t.NETWORK, given, t.RIGHT[t.NETWORK], {}, {**t.RIGHT[t.NETWORK], **wide})
    renamed = cloud.diff(t.NETWORK, given, t.RIGHT[t.NETWORK], {}, {**t.RIGHT[t.NETWORK], "name": "another"})
    free = cloud.diff(t.NETWORK, made, automatic, {}, {**automatic, **wide})

    assert same.delete_before_replace
    assert renamed.delete_before_replace, "the bridge does not look whether the name is another"
    assert not free.delete_before_replace


def test_addresses_are_inside_their_ranges() -> None:
    cloud = t.town()
    inside, services = ipaddress.ip_network("10.10.0.0/26"), ipaddress.ip_network("10.20.0.0/16")

    assert ipaddress.ip_address(cloud.ledger.all(t.ADDRESS)[0].get("address")) in inside
    assert ipaddress.ip_address(cloud.ledger.all(t.REDIS)[0].get("host")) in services
    assert ipaddress.ip_address(cloud.ledger.all(t.POSTGRES)[0].get("privateIpAddress")) in services


def test_a_range_for_services_that_names_no_address_gets_one_that_is_free() -> None:
    cloud = t.town(until=t.RANGE)
    _, state = t.make(cloud, t.RANGE, t.changed(t.RANGE, {"address": t.GONE}))
    reserved = ipaddress.ip_network(f"{state['address']}/16")

    assert not reserved.overlaps(ipaddress.ip_network("10.10.0.0/26"))


def test_redis_with_tls_has_another_port_and_an_authority_to_trust() -> None:
    state = t.town().ledger.all(t.REDIS)[0].state

    assert state["port"] == 6378
    assert state["serverCaCerts"][0]["cert"].startswith("-----BEGIN CERTIFICATE-----")
    assert state["authString"]


def test_versions_of_a_secret_are_counted() -> None:
    cloud = t.town()

    _, second = t.make(cloud, t.VERSION, t.changed(t.VERSION, {"secretData": "sk-2"}), "second")

    assert (cloud.ledger.all(t.VERSION)[0].get("version"), second["version"]) == ("1", "2")


def test_each_change_of_a_service_is_a_new_revision_at_the_same_address() -> None:
    cloud = t.town()
    service = cloud.ledger.all(t.SERVICE)[0]

    news = t.changed(t.SERVICE, {"template.timeout": "300s"})
    after = cloud.update(t.SERVICE, service.id, service.urn, {}, news)

    assert after["uri"] == service.get("uri")
    assert after["latestReadyRevision"] != service.get("latestReadyRevision")


def test_a_projects_own_number_is_in_its_addresses_once_it_is_told() -> None:
    cloud = t.town(until=t.SERVICE)
    cloud.configure("projects", {t.PROJECT: "123456789012"})

    _, state = t.make(cloud, t.SERVICE, t.RIGHT[t.SERVICE])

    assert state["uri"] == f"https://api-123456789012.{t.REGION}.run.app"


def test_functions_that_tell_where_a_program_is_are_answered() -> None:
    cloud = Cloud()
    cloud.configure("gcp", {"project": t.PROJECT, "region": t.REGION})
    cloud.configure("projects", {t.PROJECT: "123456789012"})

    assert cloud.invoke("gcp:organizations/getClientConfig:getClientConfig", {})["region"] == t.REGION
    assert cloud.invoke("gcp:organizations/getProject:getProject", {})["number"] == "123456789012"
    with pytest.raises(CloudRefused, match="take the value from settings"):
        cloud.invoke("gcp:compute/getImage:getImage", {})


def test_labels_of_the_provider_are_on_what_has_labels() -> None:
    cloud = Cloud()
    cloud.configure("gcp", {"defaultLabels": {"stack": "prod"}})

    _, state = t.make(cloud, t.SECRET, t.changed(t.SECRET, {"labels": {"team": "ai"}}))

    assert state["effectiveLabels"] == {"goog-pulumi-provisioned": "true", "stack": "prod", "team": "ai"}
    assert state["labels"] == {"team": "ai"}


def test_a_variable_that_exists_for_a_target_is_not_made_again() -> None:
    cloud = t.town()

    with pytest.raises(CloudRefused, match="exists for production"):
        t.make(cloud, t.VARIABLE, t.RIGHT[t.VARIABLE], "other")
    t.make(cloud, t.VARIABLE, t.changed(t.VARIABLE, {"targets": ["preview"]}), "preview")


def test_postgres_in_a_network_without_a_connection_to_services_is_refused() -> None:
    cloud = t.town(until=t.CONNECTION)

    with pytest.raises(CloudRefused, match="no private services connection yet"):
        t.make(cloud, t.POSTGRES, t.RIGHT[t.POSTGRES])


def test_a_service_whose_account_may_not_read_its_secret_is_refused() -> None:
    cloud = t.town(until=t.SERVICE)
    grant = cloud.ledger.all(t.GRANT)[0]
    cloud.delete(t.GRANT, grant.id, grant.urn)

    with pytest.raises(
        CloudRefused, match=r"may not read 'openai'; grant it roles/secretmanager.secretAccessor"
    ):
        t.make(cloud, t.SERVICE, t.RIGHT[t.SERVICE])


def test_the_private_address_and_the_disk_of_postgres_are_not_taken_back() -> None:
    cloud = t.town()
    public = {"settings.ipConfiguration.privateNetwork": t.GONE, "settings.ipConfiguration.ipv4Enabled": True}

    for changes in (public, {"settings.diskSize": 10}):
        with pytest.raises(CloudRefused):
            cloud.update(t.POSTGRES, "pg", t.urn(t.POSTGRES), {}, t.changed(t.POSTGRES, changes))


@pytest.mark.parametrize("name", ["projects/acme-prod/secrets/openai", "openai"])
def test_what_was_there_before_may_be_named(name: str) -> None:
    cloud = t.town(until=t.SECRET)
    cloud.ledger.existing.append("projects/acme-prod/secrets/openai")

    t.make(cloud, t.GRANT, t.changed(t.GRANT, {"secretId": name}))


def test_where_the_program_enables_apis_a_resource_of_another_is_refused() -> None:
    cloud = Cloud()
    t.make(cloud, t.API, t.RIGHT[t.API])

    with pytest.raises(CloudRefused, match=r"compute.googleapis.com is not enabled in acme-prod; enable it"):
        t.make(cloud, t.NETWORK, t.RIGHT[t.NETWORK])

    t.make(cloud, t.API, t.changed(t.API, {"service": "compute.googleapis.com"}), "compute")
    t.make(cloud, t.NETWORK, t.RIGHT[t.NETWORK])


def test_a_type_of_no_sdk_is_refused() -> None:
    _, failures = Cloud().check("gcp:moon/base:Base", t.urn("gcp:moon/base:Base"), None, {})

    assert failures == [("type", "the installed SDK of 'gcp' has no type gcp:moon/base:Base")]


@pytest.mark.parametrize("fail_on", [2, "::second"])
def test_an_operation_fails_once_when_told_to(fail_on: int | str) -> None:
    cloud = Cloud(fail_on=fail_on)
    t.make(cloud, t.PASSWORD, t.RIGHT[t.PASSWORD], "first")

    with pytest.raises(CloudRefused, match="told to fail"):
        t.make(cloud, t.PASSWORD, t.RIGHT[t.PASSWORD], "second")
    t.make(cloud, t.PASSWORD, t.RIGHT[t.PASSWORD], "second")

    assert len(cloud.ledger.all(t.PASSWORD)) == 2


def test_the_same_operations_always_give_the_same_cloud(tmp_path: Path) -> None:
    for name in ("one", "other"):
        t.town().save(tmp_path / name)

    assert (tmp_path / "one").read_text() == (tmp_path / "other").read_text()


def test_what_is_saved_is_loaded_with_everything_that_it_refuses(tmp_path: Path) -> None:
    cloud = t.town()
    cloud.save(tmp_path / "cloud.json")

    loaded = Cloud.load(tmp_path / "cloud.json")

    assert loaded.ledger.resources == cloud.ledger.resources
    with pytest.raises(CloudRefused, match="in use"):
        t.make(loaded, t.NETWORK, t.RIGHT[t.NETWORK], "other")


def test_a_cluster_is_looked_up_as_it_was_made_or_as_it_was_there() -> None:
    token, asked = "gcp:container/getCluster:getCluster", {"project": t.PROJECT, "location": t.REGION}
    cloud = t.town()
    cloud.ledger.existing.append(f"projects/{t.PROJECT}/locations/{t.REGION}/clusters/shared")

    made = cloud.invoke(token, {**asked, "name": "main"})
    there = cloud.invoke(token, {**asked, "name": "shared"})

    for found in (made, there):
        (endpoints,) = found["controlPlaneEndpointsConfigs"]
        (dns,) = endpoints["dnsEndpointConfigs"]
        assert dns["endpoint"].endswith(".gke.goog")
    assert made["id"] == cloud.ledger.all(t.CLUSTER)[0].id
    with pytest.raises(CloudRefused, match="does not exist"):
        cloud.invoke(token, {**asked, "name": "none"})
