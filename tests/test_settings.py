"""A stack's configuration: what is read, and the one clear line for each thing that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import config as pulumi_config

from services.settings import SettingsError
from services.stack_secrets import StackSecrets
from settings import NAMESPACE, Settings, load_settings

LEAST: dict[str, Any] = {
    "project": "acme-ai-test",
    "project_number": "123456789012",
    "axis": {"frontend": {"url": "https://axis.acme.com"}},
}


@pytest.fixture(autouse=True)
def stack_named_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of a stack called `test`, and none left for the next test."""
    monkeypatch.setattr(pulumi, "get_stack", lambda: "test")
    yield
    pulumi_config.set_all_config({}, [])


def configure(settings: dict[str, Any], *secret_keys: str) -> None:
    """Hands settings over as the engine does: text, with objects as JSON."""
    pulumi_config.set_all_config(
        {f"{NAMESPACE}:{key}": _as_engine_says(value) for key, value in settings.items()}, list(secret_keys)
    )


def _as_engine_says(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def axis(**sections: Any) -> dict[str, Any]:
    """The least settings with some sections of AXIS's replaced."""
    return {**LEAST, "axis": {**LEAST["axis"], **sections}}


def refusal() -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings()
    return str(refused.value)


def test_the_least_a_stack_must_say_is_its_project_and_its_frontend() -> None:
    configure(LEAST)
    settings = load_settings()
    assert settings.project == "acme-ai-test"
    assert settings.axis is not None


def test_what_is_not_said_is_protected_and_has_one_instance_of_the_api() -> None:
    configure(LEAST)
    settings = load_settings()
    assert settings.protect is True
    assert settings.axis is not None
    assert (settings.axis.api.min_instances, settings.axis.api.max_instances) == (1, 1)


def test_false_and_zero_are_values_and_not_absences() -> None:
    configure({**axis(api={"min_instances": 0}), "protect": False, "api_propagation_seconds": 0})
    settings = load_settings()
    assert settings.protect is False
    assert settings.api_propagation_seconds == 0
    assert settings.axis is not None
    assert settings.axis.api.min_instances == 0


def test_the_zone_follows_the_region_unless_it_is_said() -> None:
    configure({**LEAST, "region": "us-central1"})
    assert load_settings().environment("test").zone == "us-central1-b"
    configure({**LEAST, "region": "us-central1", "zone": "us-central1-f"})
    assert load_settings().environment("test").zone == "us-central1-f"


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    (
        "a missing key is shown with an example and where its value comes from",
        {"project": "acme-ai-test"},
        "ai-platform:project_number: is missing; write `project_number: 123456789012` (The project's number",
    ),
    (
        "a misspelt key is told the right one",
        {**LEAST, "axis": {**LEAST["axis"], "api": {"min_instance": 1}}},
        "Pulumi.test.yaml: ai-platform:axis.api.min_instance: is not a setting; write `min_instances`",
    ),
    (
        "an unknown key is told what there is",
        {**LEAST, "qwertz": "x"},
        "Pulumi.test.yaml: ai-platform:qwertz: is not a setting; take it out, or write one of",
    ),
    (
        "a word where a number belongs",
        axis(api={"workers": "many"}),
        "ai-platform:axis.api.workers: 'many' is refused (input should be a valid integer",
    ),
    (
        "a number below the range",
        axis(postgres={"disk_size_gb": 5}),
        "ai-platform:axis.postgres.disk_size_gb: 5 is too small; write 10 or more",
    ),
    (
        "a number above the range",
        axis(api={"request_timeout_seconds": 7200}),
        "ai-platform:axis.api.request_timeout_seconds: 7200 is too large; write 3600 or less",
    ),
    (
        "a value outside a short list",
        axis(duckdb={"storage": "gcs"}),
        "ai-platform:axis.duckdb.storage: 'gcs' is not allowed; write 'snapshot', 'nfs' or 'ephemeral'",
    ),
    (
        "a text where settings belong",
        {**LEAST, "axis": "yes"},
        "Pulumi.test.yaml: ai-platform:axis: is text; write its settings as keys below it",
    ),
    (
        "an origin with a path, which CORS would never match",
        axis(frontend={"url": "https://axis.acme.com/"}),
        "ai-platform:axis.frontend.url: 'https://axis.acme.com/' write an exact origin with no path",
    ),
    (
        "a wildcard origin",
        axis(frontend={"url": "https://axis.acme.com", "extra_urls": ["https://*.vercel.app"]}),
        "ai-platform:axis.frontend.extra_urls.0: 'https://*.vercel.app' write an exact origin",
    ),
    (
        "a project ID that Google would not take",
        {**LEAST, "project": "Acme"},
        "ai-platform:project: 'Acme' is refused",
    ),
    (
        "a zone of another region",
        {**LEAST, "zone": "us-east1-b"},
        "zone 'us-east1-b' is not in region europe-west1; write zone: europe-west1-b",
    ),
]

