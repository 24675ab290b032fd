"""Which setting takes which image: with all of them taken, a stack builds nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import NAMESPACE
from simulator.program import PROJECT_FOLDER, plan_config
from simulator.stack_files import load
from tests.program.variants import EVERY_PLAN, VARIANTS, plan_of
from tools.delivery.files import DeliveryError
from tools.delivery.pinning import pinned, setting_of

IMAGE = "docker:index/image:Image"
BUILT = "europe-west1-docker.pkg.dev/acme/images/some@sha256:" + "5e" * 32


def test_every_image_that_any_stack_builds_has_a_setting_that_takes_it() -> None:
    built = {image.name for plan in EVERY_PLAN for image in plan_of(plan).of(IMAGE)}
    assert built
    for name in built:
        assert setting_of(name)


BUILDING = ("dev", "prod", "frontend on cloud run", "memorise from source")


@pytest.mark.parametrize("stack", BUILDING)
def test_a_stack_with_its_images_given_builds_none_and_runs_those(
    stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = VARIANTS[stack] if stack in VARIANTS else load(PROJECT_FOLDER, stack)
    Path("Pulumi.test.yaml").write_text(yaml.safe_dump({"config": _structured(given.values)}))
    names = [image.name for image in plan_of(stack).of(IMAGE)]
    path = pinned("test", {setting_of(name): BUILT for name in names})
    config = yaml.safe_load(path.read_text())["config"]
    values = {
        key: json.dumps(value) if isinstance(value, dict | list) else value for key, value in config.items()
    }
    plan = plan_config(replace(given, values=values))
    assert names
    assert plan.of(IMAGE) == []
    assert json.dumps([each.inputs for each in plan.resources], default=str).count(BUILT) >= len(names)


def _structured(values: Mapping[str, str]) -> dict[str, Any]:
    """A configuration as a stack's file has it."""
    return {
        key: json.loads(value) if value.startswith(("{", "[")) else value for key, value in values.items()
    }


def test_everything_else_in_the_stack_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The encrypted key of the stack's secrets too."""
    monkeypatch.chdir(tmp_path)
    before = {
        "secretsprovider": "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k",
        "encryptedkey": "abc=",
        "config": {"ai-platform:axis": {"api": {"cpu": 2}}, "axis:KEY": {"secure": "xyz"}},
    }
    (tmp_path / "Pulumi.prod.yaml").write_text(yaml.safe_dump(before))
    after = yaml.safe_load(pinned("prod", {"axis.api.image": BUILT}).read_text())
    assert after["config"]["ai-platform:axis"].pop("api") == {"cpu": 2, "image": BUILT}
    before["config"]["ai-platform:axis"].pop("api")
    assert after == before


def test_the_settings_are_in_the_programs_namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}")
    config = yaml.safe_load(pinned("prod", {"axis.api.image": BUILT}).read_text())["config"]
    assert list(config) == [f"{NAMESPACE}:axis"]


def test_an_image_that_no_setting_takes_is_one_line() -> None:
    with pytest.raises(DeliveryError, match="no setting takes image other; name it in"):
        setting_of("other")


def test_a_stack_without_a_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DeliveryError, match=r"^Pulumi.prod.yaml: is missing"):
        pinned("prod", {})
