from __future__ import annotations

import pulumi
import pytest

from components.service_agent import ServiceAgent, ServiceAgentArgs
from simulator.in_process import plan
from tests.components.environments import environment

AGENT = "gcp:projects/serviceIdentity:ServiceIdentity"


def test_a_member_is_known_by_the_address_that_google_gives_its_agent() -> None:
    def program() -> None:
        arguments = ServiceAgentArgs(environment=environment(), api="container.googleapis.com")
        pulumi.export("member", ServiceAgent("agent", arguments).member)

    planned = plan(program, config={"gcp:project": "acme-prod"})

    number = environment().project_number
    assert planned.one(AGENT).inputs["service"] == "container.googleapis.com"
    assert planned.outputs["member"] == (
        f"serviceAccount:service-{number}@container-engine-robot.iam.gserviceaccount.com"
    )


def test_an_agent_whose_address_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match=r"write one of container\.googleapis\.com"):
        ServiceAgentArgs(environment=environment(), api="run.googleapis.com")
