from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.network import Network, NetworkArgs
from components.postgres import Postgres, PostgresArgs
from simulator.in_process import Plan, plan
from simulator.values import opened
from tests.components.environments import awaited, environment

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
USER, DATABASE = "gcp:sql/user:User", "gcp:sql/database:Database"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
GRANT = "gcp:secretmanager/secretIamMember:SecretIamMember"
API = "serviceAccount:api@acme-prod.iam.gserviceaccount.com"
NETWORK = "projects/acme-prod/global/networks/there"
DATABASES = {"eval": "axis_eval", "monitoring": "axis_monitoring", "human_signals": "axis_human_signals"}


def made(*, protect: bool = True, **changed: Any) -> Plan:
    def program() -> None:
        here = environment(protect=protect)
        network = Network("network", NetworkArgs(environment=here))
        arguments: dict[str, Any] = {"databases": DATABASES, "readers": {"api": API}, **changed}
        postgres = Postgres(
            "axis-postgres",
            PostgresArgs(environment=here, network=network.services_network, **arguments),
        )
        pulumi.export("host", postgres.host)
        pulumi.export("connection", postgres.connection_name)

    return plan(program, existing=[API])


def settings(planned: Plan) -> dict[str, Any]:
    return planned.one(INSTANCE).inputs["settings"]


def args(**changed: Any) -> PostgresArgs:
    arguments: dict[str, Any] = {"network": NETWORK, "databases": DATABASES, **changed}
    return PostgresArgs(environment=environment(), **arguments)


def url(planned: Plan, key: str) -> str:
    version = planned.one(VERSION, f"axis-postgres-{key.replace('_', '-')}-url-version")
    return opened(version.inputs["secretData"])


def test_no_database_has_a_public_address() -> None:
    way_in = settings(made())["ipConfiguration"]

    assert way_in["ipv4Enabled"] is False
    assert way_in["privateNetwork"] == "projects/acme-prod/global/networks/ai-prod-network"
    assert "authorizedNetworks" not in way_in


def test_a_connection_without_tls_is_refused() -> None:
    assert settings(made())["ipConfiguration"]["sslMode"] == "ENCRYPTED_ONLY"


def test_the_instance_waits_for_the_connection_of_its_network_and_for_nothing_else() -> None:
    planned = made()

    assert awaited(planned, planned.one(INSTANCE)) == {"network-services"}


def test_pulumi_names_the_instance_because_a_name_is_taken_for_a_week_after_its_deletion() -> None:
    assert "name" not in made().one(INSTANCE).inputs


def test_the_edition_is_said_because_left_out_it_is_the_dear_one_that_refuses_custom_tiers() -> None:
    assert settings(made())["edition"] == "ENTERPRISE"


@pytest.mark.parametrize(("standby", "kind"), [(True, "REGIONAL"), (False, "ZONAL")])
def test_a_highly_available_instance_has_a_standby_in_another_zone(standby: bool, kind: str) -> None:
    assert settings(made(highly_available=standby))["availabilityType"] == kind


@pytest.mark.parametrize("protect", [True, False])
def test_one_switch_sets_every_protection(protect: bool) -> None:
    planned = made(protect=protect)
    instance = planned.one(INSTANCE)
    inner = instance.inputs["settings"]

    assert {
        *(database.protect for database in planned.of("gcp:sql/database:Database")),
        instance.protect,
        instance.inputs["deletionProtection"],
        inner["deletionProtectionEnabled"],
        inner["retainBackupsOnDelete"],
        inner["finalBackupConfig"]["enabled"],
    } == {protect}


def test_a_disk_that_has_grown_is_not_made_smaller_by_the_next_deployment() -> None:
    instance = made(disk_size_gb=50).one(INSTANCE)

    assert instance.inputs["settings"]["diskSize"] == 50
    assert instance.inputs["settings"]["diskAutoresize"] is True
    assert instance.options["ignoreChanges"] == ["settings.diskSize"]


def test_backups_stay_in_the_region_and_reach_as_far_as_was_asked_for() -> None:
    backups = settings(made(backup_retention_days=30, pitr_days=5))["backupConfiguration"]

    assert backups["enabled"] is True
    assert backups["location"] == "europe-west1"
    assert backups["backupRetentionSettings"] == {"retainedBackups": 30, "retentionUnit": "COUNT"}
    assert backups["pointInTimeRecoveryEnabled"] is True
    assert backups["transactionLogRetentionDays"] == 5


