from __future__ import annotations

from typing import Any

import pulumi

from components.containers import Probe
from components.secret import Given, Secret, SecretArgs
from simulator.in_process import Plan
from tests.components.cloud_run import (
    SERVICE,
    account,
    container,
    environment,
    planned,
    service,
    service_inputs,
)

HEALTH = Probe(path="/health", port=8500)


def planned_container(**changed: Any) -> dict[str, Any]:
    return service_inputs(containers=[container(**changed)])["template"]["containers"][0]


def test_the_three_probes_ask_what_they_were_told_to() -> None:
    started = Probe(path="/", port=8500, failures=24)

    asked = planned_container(startup=started, liveness=Probe(path="/", port=8500), readiness=HEALTH)

    assert asked["startupProbe"]["httpGet"] == {"path": "/", "port": 8500}
    assert asked["startupProbe"]["failureThreshold"] == 24
    assert asked["livenessProbe"]["httpGet"]["path"] == "/"
    assert asked["readinessProbe"]["httpGet"]["path"] == "/health"


def test_a_startup_probe_without_a_path_opens_a_connection() -> None:
    asked = planned_container(startup=Probe(port=8600))["startupProbe"]

    assert asked["tcpSocket"] == {"port": 8600}
    assert "httpGet" not in asked


def test_a_container_without_probes_has_none() -> None:
    assert not {"startupProbe", "livenessProbe", "readinessProbe"} & planned_container().keys()


def test_variables_are_in_the_order_of_their_names_however_they_were_given() -> None:
    one = planned_container(env={"B": "2", "A": "1"})
    other = planned_container(env={"A": "1", "B": "2"})

    assert one["envs"] == other["envs"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]


def test_a_secret_reaches_a_container_by_name_and_numbered_version_alone() -> None:
    def program() -> None:
        own = account()
        key = Secret(
            "openai",
            SecretArgs(
                environment=environment(),
                source=Given(value=pulumi.Output.secret("sk-marker")),
                readers={"api": own.member},
            ),
        )
        api = container(secret_env={"OPENAI_API_KEY": key.ref})
        service(service_account=own.email, containers=[api])

    plan = planned(program)
    api = plan.one(SERVICE)

    [variable] = api.inputs["template"]["containers"][0]["envs"]
    reference = variable["valueSource"]["secretKeyRef"]
    assert reference["version"].isdigit(), "`latest` would be another value in each instance"
    assert "sk-marker" not in str(api.inputs)
    grant = plan.one("gcp:secretmanager/secretIamMember:SecretIamMember")
    assert grant.urn in ancestors(plan, api.urn), "an instance that can't read its secret doesn't start"


def ancestors(plan: Plan, urn: str) -> set[str]:
    """Everything that is made before a resource."""
    by_urn = {resource.urn: resource for resource in plan.resources}
    found: set[str] = set()
    waiting = [urn]
    while waiting:
        for dependency in by_urn[waiting.pop()].dependencies:
            if dependency not in found:
                found.add(dependency)
                waiting.append(dependency)
    return found