CONTRADICTIONS: list[tuple[str, dict[str, Any], str]] = [
    (
        "source and image of the API",
        axis(api={"source": "../axis/backend", "image": "x@sha256:1"}),
        "`source` and `image` exclude each other; keep the one to deploy",
    ),
    (
        "more instances kept than allowed",
        axis(api={"min_instances": 3}),
        "min_instances 3 is above max_instances 1; write max_instances: 3 or more",
    ),
    (
        "several writers on one file server",
        axis(api={"max_instances": 2}, duckdb={"storage": "nfs"}),
        "duckdb.storage nfs allows one writer; write api.max_instances: 1 or duckdb.storage: snapshot",
    ),
    (
        "a DuckDB volume that leaves the API no memory",
        axis(api={"memory_mb": 1024}, duckdb={"size_mb": 768}),
        "api.memory_mb 1024 leaves less than 512 beside the 768 of duckdb.size_mb; write api.memory_mb: 1792",
    ),
    (
        "a frontend on Cloud Run with no domain to route",
        axis(frontend={"host": "cloud_run", "source": "../axis/frontend"}),
        "frontend.host cloud_run needs `domain`",
    ),
    (
        "a frontend on Cloud Run with nothing to run",
        axis(frontend={"host": "cloud_run"}, domain={"name": "axis.acme.com"}),
        "host cloud_run needs either `source` or `image`, and not both",
    ),
    (
        "a frontend at Vercel without its origin",
        axis(frontend={"host": "vercel"}),
        "host vercel needs `url`, the frontend's public origin, like https://axis.acme.com",
    ),
    (
        "a secret kept by hand that is not named",
        axis(secrets={"OPENAI_API_KEY": {"source": "secret_manager"}}),
        "source secret_manager needs both `secret` (its ID) and `version` (a number)",
    ),
    (
        "a version named latest, which would change under a running revision",
        axis(secrets={"OPENAI_API_KEY": {"source": "secret_manager", "secret": "k", "version": "latest"}}),
        "ai-platform:axis.secrets.OPENAI_API_KEY.version: 'latest' is refused",
    ),
    (
        "a variable that is both plain and secret",
        axis(env={"API_KEY": "x"}, secrets={"API_KEY": {"source": "generated"}}),
        "API_KEY stands in `env` and in `secrets`; keep it in one",
    ),
    (
        "a query that AXIS reads from a file alone",
        axis(databases={"monitoring": {"dataset_query": "SELECT 1"}}),
        "monitoring.dataset_query has no variable, only a YAML key; write configured_by: files",
    ),
]


@pytest.mark.parametrize(
    ("settings", "line"),
    [(s, line) for _, s, line in REFUSALS + CONTRADICTIONS],
    ids=[i for i, *_ in REFUSALS + CONTRADICTIONS],
)
def test_bad_settings_are_refused_with_the_file_the_key_and_what_to_write(
    settings: dict[str, Any], line: str
) -> None:
    configure(settings)
    message = refusal()
    assert line in message
    assert all(each.startswith("Pulumi.test.yaml: ai-platform") for each in message.splitlines())


def test_everything_wrong_is_said_at_once() -> None:
    configure({"project": "Acme", "colour": "red"})
    message = refusal()
    assert len(message.splitlines()) == 3, "the project's form, its missing number, and the unknown key"


