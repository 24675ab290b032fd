"""What a preview of the real engine costs by resource, of services and of as many empty resources.

The simulated cloud stands in for the providers and is part of what is measured; so is the engine's process.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource

from components.cloud_run_service import CloudRunService, CloudRunServiceArgs
from components.containers import Container
from components.environment import Environment
from components.service_account import ServiceAccount, ServiceAccountArgs
from simulator.engine import engine_stack

SIZES = (1, 10, 100)
_IMAGE = f"us-docker.pkg.dev/cloudrun/container/hello@sha256:{'a' * 64}"
_ENVIRONMENT = Environment(
    project="acme-bench",
    project_number="123456789012",
    region="europe-west1",
    zone="europe-west1-b",
    stack="bench",
)


@dataclass(frozen=True, kw_only=True)
class PreviewCost:
    """What a preview took.

    Attributes:
        services: how many services of one kind.
        resources: how many resources they are.
        cpu: seconds of processor time, this process's and the engine's.
        empty_cpu: the same for as many resources that are nothing but a name.
    """

    services: int
    resources: int
    cpu: float
    empty_cpu: float

    @property
    def by_resource(self) -> float:
        """Milliseconds of processor time for each resource."""
        return 1000 * self.cpu / self.resources

    @property
    def by_empty_resource(self) -> float:
        """The same for each empty resource."""
        return 1000 * self.empty_cpu / self.resources


def preview_costs(sizes: Sequence[int] = SIZES) -> list[PreviewCost]:
    """The costs of previews of each size, behind one that loads what all of them need.

    Raises:
        NoEngineError: there is no `pulumi` program.
    """
    _preview(_services(1))
    return [_cost(size) for size in sizes]


def _cost(services: int) -> PreviewCost:
    cpu, resources = _preview(_services(services))
    empty_cpu, _ = _preview(_empty(resources))
    return PreviewCost(services=services, resources=resources, cpu=cpu, empty_cpu=empty_cpu)


def _preview(program: Callable[[], None]) -> tuple[float, int]:
    """Seconds of processor time, and how many resources there are beside the stack."""
    with engine_stack(program) as stack:
        before = _used()
        outcome = stack.preview()
        return _used() - before, len(outcome.urns["create"]) - 1


def _used() -> float:
    counted = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in counted)


def _services(count: int) -> Callable[[], None]:
    def program() -> None:
        for number in range(count):
            _service(f"service-{number}")

    return program


def _service(name: str) -> None:
    account = ServiceAccount(name, ServiceAccountArgs(environment=_ENVIRONMENT, display_name=name))
    args = CloudRunServiceArgs(
        environment=_ENVIRONMENT,
        service_account=account.email,
        containers=[Container(name="api", image=_IMAGE, port=8080)],
    )
    CloudRunService(name, args)


def _empty(count: int) -> Callable[[], None]:
    def program() -> None:
        for number in range(count):
            ComponentResource("bench:index:Empty", f"empty-{number}")

    return program
