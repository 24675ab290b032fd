from __future__ import annotations

import dataclasses
import re

import pytest

from components.apis import ProjectApis, ProjectApisArgs
from components.private_zone import PrivateZone, PrivateZoneArgs
from simulator.in_process import Plan, plan
from tests.components.environments import awaited, environment

SERVICE, SLEEP = "gcp:projects/service:Service", "time:index/sleep:Sleep"
APIS = ("dns.googleapis.com", "run.googleapis.com")


def made(*apis: str, propagation_seconds: int = 60) -> Plan:
    """The APIs and something that needs one of them."""

    def program() -> None:
        here = environment()
        switched_on = ProjectApis(
            "apis", ProjectApisArgs(environment=here, apis=apis, propagation_seconds=propagation_seconds)
        )
        here = dataclasses.replace(here, api_projects=switched_on.projects)
        network = "projects/acme-prod/global/networks/there"
        PrivateZone("zone", PrivateZoneArgs(environment=here, network=network))

    return plan(program, existing=["projects/acme-prod/global/networks/there"])


def test_destroying_a_stack_switches_no_api_off() -> None:
    assert [service.inputs["disableOnDestroy"] for service in made(*APIS).of(SERVICE)] == [False, False]


def test_nothing_is_made_before_its_api_is_on_and_known_everywhere() -> None:
    planned = made(*APIS)

    assert awaited(planned, planned.one("gcp:dns/managedZone:ManagedZone")) == {
        "apis-dns",
        "apis-propagation",
    }


def test_the_wait_begins_when_every_api_is_on() -> None:
    planned = made(*APIS)

    assert awaited(planned, planned.one(SLEEP)) == {"apis-dns", "apis-run"}


def test_an_api_that_is_added_later_is_waited_for_as_well() -> None:
    """A wait is done again when one of its triggers changes, and only then."""
    before, after = made("dns.googleapis.com").one(SLEEP), made(*APIS).one(SLEEP)

    assert before.inputs["triggers"] != after.inputs["triggers"]


def test_with_no_wait_a_resource_still_waits_for_its_own_api() -> None:
    planned = made(*APIS, propagation_seconds=0)

    assert not planned.of(SLEEP)
    assert awaited(planned, planned.one("gcp:dns/managedZone:ManagedZone")) == {"apis-dns"}


@pytest.mark.parametrize(
    ("apis", "seconds", "wanted"),
    [
        (["redis"], 60, "write redis.googleapis.com"),
        (["run.googleapis.com", "run.googleapis.com"], 60, "run.googleapis.com stands twice"),
        (["run.googleapis.com"], -1, "write 0"),
    ],
)
def test_apis_that_cannot_be_meant_are_refused(apis: list[str], seconds: int, wanted: str) -> None:
    with pytest.raises(ValueError, match=re.escape(wanted)):
        ProjectApisArgs(environment=environment(), apis=apis, propagation_seconds=seconds)
