"""A marker in every secret: it is found where the secret is kept, marked secret there, and nowhere else."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from services.axis.checks import axis_refusals
from services.settings import SettingsError
from settings import NAMESPACE, Settings
from simulator import display, preview
from simulator.cloud import Cloud
from simulator.in_process import Plan, PlanRefused, plan
from simulator.paths import leaves
from simulator.program import PROJECT_FOLDER, prerequisites, run_program
from simulator.stack_files import PLACEHOLDER, StackConfig, load
from simulator.values import SecretValue, opened
from tests.program.configs import FROM_CONFIG, config
from tests.program.reading import MACHINE, OBJECT

MARKER = "Planted7f3aMarker"
ALIGNED = [base64.b64encode(b"x" * skip + MARKER.encode())[4:-4].decode() for skip in range(3)]
FORMS = [MARKER, MARKER.encode().hex(), *ALIGNED]
"""The marker as it is, in hexadecimal, and in base64 whatever comes before it."""

COMPUTED = {
    "random:index/randomPassword:RandomPassword": ("result", "bcryptHash"),
    "gcp:redis/instance:Instance": ("authString",),
}
"""Secrets that a provider makes."""

KEPT = {
    ("gcp:secretmanager/secretVersion:SecretVersion", "secretData"),
    ("gcp:sql/user:User", "password"),
    ("pulumi:providers:vercel", "apiToken"),
}
"""The only inputs that hold a secret's value."""


