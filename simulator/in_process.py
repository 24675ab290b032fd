"""The simulated cloud's first door: run a Pulumi program in this process, and say what it would make.

Owns the run: a runtime of its own for each plan, whatever became of the one before. Nothing is a dry run, so
that every `apply` is run.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pulumi import RunError
from pulumi.runtime import set_all_config
from pulumi.runtime.mocks import set_mocks
from pulumi.runtime.settings import ROOT, SETTINGS
from pulumi.runtime.stack import run_in_stack

from simulator.cloud import Cloud
from simulator.monitor import CloudMonitor, PlannedResource, provider_settings, unruled
from simulator.values import SecretValue

__all__ = ["Plan", "PlanRefused", "PlannedResource", "SecretValue", "plan"]

PROJECT = "ai-platform"
_DISABLED = "pulumi:disable-default-providers"
_STRICT = "PULUMI_ERROR_OUTPUT_STRING"


class PlanRefused(Exception):  # noqa: N818 - the cloud refuses; nothing is in error
    """The cloud would refuse the program.

    Attributes:
        findings: everything that is wrong, each with the resource, the property and what to write instead.
    """

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a program makes.

    Attributes:
        resources: every resource but the stack, each after its parent and after what it depends on; the
            same program always gives the same order.
        outputs: the stack's outputs; a secret is a `SecretValue`.
        unruled: the types of which only the shape was checked.
        cloud: the cloud with everything made.
    """

    resources: list[PlannedResource]
    outputs: dict[str, Any]
    unruled: list[str] = field(default_factory=list)
    cloud: Cloud

    def of(self, type_token: str) -> list[PlannedResource]:
        """The resources of a type."""
        return [resource for resource in self.resources if resource.type == type_token]

    def one(self, type_token: str, name: str | None = None) -> PlannedResource:
        """The resource of a type, and of that name if one is given.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = [resource for resource in self.of(type_token) if name in (None, resource.name)]
        if len(found) != 1:
            there = ", ".join(resource.name for resource in self.of(type_token)) or "none"
            raise LookupError(f"{len(found)} of {type_token} named {name or 'anything'}; there is: {there}")
        return found[0]


def plan(
    program: Callable[[], object],
    *,
    stack: str = "test",
    config: Mapping[str, str] | None = None,
    secret_config: Mapping[str, str] | None = None,
    existing: Iterable[str] = (),
    cloud: Cloud | None = None,
    project: str = PROJECT,
) -> Plan:
    """Run `program` and say what it makes.

    Args:
        program: the program, e.g. a function that makes components, or one that runs `__main__.py`.
        stack: the stack's name.
        config: the stack's configuration; a key without a namespace is the project's.
        secret_config: configuration that is secret.
        existing: names of what was there before, e.g. `projects/p/secrets/openai`.
        cloud: the cloud to make it in; an empty one if none is given.
        project: the Pulumi project's name.

    Raises:
        PlanRefused: the cloud would refuse the program.
    """
    plain, secret = _keys(config or {}, project), _keys(secret_config or {}, project)
    cloud = cloud or Cloud(existing)
    _configure(cloud, {**plain, **secret})
    monitor = CloudMonitor(cloud, frozenset(json.loads(plain.get(_DISABLED, "[]"))))

    def run() -> None:
        loop = _fresh_runtime()
        set_all_config({**plain, **secret}, list(secret))
        set_mocks(monitor.mocks, project=project, stack=stack, preview=False, monitor=monitor)
        # Pulumi's own stack for a program takes the place of the one for tests: it awaits and exports.
        ROOT.set(None)
        _run(program, loop)

    try:
        contextvars.copy_context().run(run)
    except RunError as error:
        raise PlanRefused([*monitor.findings, str(error)]) from error
    except Exception as error:
        if monitor.findings:
            raise PlanRefused([*monitor.findings, f"the program: {error}"]) from error
        raise
    findings = [*monitor.findings, *_missing_edges(monitor, cloud)]
    if findings:
        raise PlanRefused(findings)
    return Plan(
        resources=_in_order(monitor.planned),
        outputs=monitor.outputs,
        unruled=unruled(monitor.planned),
        cloud=cloud,
    )


def _in_order(planned: Mapping[str, PlannedResource]) -> list[PlannedResource]:
    """The resources, each after its parent and its dependencies; otherwise by name."""
    ordered: dict[str, PlannedResource] = {}

    def visit(urn: str) -> None:
        if urn in ordered or urn not in planned:
            return
        for before in (planned[urn].parent, *planned[urn].dependencies):
            visit(before)
        ordered[urn] = planned[urn]

    for urn in sorted(planned):
        visit(urn)
    return list(ordered.values())


def _keys(config: Mapping[str, str], project: str) -> dict[str, str]:
    return {key if ":" in key else f"{project}:{key}": value for key, value in config.items()}


def _configure(cloud: Cloud, config: Mapping[str, str]) -> None:
    """Default providers read the stack's configuration."""
    for key, value in config.items():
        package, name = key.split(":", 1)
        if package == "gcp":
            cloud.configure(package, provider_settings({name: value}))


