"""A first deployment over time: when each resource of a plan is begun, and when it is there.

Reckoned from the plan's own edges (dependencies, parents, providers) and the creation times. Without limit on
what runs side by side, as the engine has none by default.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.creation_times import creation_seconds
from simulator.in_process import Plan, PlannedResource


@dataclass(frozen=True, kw_only=True)
class Step:
    """One resource's making.

    Attributes:
        resource: what is made.
        system: the name of the system that it belongs to: its topmost parent.
        start: seconds from the deployment's start to when everything is there that it waits for.
        end: when it is there itself.
        after: the URN of what it waits for longest; empty for what waits for nothing.
    """

    resource: PlannedResource
    system: str
    start: float
    end: float
    after: str


class Deployment:
    """The first deployment of a plan.

    Attributes:
        steps: every resource by its URN, components among them.
        seconds: from the start to the last resource.
        critical_path: what takes time on the longest chain, first to last.
    """

    def __init__(self, plan: Plan) -> None:
        self._resources = {resource.urn: resource for resource in plan.resources}
        self.steps: dict[str, Step] = {}
        for resource in plan.resources:
            self._take(resource)
        self.seconds = max((step.end for step in self.steps.values()), default=0)
        self.critical_path = self._critical_path()

    def _take(self, resource: PlannedResource) -> Step:
        if resource.urn not in self.steps:
            waited = max(self._before(resource), key=lambda step: step.end, default=None)
            start = waited.end if waited else 0
            self.steps[resource.urn] = Step(
                resource=resource,
                system=self._system(resource),
                start=start,
                end=start + creation_seconds(resource),
                after=waited.resource.urn if waited else "",
            )
        return self.steps[resource.urn]

    def _before(self, resource: PlannedResource) -> Iterable[Step]:
        urns = {*resource.dependencies, resource.parent, resource.provider}
        return [self._take(self._resources[urn]) for urn in sorted(urns) if urn in self._resources]

    def _system(self, resource: PlannedResource) -> str:
        while resource.parent in self._resources:
            resource = self._resources[resource.parent]
        return resource.name

    def _critical_path(self) -> list[Step]:
        step = max(self.steps.values(), key=lambda step: step.end, default=None)
        path: list[Step] = []
        while step:
            path.append(step)
            step = self.steps.get(step.after)
        return [step for step in reversed(path) if step.end > step.start]
