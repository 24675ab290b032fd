"""A plan of the simulated cloud as the rules look at it."""

from __future__ import annotations

from policies.model import Resource, Stack
from policies.secrecy import KEEPERS
from simulator.in_process import Plan, PlannedResource
from simulator.values import opened


def stack_of(plan: Plan, *, protected: bool) -> Stack:
    """The resources of a plan; `protected` is the stack's setting `protect`."""
    providers = {each.urn: opened(each.inputs) for each in plan.resources if each.urn}
    made = (each for each in plan.resources if each.custom)
    return Stack(
        resources=tuple(_resource(each, opened(providers.get(each.provider, {}))) for each in made),
        protected=protected,
    )


def _resource(planned: PlannedResource, provider: dict[str, object]) -> Resource:
    # A secret that the cloud makes is no input, and must be known where it is kept to be found elsewhere.
    computed = {name: planned.state[name] for name in KEEPERS.get(planned.type, ()) if name in planned.state}
    return Resource(
        urn=planned.urn,
        type=planned.type,
        name=planned.name,
        properties=opened({**planned.inputs, **computed}),
        protect=planned.protect,
        provider=provider,
        dependencies=planned.dependencies,
    )
