"""What must hold after a run of the engine: small questions that the steps of a rehearsal are judged by.

Each takes an outcome and gives a line for each thing that does not hold. Knows no order of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from simulator.cloud import Cloud
from simulator.engine import EngineStack
from simulator.outcome import Outcome, label
from simulator.schema import resource_schema

Judgement = Callable[[Outcome], Iterable[str]]

# A shorter value could stand anywhere by chance.
_SHORTEST_SECRET = 8


Contents = Mapping[tuple[str, str], Mapping[str, Any]]
"""Resources by URN and ID: what is retained when it is replaced shares the URN of what replaces it."""


def contents(cloud: Cloud) -> Contents:
    """The resources in `cloud`, in a form that is equal for equal clouds."""
    return {(stored.urn, stored.id): asdict(stored) for stored in cloud.ledger.resources.values()}


def succeeded(outcome: Outcome) -> list[str]:
    """The run came to its end."""
    return [] if outcome.succeeded else [_first_line(error) for error in outcome.errors]


def all_created(outcome: Outcome) -> list[str]:
    """Everything was created, and there was something to create."""
    others = [f"{label(urn)} was there already" for urn in sorted(outcome.urns["same"])]
    return succeeded(outcome) or others or ([] if outcome.urns["create"] else ["nothing was created"])


def untouched(outcome: Outcome) -> list[str]:
    """Nothing was changed."""
    return succeeded(outcome) or [f"{label(urn)} was changed" for urn in sorted(outcome.touched)]


def only_updated(urn: str) -> Judgement:
    """This resource was updated, and nothing else was done."""

    def judge(outcome: Outcome) -> list[str]:
        unwanted = [f"{label(other)} was changed" for other in sorted(outcome.touched - {urn})]
        missed = [] if urn in outcome.urns["update"] else [f"{label(urn)} was not updated"]
        return succeeded(outcome) or unwanted + missed

    return judge


def as_planned(planned: Outcome) -> Judgement:
    """What was done is what the preview had said; a run that failed is judged by its errors alone."""

    def judge(outcome: Outcome) -> list[str]:
        if not outcome.succeeded:
            return []
        return [
            f"{operation} of {label(urn)} is in the preview or in the up, and not in both"
            for operation, urns in outcome.urns.items()
            for urn in sorted(urns ^ planned.urns[operation])
        ]

    return judge


def refused(reason: str) -> Judgement:
    """The run failed, and `reason` is part of an error."""

    def judge(outcome: Outcome) -> list[str]:
        if outcome.succeeded:
            return ["it went through, and should have been refused"]
        return [] if any(reason in error for error in outcome.errors) else succeeded(outcome)

    return judge


def cloud_holds(cloud: Cloud, wanted: Contents) -> Judgement:
    """What is in the cloud equals `wanted`, which `contents` gave."""

    def judge(_: Outcome) -> list[str]:
        found = contents(cloud)
        missed, extra = wanted.keys() - found.keys(), found.keys() - wanted.keys()
        gone = [f"{label(urn)} is not in the cloud and should be" for urn, _ in sorted(missed)]
        left = [f"{label(urn)} is in the cloud and should not be" for urn, _ in sorted(extra)]
        differing = [
            f"{label(at[0])} has other {', '.join(_differing(found[at], wanted[at]))} than it should have"
            for at in sorted(found.keys() & wanted.keys())
            if found[at] != wanted[at]
        ]
        return gone + left + differing

    return judge


def state_knows_the_cloud(stack: EngineStack) -> Judgement:
    """The state has each resource that is in the cloud, and no other."""

    def judge(_: Outcome) -> list[str]:
        known = {resource["urn"] for resource in stack.resources() if _is_held_by_the_cloud(resource)}
        there = {urn for urn, _ in contents(stack.cloud)}
        lost = [f"{label(urn)} is in the cloud and not in the state" for urn in sorted(there - known)]
        return lost + [f"{label(urn)} is in the state and not in the cloud" for urn in sorted(known - there)]

    return judge


def no_secret_in_clear(stack: EngineStack, configured: Mapping[str, str]) -> Judgement:
    """No secret that the cloud keeps or that was configured stands in what the engine has written or said."""

    def judge(outcome: Outcome) -> list[str]:
        written = stack.state_text() + outcome.log
        secrets = [*configured.items(), *_kept_secrets(stack.cloud)]
        return [
            f"the secret {place} is in the state or the log in the clear"
            for place, value in secrets
            if value in written
        ]

    return judge


def _kept_secrets(cloud: Cloud) -> Iterator[tuple[str, str]]:
    for stored in cloud.ledger.resources.values():
        for name in sorted(resource_schema(stored.type).secret_outputs):
            value = stored.state.get(name)
            if isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
                yield f"{label(stored.urn)} {name}", value


def _differing(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """The properties in which two resources differ; their names alone, for a value may be secret."""
    states = (found["state"], wanted["state"])
    return sorted(name for name in {*states[0], *states[1]} if states[0].get(name) != states[1].get(name))


def _is_held_by_the_cloud(resource: Mapping[str, Any]) -> bool:
    return bool(resource.get("custom")) and not resource["type"].startswith("pulumi:")


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "failed without a reason")