def _fresh_runtime() -> asyncio.AbstractEventLoop:
    """A runtime that knows nothing of any plan before, and its event loop."""
    loop = asyncio.new_event_loop()
    # One thing at a time, so that addresses and numbers are given out in the same order every time.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
    # After a refusal, tasks are left that nobody awaits. What is wrong is told by the plan; their own telling
    # would come in the middle of anything, whenever they are collected.
    loop.set_exception_handler(lambda _loop, _context: None)
    asyncio.set_event_loop(loop)
    ROOT.set(None)
    SETTINGS.outputs = set()
    SETTINGS.package_refs = {}
    return loop


def _run(program: Callable[[], object], loop: asyncio.AbstractEventLoop) -> None:
    with _strict_strings():
        try:
            # What a program returns is no coroutine to await: modules and components come back as well.
            loop.run_until_complete(run_in_stack(lambda: _awaitable(program())))
        finally:
            _close(loop)


def _awaitable(result: object) -> Any:
    return result if asyncio.iscoroutine(result) else None


@contextmanager
def _strict_strings() -> Generator[None]:
    """Make an `Output` inside an f-string raise: it would be a warning's text in the resource."""
    before = os.environ.get(_STRICT)
    os.environ[_STRICT] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_STRICT]
        else:
            os.environ[_STRICT] = before


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End what a failed program left running, so that the next plan begins with nothing."""
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)


def _missing_edges(monitor: CloudMonitor, cloud: Cloud) -> Iterator[str]:
    """What a resource uses without waiting for it: made in parallel, it is there on some days only."""
    for stored in list(cloud.ledger.resources.values()):
        if stored.urn not in monitor.planned:
            continue
        ancestors = _ancestors(stored.urn, monitor.planned)
        one = monitor.planned[stored.urn]
        # Only at the end is it known which APIs the program enables.
        service = cloud.service_need(stored.type, stored.urn, stored.inputs)
        if service is not None and service.found is None:
            yield f"{one.name} ({one.type}): {service.property}: {service.reason}"
        for need in [*monitor.needs.get(stored.urn, ()), *([service] if service else ())]:
            if need.found is not None and need.found.urn in monitor.planned.keys() - ancestors:
                other = monitor.planned[need.found.urn]
                used = f"uses {other.name} ({other.type}) and does not wait for it; pass one of its outputs"
                yield f"{one.name} ({one.type}): {need.property}: {used}"


def _ancestors(urn: str, planned: Mapping[str, PlannedResource]) -> set[str]:
    """The resource and everything that is made before it."""
    found: set[str] = set()
    open_urns = [urn]
    while open_urns:
        current = open_urns.pop()
        if current in found or current not in planned:
            continue
        found.add(current)
        resource = planned[current]
        parent = planned.get(resource.parent)
        above = [parent.urn] if parent is not None and parent.custom else []
        open_urns += [*resource.dependencies, *above, resource.provider]
    return found
