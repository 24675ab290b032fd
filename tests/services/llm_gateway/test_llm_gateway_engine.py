"""llm_gateway's changes on the real engine: the canary's life, and credentials from disabling to deletion."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from simulator.cloud import Cloud
from simulator.engine import EngineStack, NoEngineError, engine_stack, pulumi_program
from simulator.llm_gateway_changes import LLM_GATEWAY_CHANGES
from simulator.outcome import Outcome, label
from tests.services.llm_gateway.program import BASE, ONE_CLUSTER, SECRETS, from_configuration

VENDOR: dict[str, Any] = {
    "hosting": "vendor",
    "vendor": {"endpoint": "https://gateway.axiom.example"},
    "credentials": BASE["credentials"],
    "fallbacks": BASE["fallbacks"],
}
SECRET = "gcp:secretmanager/secret:Secret::llm-gateway-openai-prod-batch"


@pytest.fixture(autouse=True, scope="module")
def _engine() -> None:
    try:
        pulumi_program()
    except NoEngineError as reason:
        pytest.skip(str(reason))


@contextmanager
def stack(settings: dict[str, Any], kubernetes: dict[str, Any] | None = None) -> Generator[EngineStack]:
    config = {
        "ai-platform:llm_gateway": json.dumps(settings),
        "ai-platform:kubernetes": json.dumps(kubernetes),
        "ai-platform:protect": "true",
    }
    with engine_stack(from_configuration, "prod", config, secret_config=SECRETS, cloud=Cloud()) as made:
        yield made


def done(outcome: Outcome) -> set[tuple[str, str]]:
    return {
        (operation, label(urn))
        for operation in ("create", "update", "replace", "delete")
        for urn in outcome.urns[operation]
    }


def with_credential(**changed: Any) -> dict[str, str]:
    """The settings with one credential changed, or without it."""
    credentials = dict(BASE["credentials"])
    if changed:
        credentials["openai-prod-batch"] = {**credentials["openai-prod-batch"], **changed}
    else:
        del credentials["openai-prod-batch"]
    return {"ai-platform:llm_gateway": json.dumps({**VENDOR, "credentials": credentials})}


def test_each_change_touches_what_it_names_and_nothing_else() -> None:
    config = {"ai-platform:llm_gateway": json.dumps(BASE)}
    with stack(BASE, ONE_CLUSTER) as made:
        assert made.up().errors == ()
        assert not made.up().touched
        for change in (each for each in LLM_GATEWAY_CHANGES if each.concerns(config)):
            changed = change.applied_to(config)
            config.update(changed)
            made.configure(changed)
            assert change.problems(made.up()) == [], change.title
        written = made.state_text()
    assert "PLANTED" not in written


def test_an_enabled_credential_can_not_be_deleted_and_a_disabled_one_can() -> None:
    with stack(VENDOR) as made:
        assert made.up().errors == ()
        made.configure(with_credential())
        # `pulumi up` begins with it, and ends with it where it fails.
        refused = made.preview()
        assert not refused.succeeded
        assert any("protect" in error for error in refused.errors)

        made.configure(with_credential(enabled=False))
        disabled = made.up()
        assert disabled.succeeded
        assert ("update", SECRET) in done(disabled)

        made.configure(with_credential())
        deleted = made.up()
        assert deleted.succeeded
        assert ("delete", SECRET) in done(deleted)
        assert {label(urn) for urn in deleted.urns["delete"] if "secretmanager" in urn} == {
            SECRET,
            f"{SECRET.replace('secret:Secret', 'secretVersion:SecretVersion')}-version",
        }
