"""The environment that the tests of single components are in; nothing here is asserted."""

from __future__ import annotations

from typing import Any

from components.environment import Environment
from simulator.in_process import Plan, PlannedResource


def environment(**changed: Any) -> Environment:
    place: dict[str, Any] = {
        "project": "acme-prod",
        "project_number": "123456789012",
        "region": "europe-west1",
        "zone": "europe-west1-b",
        "stack": "prod",
        **changed,
    }
    return Environment(**place)


def awaited(planned: Plan, resource: PlannedResource) -> set[str]:
    """The names of what a resource waits for, directly."""
    names = {other.urn: other.name for other in planned.resources}
    return {names[urn] for urn in resource.dependencies}