@pytest.mark.parametrize("key", ["project", "axis", "palma_ai"])
def test_an_encrypted_setting_is_refused_and_not_shown(key: str) -> None:
    """It would be decrypted into a plain variable, or a name."""
    given = axis(env={"TOKEN": "MARKER"}) | {"project": "MARKER", "palma_ai": {"env": {"TOKEN": "MARKER"}}}
    configure(given, f"{NAMESPACE}:{key}")
    message = refusal()
    assert f"ai-platform:{key}: holds an encrypted value" in message
    assert "write it in the clear" in message
    assert "MARKER" not in message


@pytest.mark.parametrize("system", ["axis", "palma_ai"])
def test_an_encrypted_part_of_a_system_is_told_the_systems_own_place_for_secrets(system: str) -> None:
    configure({**LEAST, system: {"env": {"TOKEN": "MARKER"}}}, f"{NAMESPACE}:{system}")
    command = f"name it in {system}.secrets and run `pulumi config set --secret {system}:NAME`"
    assert command in refusal()


def test_an_encrypted_setting_of_no_system_is_told_of_no_secrets() -> None:
    configure(LEAST, f"{NAMESPACE}:project")
    assert "pulumi config set" not in refusal()


def test_a_secret_that_is_missing_names_the_command_that_sets_it() -> None:
    configure(LEAST)
    with pytest.raises(
        SettingsError, match=r"run `pulumi config set --secret axis:OPENAI_API_KEY --stack test`"
    ):
        StackSecrets("test", "axis").require("OPENAI_API_KEY")


def test_a_secret_in_the_clear_is_refused_and_not_repeated() -> None:
    pulumi_config.set_all_config({"axis:OPENAI_API_KEY": "MARKER"}, [])
    with pytest.raises(SettingsError, match="stands there in the clear") as refused:
        StackSecrets("test", "axis").require("OPENAI_API_KEY")
    assert "MARKER" not in str(refused.value)


PALMA_AI: dict[str, Any] = {
    "source": {"repository": "https://github.com/acme/palma.git", "revision": "a" * 40},
    "secrets": {"PINECONE_ENV": {"source": "secret_manager", "secret": "pinecone", "version": "2"}},
}


def test_every_system_may_be_left_out() -> None:
    configure({key: value for key, value in LEAST.items() if key != "axis"})
    settings = load_settings()
    assert (settings.axis, settings.palma_ai, settings.prerequisites()) == (None, None, [])


def test_what_palma_ai_needs_beforehand_is_known_without_axis() -> None:
    kept = {"source": "secret_manager", "version": "1"}
    source = {"token": {**kept, "secret": "token"}, **PALMA_AI["source"]}
    certificate = {"chain": {**kept, "secret": "chain"}, "key": {**kept, "secret": "key"}}
    palma = {**PALMA_AI, "source": source, "certificate": certificate}
    settings = Settings.model_validate({**LEAST, "axis": None, "palma_ai": palma})
    secrets = "projects/acme-ai-test/secrets"
    needed = {"pinecone": 2, "token": 1, "chain": 1, "key": 1}
    names = [[f"{secrets}/{name}", f"{secrets}/{name}/versions/{at}"] for name, at in needed.items()]
    assert settings.prerequisites() == [each for pair in names for each in pair]


def test_a_bucket_with_archives_is_needed_beforehand() -> None:
    palma = {**PALMA_AI, "source": {"bucket": "acme-releases", "revision": "b" * 64}, "secrets": {}}
    settings = Settings.model_validate({**LEAST, "axis": None, "palma_ai": palma})
    assert settings.prerequisites() == ["projects/acme-ai-test/buckets/acme-releases"]


def test_what_must_exist_beforehand_is_known_from_the_settings() -> None:
    settings = Settings.model_validate(
        axis(
            secrets={"OPENAI_API_KEY": {"source": "secret_manager", "secret": "openai", "version": "3"}},
            domain={"name": "api.acme.com", "dns_zone": "acme"},
        )
    )
    assert settings.prerequisites() == [
        "projects/acme-ai-test/secrets/openai",
        "projects/acme-ai-test/secrets/openai/versions/3",
        "projects/acme-ai-test/managedZones/acme",
    ]
