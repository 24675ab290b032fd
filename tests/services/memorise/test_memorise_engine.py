"""memorise on the real engine: up, up again, each change, and gone."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import pulumi
import pytest

from services.memorise.prerequisites import memorise_prerequisites
from services.memorise.settings import MemoriseSettings
from simulator.cloud import Cloud
from simulator.engine import EngineStack, NoEngineError, engine_stack, pulumi_program
from simulator.memorise_changes import MEMORISE_CHANGES
from tests.components.environments import environment
from tests.services.memorise.stacks import DEPLOYED, DOCUMENT, GIVEN, build, clusters

_KEY = "ai-platform:memorise"


@pytest.fixture(autouse=True, scope="module")
def _engine() -> None:
    try:
        pulumi_program()
    except NoEngineError as reason:
        pytest.skip(str(reason))


def program() -> None:
    """memorise, as the configuration says it."""
    config = pulumi.Config("ai-platform")
    asked = MemoriseSettings.model_validate(config.require_object("memorise"))
    build(asked, clusters(), environment(protect=config.get_bool("protect") or False))


@contextmanager
def stack(settings: Mapping[str, Any]) -> Generator[EngineStack]:
    asked = MemoriseSettings.model_validate(settings)
    cloud = Cloud(memorise_prerequisites(asked, environment().project))
    config = {_KEY: json.dumps(settings), "ai-platform:protect": "false"}
    with engine_stack(program, "prod", config, secret_config=GIVEN, cloud=cloud) as made:
        yield made


@pytest.mark.parametrize("mode", ["cronjob", "deployment"])
def test_each_change_touches_what_reads_it_and_nothing_else_and_all_goes_in_the_end(mode: str) -> None:
    settings = {**DOCUMENT, **(DEPLOYED if mode == "deployment" else {})}
    config = {_KEY: json.dumps(settings)}
    with stack(settings) as made:
        assert made.up().errors == ()
        assert not made.up().touched
        for change in MEMORISE_CHANGES:
            changed = change.applied_to(config)
            config.update(changed)
            made.configure(changed)
            assert change.problems(made.up()) == [], change.title
        assert not made.refresh().touched
        written = made.state_text()
        gone = made.destroy()
    assert gone.succeeded, gone.errors
    assert "PLANTED" not in written
