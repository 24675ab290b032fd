"""What is in clusters on the real engine: made, changed in place, made anew after a failure, deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.cloud import Cloud
from simulator.engine import EngineStack, engine_stack
from simulator.outcome import Outcome, label
from tests.rehearsal.in_clusters import CONFIG, PROJECT, program

MARKER = "a-planted-token-0001"
JOB = "kubernetes:batch/v1:Job"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


class Life:
    """One stack's life, each step of it done once."""

    def __init__(self, stack: EngineStack) -> None:
        self.stack = stack
        self.preview = stack.preview()
        self.failed = stack.up()
        self.mended = stack.up()
        self.again = stack.up()
        self.outputs = stack.outputs()
        self.state, self.log = stack.state_text(), self.failed.log + self.mended.log
        stack.configure({**CONFIG, "ai-platform:level": "debug"})
        self.configured = stack.up()
        stack.configure({**CONFIG, "ai-platform:level": "debug", "ai-platform:image": "2"})
        self.released = stack.up()
        self.refreshed = stack.refresh()
        self.objects = {one.id: one for one in stack.cloud.ledger.resources.values()}
        self.destroyed = stack.destroy()


@pytest.fixture(scope="module")
def life() -> Iterator[Life]:
    secret = {"ai-platform:marker": MARKER}
    cloud = Cloud(unready="::migrate-us")
    with engine_stack(program, "test", CONFIG, secret_config=secret, cloud=cloud) as stack:
        yield Life(stack)


def touched(outcome: Outcome) -> dict[str, set[str]]:
    """What was done to which resources, but for those that stayed the same."""
    assert outcome.succeeded, outcome.errors
    return {
        operation: {label(urn) for urn in urns}
        for operation, urns in outcome.urns.items()
        if urns and operation != "same"
    }


def test_a_preview_works_before_the_clusters_exist(life: Life) -> None:
    assert life.preview.succeeded, life.preview.errors
    assert life.preview.counts["create"] == 18


def test_a_job_that_fails_stops_what_waits_for_it(life: Life) -> None:
    assert not life.failed.succeeded
    assert any("did not become ready" in error for error in life.failed.errors), life.failed.errors
    assert f"{DEPLOYMENT}::api-us" not in {label(urn) for urn in life.failed.urns["create"]}


def test_the_next_up_makes_the_failed_job_anew_and_goes_on(life: Life) -> None:
    mended = touched(life.mended)
    assert mended.keys() == {"create", "replace"}
    assert mended["replace"] == {f"{JOB}::migrate-us"}
    assert f"{DEPLOYMENT}::api-us" in mended["create"]


def test_a_second_up_changes_nothing(life: Life) -> None:
    assert touched(life.again) == {}
    assert touched(life.refreshed) == {}


def test_a_changed_configmap_is_changed_in_place(life: Life) -> None:
    names = {f"kubernetes:core/v1:ConfigMap::settings-{cluster}" for cluster in ("main", "us")}
    assert touched(life.configured) == {"update": names}


def test_another_image_is_another_job_and_an_update_of_the_deployment(life: Life) -> None:
    assert touched(life.released) == {
        "replace": {f"{JOB}::migrate-main", f"{JOB}::migrate-us"},
        "update": {f"{DEPLOYMENT}::api-main", f"{DEPLOYMENT}::api-us"},
    }


def test_two_clusters_hold_the_same_names(life: Life) -> None:
    for region, cluster in (("europe-west1", "main"), ("us-central1", "us")):
        mark = f"projects/{PROJECT}/locations/{region}/clusters/{cluster}"
        assert life.objects[f"{mark}#app/api"].urn.endswith(f"api-{cluster}")
    assert life.outputs["main_address"] != life.outputs["us_address"]


def test_a_secret_is_nowhere_in_the_clear(life: Life) -> None:
    assert MARKER not in life.state
    assert MARKER not in life.log


def test_everything_is_deleted_again(life: Life) -> None:
    assert life.destroyed.succeeded, life.destroyed.errors
    assert life.stack.cloud.ledger.resources == {}