@pytest.mark.parametrize("hour", [0, 3, 23])
def test_a_backup_is_made_in_the_four_hours_before_maintenance(hour: int) -> None:
    inner = settings(made(maintenance_hour=hour))
    begins = int(inner["backupConfiguration"]["startTime"].removesuffix(":00"))

    assert (begins + 4) % 24 == inner["maintenanceWindow"]["hour"] == hour


def test_what_may_be_lost_is_maintained_before_what_may_not() -> None:
    tracks = [
        settings(made(protect=protect))["maintenanceWindow"]["updateTrack"] for protect in (False, True)
    ]

    assert tracks == ["canary", "stable"]


def test_slow_queries_and_connections_can_be_seen() -> None:
    inner = settings(made())
    flags = {flag["name"]: flag["value"] for flag in inner["databaseFlags"]}

    assert inner["insightsConfig"]["queryInsightsEnabled"] is True
    assert int(flags["log_min_duration_statement"]) > 0
    assert {flags[f"log_{what}"] for what in ("connections", "disconnections", "checkpoints")} == {"on"}


def test_a_flag_of_the_callers_wins() -> None:
    given_flags = {"log_min_duration_statement": "250", "max_connections": "200"}
    inner = settings(made(flags=given_flags))
    flags = {flag["name"]: flag["value"] for flag in inner["databaseFlags"]}

    assert given_flags.items() <= flags.items()
    assert len(flags) == len(inner["databaseFlags"])


def test_every_database_has_a_user_and_a_password_of_its_own() -> None:
    planned = made()
    users = {user.inputs["name"]: opened(user.inputs["password"]) for user in planned.of(USER)}

    assert (
        set(users)
        == {database.inputs["name"] for database in planned.of(DATABASE)}
        == set(DATABASES.values())
    )
    assert len(set(users.values())) == len(DATABASES)


@pytest.mark.parametrize("key", DATABASES)
def test_a_url_opens_its_own_database_as_its_own_user_over_tls(key: str) -> None:
    planned = made()
    parts = urlsplit(url(planned, key))
    [user] = [user for user in planned.of(USER) if user.inputs["name"] == DATABASES[key]]

    assert (parts.scheme, parts.path, parts.port) == ("postgresql", f"/{DATABASES[key]}", 5432)
    assert parts.hostname == planned.outputs["host"]
    assert (parts.username, parts.password) == (DATABASES[key], opened(user.inputs["password"]))
    assert parse_qs(parts.query) == {"sslmode": ["require"]}


def test_passwords_need_no_quoting_in_a_url() -> None:
    assert [
        password.inputs["special"] for password in made().of("random:index/randomPassword:RandomPassword")
    ] == [False] * len(DATABASES)


@pytest.mark.parametrize("key", DATABASES)
def test_a_url_is_known_only_once_its_user_and_its_database_are_made(key: str) -> None:
    planned = made()
    name = f"axis-postgres-{key.replace('_', '-')}"

    assert {f"{name}-user", f"{name}-database"} <= awaited(
        planned, planned.one(VERSION, f"{name}-url-version")
    )


def test_users_and_databases_are_made_side_by_side() -> None:
    """The provider's own lock takes one operation at a time; an edge would only make a failure spread."""
    planned = made()

    for resource in (*planned.of(USER), *planned.of(DATABASE)):
        others = {other.name for other in (*planned.of(USER), *planned.of(DATABASE))}
        assert not awaited(planned, resource) & others


def test_the_readers_may_read_each_url_and_nobody_else() -> None:
    grants = made().of(GRANT)

    assert {grant.inputs["member"] for grant in grants} == {API}
    assert len({grant.inputs["secretId"] for grant in grants}) == len(grants) == len(DATABASES)


def test_destroying_a_stack_is_not_stopped_by_a_user_that_owns_tables_or_a_database_in_use() -> None:
    planned = made()

    assert {kept.inputs["deletionPolicy"] for kept in (*planned.of(USER), *planned.of(DATABASE))} == {
        "ABANDON"
    }