class PlantedCloud(Cloud):
    """A cloud whose secrets all contain the marker."""

    def put(self, type: str, urn: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        identity, state = super().put(type, urn, inputs)
        for number, name in enumerate(COMPUTED.get(type, ())):
            state[name] = f"{MARKER}{number}{len(self.ledger.resources):04}"
        return identity, state


def planted_config() -> StackConfig:
    """Every kind of secret there is, in the one program: files and variables, Vercel, each source."""
    return config(
        "prod",
        {
            "databases": {"configured_by": "files"},
            "frontend": {"vercel": {"project_id": "prj_acme"}},
            "secrets": {"SESSION_KEY": {"source": "generated"}, "LLM_TOKEN": {"source": "config"}},
        },
        {
            "axis:LLM_TOKEN": f"{MARKER}-llm",
            "vercel:api_token": f"{MARKER}-vercel",
            "palma_ai:OPENAI_API_KEY": f"{MARKER}-palma",
            "palma_ai:SOURCE_TOKEN": f"{MARKER}-token",
        },
        palma_ai={
            "source": {"token": {"source": "config"}},
            "secrets": {"OPENAI_API_KEY": FROM_CONFIG, "SESSION_KEY": {"source": "generated"}},
        },
    )


def planned(given: StackConfig, existing: list[str] | None = None) -> Plan:
    return plan(
        run_program,
        project=given.project,
        stack=given.stack,
        config=given.plain,
        secret_config=given.secret,
        cloud=PlantedCloud(prerequisites(given.values) if existing is None else existing),
    )


@pytest.fixture(scope="module")
def planted() -> Plan:
    return planned(planted_config())


def shows(value: Any) -> bool:
    """Whether the marker is in any text of `value`, in any form."""
    text = value if isinstance(value, str) else json.dumps(opened(value), default=str)
    return any(form in text for form in FORMS)


def bare(value: Any) -> Any:
    """`value` as a careless reader would print it: without what is marked secret."""
    match value:
        case SecretValue():
            return None
        case Mapping():
            return {key: bare(item) for key, item in value.items()}
        case list():
            return [bare(item) for item in value]
    return value


def where(planted: Plan) -> Iterator[tuple[str, str]]:
    """The type and the input of each place that the marker reaches."""
    for resource in planted.resources:
        for path, value in leaves(opened(resource.inputs)):
            if shows(str(value)):
                yield resource.type, path


def test_the_marker_is_in_every_secret_that_the_program_knows(planted: Plan) -> None:
    """Otherwise the tests below would prove nothing."""
    versions = planted.of("gcp:secretmanager/secretVersion:SecretVersion")
    assert len(versions) == 13, (
        "three URLs, three passwords, Redis, the graph, a generated one and a given one; palma_ai's three"
    )
    assert all(shows(each.inputs["secretData"]) for each in versions)
    assert all(shows(each.inputs["password"]) for each in planted.of("gcp:sql/user:User"))


def test_a_secret_reaches_only_where_it_is_kept(planted: Plan) -> None:
    assert set(where(planted)) == KEPT


def test_wherever_a_secret_is_it_is_marked_secret(planted: Plan) -> None:
    for resource in planted.resources:
        assert not shows(bare(resource.inputs)), resource.urn
        assert not shows(bare(resource.state)), resource.urn
        assert not shows([resource.urn, resource.id, resource.name, list(resource.dependencies)]), (
            resource.urn
        )


def test_no_output_tells_a_secret_or_is_one(planted: Plan) -> None:
    """What a frontend's build reads must not be hidden from it."""
    assert not shows(planted.outputs)
    assert not [name for name, value in planted.outputs.items() if isinstance(value, SecretValue)]


def test_rendered_files_hold_names_of_secrets_and_no_value(planted: Plan) -> None:
    texts = [opened(each.inputs["content"]) for each in planted.of(OBJECT)]
    texts += [opened(each.inputs["metadata"])["user-data"] for each in planted.of(MACHINE)]
    assert len(texts) == 5, "duckdb.yaml, a file for each database, the machine's cloud-init"
    assert not any(shows(text) for text in texts)
    assert "axis-falkordb-password" in texts[-1], "fetched at boot by its name"


def test_no_form_of_the_plan_shows_a_secret(
    planted: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preview, "plan_stack", lambda *_: planted)
    for form in ("json", "text"):
        assert preview.main(["prod", "--format", form]) == 0
        printed = capsys.readouterr()
        assert not shows(printed.out)
        assert printed.err == ""
    shown = display.as_json("prod", planted)
    hidden = [each for each in shown["resources"] if each["inputs"].get("secretData") == display.SECRET]
    assert len(hidden) == 13


def test_a_plan_logs_no_secret(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        planned(planted_config())
    printed = capsys.readouterr()
    assert not shows(caplog.text + printed.out + printed.err)


def test_the_plan_as_python_prints_it_shows_no_secret(planted: Plan) -> None:
    assert MARKER not in repr([(each.inputs, each.state) for each in planted.resources])


def test_a_refusal_by_the_cloud_shows_no_secret() -> None:
    with pytest.raises(PlanRefused) as refused:
        planned(planted_config(), existing=[])
    assert "openai-api-key" in str(refused.value)
    assert not shows(str(refused.value))


WRONG: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("beside a setting that is refused", {"api": {"cpu": 3}}, {}),
    ("beside one that a component refuses", {"postgres": {"tier": "db-f1-micro"}}, {}),
    ("as a setting that is no text", {}, {f"{NAMESPACE}:api_propagation_seconds": f"{MARKER}-seconds"}),
    ("as a setting of another form", {}, {f"{NAMESPACE}:alert_email": f"{MARKER}-email"}),
    ("as a whole section", {}, {f"{NAMESPACE}:network": f"{MARKER}-network"}),
    ("as a key that is not a setting", {}, {f"{NAMESPACE}:colour": f"{MARKER}-colour"}),
]


@pytest.mark.parametrize(("axis", "secrets"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_a_refusal_of_settings_shows_no_secret(axis: dict[str, Any], secrets: dict[str, str]) -> None:
    given = config("prod", axis, {"axis:LLM_TOKEN": f"{MARKER}-llm", **secrets})
    with pytest.raises((PlanRefused, SettingsError)) as refused:
        planned(given)
    assert not shows(str(refused.value))


def test_a_variable_in_the_clear_is_not_repeated_when_it_is_refused() -> None:
    """A password that stands in `env` by mistake must not be printed by the refusal as well."""
    settings = Settings.model_validate(
        {
            "project": "acme-ai-test",
            "project_number": "123456789012",
            "axis": {
                "frontend": {"url": "https://axis.acme.com"},
                "env": {"REDIS_URL": f"rediss://:{MARKER}@x"},
            },
        }
    )
    assert settings.axis is not None
    (refusal,) = axis_refusals(settings.axis, settings.environment("test"))
    assert refusal.key == "axis.env.REDIS_URL"
    assert not shows(refusal.reason)


def test_ciphertext_of_a_stack_file_is_neither_opened_nor_shown(tmp_path: Any) -> None:
    """A preview needs no passphrase: a placeholder stands for the value, and is hidden like it."""
    (tmp_path / "Pulumi.yaml").write_text((PROJECT_FOLDER / "Pulumi.yaml").read_text())
    stack = yaml.safe_load((PROJECT_FOLDER / "Pulumi.prod.yaml").read_text())
    stack["config"]["axis:LLM_TOKEN"] = {"secure": f"v1:{MARKER}"}
    stack["config"]["ai-platform:axis"]["secrets"]["LLM_TOKEN"] = {"source": "config"}
    (tmp_path / "Pulumi.prod.yaml").write_text(yaml.safe_dump(stack))
    shown = planned(load(tmp_path, "prod"))
    value = shown.one("gcp:secretmanager/secretVersion:SecretVersion", "axis-llm-token-version")
    assert value.inputs["secretData"] == SecretValue(PLACEHOLDER)
    text = json.dumps(display.as_json("prod", shown)) + display.as_text("prod", shown)
    assert f"v1:{MARKER}" not in text
    assert PLACEHOLDER not in text
