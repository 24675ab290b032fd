from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pulumi
import pytest
from pulumi_gcp.redis.outputs import InstanceServerCaCert

from components.network import Network, NetworkArgs
from components.redis import Redis, RedisArgs, as_one_file
from simulator.in_process import Plan, PlannedResource, plan
from simulator.values import opened
from tests.components.environments import awaited, environment

INSTANCE = "gcp:redis/instance:Instance"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
API = "serviceAccount:api@acme-prod.iam.gserviceaccount.com"


def made(*, protect: bool = True, name: str = "axis-redis", **changed: Any) -> Plan:
    def program() -> None:
        here = environment(protect=protect)
        network = Network("network", NetworkArgs(environment=here))
        redis = Redis(
            name,
            RedisArgs(environment=here, network=network.services_network, readers={"api": API}, **changed),
        )
        for variable, value in redis.env().items():
            pulumi.export(variable, value)
        for variable, reference in redis.secret_env("CACHE").items():
            pulumi.export(variable, reference.secret)

    return plan(program, existing=[API])


def instance(**changed: Any) -> PlannedResource:
    return made(**changed).one(INSTANCE)


def url(planned: Plan) -> str:
    return opened(planned.one(VERSION).inputs["secretData"])


def test_only_the_network_reaches_it_through_private_services_access() -> None:
    planned = made()
    inputs = planned.one(INSTANCE).inputs

    assert inputs["connectMode"] == "PRIVATE_SERVICE_ACCESS"
    assert inputs["authorizedNetwork"] == "projects/acme-prod/global/networks/ai-prod-network"
    assert awaited(planned, planned.one(INSTANCE)) == {"network-services"}


def test_a_client_needs_the_password_and_talks_tls() -> None:
    inputs = instance().inputs

    assert inputs["authEnabled"] is True
    assert inputs["transitEncryptionMode"] == "SERVER_AUTHENTICATION"


def test_a_redis_url_carries_no_literal_port() -> None:
    """With TLS the port is not Redis's usual one, and Google says which."""
    planned = made()
    state = planned.one(INSTANCE).state

    assert state["port"] != 6379
    assert urlsplit(url(planned)).port == state["port"]
    assert planned.outputs["REDIS_PORT"] == str(state["port"])


def test_a_redis_url_asks_for_tls_and_carries_the_password_and_the_address() -> None:
    planned = made()
    state = planned.one(INSTANCE).state
    parts = urlsplit(url(planned))

    assert (parts.scheme, parts.username, parts.path) == ("rediss", "", "/0")
    assert parts.password == opened(state["authString"])
    assert parts.hostname == state["host"] == planned.outputs["REDIS_HOST"]


def test_the_password_is_in_the_clear_nowhere_in_the_plan() -> None:
    planned = made()
    password = urlsplit(url(planned)).password
    others = [(item.inputs, item.state) for item in planned.resources if item.type != INSTANCE]

    assert password
    assert password not in repr(others) + repr(planned.outputs) + repr(planned.one(INSTANCE).inputs)


def test_a_client_gets_the_authority_that_signed_the_certificate() -> None:
    planned = made()
    [authority] = planned.one(INSTANCE).state["serverCaCerts"]

    assert planned.outputs["REDIS_CA_CERT"].strip() == authority["cert"].strip()


def test_while_google_changes_authorities_a_client_trusts_the_old_and_the_new_one() -> None:
    authorities = [InstanceServerCaCert(cert="-----OLD-----\n"), InstanceServerCaCert(cert="-----NEW-----")]

    assert as_one_file(authorities) == "-----OLD-----\n-----NEW-----\n"


def test_variables_take_the_callers_prefix() -> None:
    assert made().outputs["CACHE_URL"] == "ai-prod-axis-redis-url"


@pytest.mark.parametrize(("highly_available", "tier"), [(True, "STANDARD_HA"), (False, "BASIC")])
def test_a_highly_available_instance_has_a_replica(highly_available: bool, tier: str) -> None:
    assert instance(highly_available=highly_available).inputs["tier"] == tier


@pytest.mark.parametrize("highly_available", [True, False])
def test_no_restart_loses_more_than_an_hour(highly_available: bool) -> None:
    """Without snapshots a basic instance is empty after every maintenance."""
    assert instance(highly_available=highly_available).inputs["persistenceConfig"] == {
        "persistenceMode": "RDB",
        "rdbSnapshotPeriod": "ONE_HOUR",
    }


@pytest.mark.parametrize("memory_gb", [1, 5, 300])
def test_a_snapshot_has_memory_to_be_made_in(memory_gb: int) -> None:
    limit = float(instance(memory_gb=memory_gb).inputs["redisConfigs"]["maxmemory-gb"])

    assert limit == pytest.approx(0.8 * memory_gb)


def test_a_full_instance_refuses_writes_unless_told_to_forget() -> None:
    assert instance().inputs["redisConfigs"]["maxmemory-policy"] == "noeviction"
    assert instance(eviction="volatile-lru").inputs["redisConfigs"]["maxmemory-policy"] == "volatile-lru"


@pytest.mark.parametrize("protect", [True, False])
def test_one_switch_sets_every_protection_and_leaves_none_unsaid(protect: bool) -> None:
    planned = instance(protect=protect)

    assert {planned.protect, planned.inputs["deletionProtection"]} == {protect}


def test_maintenance_has_its_hour() -> None:
    [window] = instance(maintenance_day="TUESDAY", maintenance_hour=22).inputs["maintenancePolicy"][
        "weeklyMaintenanceWindows"
    ]

    assert (window["day"], window["startTime"]["hours"]) == ("TUESDAY", 22)


def test_a_long_name_is_cut_to_what_memorystore_takes() -> None:
    name = instance(name="axis-" + "very-" * 8 + "long").inputs["name"]

    assert re.fullmatch(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", name)


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"memory_gb": 0}, "memory_gb 0 is not offered; write 1 to 300"),
        ({"version": "REDIS_8_0"}, "write one of REDIS_6_X, REDIS_7_0, REDIS_7_2"),
        ({"eviction": "no-eviction"}, "write one of noeviction"),
        ({"snapshot_period": "ONE_MINUTE"}, "write one of ONE_HOUR"),
        ({"maintenance_day": "Sunday"}, "write one of MONDAY"),
        ({"maintenance_hour": 24}, "write 0 to 23"),
    ],
)
def test_what_memorystore_would_refuse_is_refused_with_what_to_write(
    changed: Mapping[str, Any], wanted: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(wanted)):
        RedisArgs(environment=environment(), network="projects/p/global/networks/n", **changed)