def test_a_bare_password_is_a_secret_of_its_own_only_where_it_was_asked_for() -> None:
    planned = made(password_secrets=frozenset({"eval"}))
    [version] = [version for version in planned.of(VERSION) if version.name.endswith("-password-version")]

    assert opened(version.inputs["secretData"]) == urlsplit(url(planned, "eval")).password
    assert "axis-postgres-eval-user" in awaited(planned, version)


def test_variables_are_named_by_the_caller() -> None:
    def program() -> None:
        network = Network("network", NetworkArgs(environment=environment())).services_network
        postgres = Postgres("axis-postgres", args(network=network, password_secrets=frozenset({"eval"})))
        secrets = postgres.secret_env({"eval": "EVAL_DB_URL", "human_signals": "HUMAN_SIGNALS_DB_URL"})
        passwords = postgres.password_env({"eval": "EVAL_DB_PASSWORD"})
        for variable, reference in {**secrets, **passwords}.items():
            pulumi.export(variable, reference.secret)
        pulumi.export("user", postgres.user("eval"))

    outputs = plan(program).outputs

    assert outputs == {
        "EVAL_DB_URL": "ai-prod-axis-postgres-eval-url",
        "HUMAN_SIGNALS_DB_URL": "ai-prod-axis-postgres-human-signals-url",
        "EVAL_DB_PASSWORD": "ai-prod-axis-postgres-eval-password",
        "user": "axis_eval",
    }


def test_no_password_is_in_the_clear_anywhere_in_the_plan() -> None:
    planned = made(password_secrets=frozenset(DATABASES))
    passwords = [opened(user.inputs["password"]) for user in planned.of(USER)]
    shown = repr([(item.inputs, item.state, item.id) for item in planned.resources]) + repr(planned.outputs)

    assert all(passwords)
    assert [password for password in passwords if password in shown] == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"tier": "db-f1-micro"}, "25 minutes"),
        ({"tier": "db-g1-small"}, "write db-custom-1-3840"),
        ({"tier": "db-perf-optimized-N-2"}, "ENTERPRISE"),
        ({"tier": "db-custom-3-7680"}, "an even number up to 96"),
        ({"tier": "db-custom-1-3000"}, "from 3840 to 6656"),
        ({"tier": "db-custom-2-7681"}, "multiple of 256"),
        ({"tier": "db-custom-8-3840"}, "from 7424 to 53248"),
        ({"version": "POSTGRES_12"}, "write POSTGRES_14 to POSTGRES_18"),
        ({"version": "17"}, "write POSTGRES_14 to POSTGRES_18"),
        ({"disk_size_gb": 5}, "disk_size_gb 5 is not offered; write 10 to 65536"),
        ({"pitr_days": 8}, "pitr_days 8 is not offered; write 1 to 7"),
        ({"backup_retention_days": 3, "pitr_days": 7}, "write pitr_days: 3 or less"),
        ({"maintenance_day": 0}, "write 1 to 7"),
        ({"maintenance_hour": 24}, "write 0 to 23"),
        ({"databases": {"eval": "postgres"}}, "'postgres' can't name a database"),
        ({"databases": {"eval": "pg_eval"}}, "write axis_eval"),
        ({"databases": {"eval": "Axis-Eval"}}, "write axis_eval"),
        ({"databases": {"eval-db": "axis"}}, "'eval-db'"),
        ({"databases": {"eval": "axis", "monitoring": "axis"}}, "write a database for each"),
        ({"password_secrets": frozenset({"evil"})}, "password_secrets ['evil']"),
    ],
)
def test_what_cloud_sql_would_refuse_is_refused_with_what_to_write(
    changed: Mapping[str, Any], wanted: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(wanted)):
        args(**changed)


@given(cpus=st.sampled_from([1, *range(2, 97, 2)]), quarter=st.integers(0, 2048))
def test_every_custom_tier_that_cloud_sql_offers_is_accepted(cpus: int, quarter: int) -> None:
    lowest, highest = max(3840, 0.9 * 1024 * cpus), 6.5 * 1024 * cpus
    megabytes = 256 * quarter
    tier = f"db-custom-{cpus}-{megabytes}"

    if lowest <= megabytes <= highest:
        assert args(tier=tier).tier == tier
    else:
        with pytest.raises(ValueError, match="write"):
            args(tier=tier)
