"""The steps of a rehearsal: what is done to a stack on the real engine, and what must hold after it.

Owns the order of a stack's life and the judgement of each step. Knows neither how it is shown nor what the
program is: the settings that are changed come as data.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from simulator.change import Change
from simulator.cloud import Cloud
from simulator.engine import EngineStack, engine_stack
from simulator.judgements import (
    Contents,
    Judgement,
    all_created,
    as_planned,
    cloud_holds,
    contents,
    no_secret_in_clear,
    only_updated,
    refused,
    state_knows_the_cloud,
    succeeded,
    untouched,
)
from simulator.outcome import Outcome, label


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is rehearsed.

    Attributes:
        stack: the stack's name.
        program: makes the stack's resources.
        config: its configuration under full keys, objects as JSON.
        secret_config: the same, for what is secret.
        existing: full names of the resources that are there before the stack.
        changes: settings that are changed one after the other, with what each may touch.
        drift: pattern of `TYPE::NAME` for a resource with labels, whose labels somebody changes by hand.
        unprotect: the change that lifts the stack's protection; none where nothing is protected.
        project_file: the project's `Pulumi.yaml`.
    """

    stack: str
    program: Callable[[], object]
    config: Mapping[str, str] = field(default_factory=dict)
    secret_config: Mapping[str, str] = field(default_factory=dict)
    existing: Sequence[str] = ()
    changes: Sequence[Change] = ()
    drift: str = "gcp:secretmanager/secret:Secret::*"
    unprotect: Change | None = None
    project_file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step that was done.

    Attributes:
        title: what was done.
        outcome: what the engine did.
        problems: what does not hold, a line each; none where all holds.
    """

    title: str
    outcome: Outcome
    problems: tuple[str, ...]


def rehearse(script: Script) -> Generator[Step]:
    """Do every step; ends early after one whose failure leaves nothing to go on with."""
    with _stack(script, Cloud(script.existing)) as stack:
        planned = stack.preview()
        yield _step("preview", planned, all_created)
        if not planned.succeeded:
            return
        made = stack.up()
        yield _step(
            "up", made, all_created, as_planned(planned), no_secret_in_clear(stack, script.secret_config)
        )
        if not made.succeeded:
            return
        clean = contents(stack.cloud)
        yield _step("up again", stack.up(), untouched)
        yield from _changes(stack, script)
        yield from _drift(stack, script)
        yield from _end(stack, script)
    yield from _interruption(script, clean)


def _changes(stack: EngineStack, script: Script) -> Iterator[Step]:
    """Each change on top of those before it."""
    config = dict(script.config)
    for change in script.changes:
        changed = change.applied_to(config)
        config.update(changed)
        stack.configure(changed)
        yield _step(change.title, stack.up(), change.problems)


def _drift(stack: EngineStack, script: Script) -> Iterator[Step]:
    """Nothing has drifted; then something has, is seen, and is put right."""
    yield _step("refresh", stack.refresh(), untouched)
    there = stack.cloud.ledger.resources.values()
    drifted = next(stored for stored in there if fnmatchcase(label(stored.urn), script.drift))
    by_hand = {**drifted.inputs, "labels": {"changed-by": "hand"}}
    stack.cloud.update(drifted.type, drifted.id, drifted.urn, drifted.state, by_hand)
    yield _step("refresh sees a change by hand", stack.refresh(), only_updated(drifted.urn))
    yield _step("up puts it right", stack.up(), only_updated(drifted.urn))


def _end(stack: EngineStack, script: Script) -> Iterator[Step]:
    """Destroyed, at once or after its protection has been lifted."""
    if script.unprotect:
        before = contents(stack.cloud)
        yield _step(
            "destroy while protected", stack.destroy(), refused("protect"), cloud_holds(stack.cloud, before)
        )
        stack.configure(script.unprotect.applied_to(script.config))
        yield _step(script.unprotect.title, stack.up(), script.unprotect.problems)
    yield _step(
        "destroy", stack.destroy(), succeeded, cloud_holds(stack.cloud, {}), state_knows_the_cloud(stack)
    )


def _interruption(script: Script, clean: Contents) -> Iterator[Step]:
    """A first up whose middle operation fails, and the up after it."""
    cloud = Cloud(script.existing, fail_on=max(1, len(clean) // 2))
    with _stack(script, cloud) as stack:
        yield _step("up with an operation that fails", stack.up(), refused(""), state_knows_the_cloud(stack))
        yield _step("up recovers", stack.up(), succeeded, cloud_holds(cloud, clean))


def _stack(script: Script, cloud: Cloud) -> AbstractContextManager[EngineStack]:
    return engine_stack(
        script.program,
        script.stack,
        script.config,
        secret_config=script.secret_config,
        cloud=cloud,
        project_file=script.project_file,
    )


def _step(title: str, outcome: Outcome, *judgements: Judgement) -> Step:
    problems = tuple(problem for judgement in judgements for problem in judgement(outcome))
    return Step(title=title, outcome=outcome, problems=problems)
