"""The Google APIs that a stack needs, switched on once for everything else.

Owns the switching on and the wait until it has spread through Google's systems. Does not own the project,
and never switches an API off: another stack, or a person, may use it in the same project, and what was made
through it stops working.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumiverse_time
from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import projects

from components.environment import Environment

_SUFFIX = ".googleapis.com"


@dataclass(frozen=True, kw_only=True)
class ProjectApisArgs:
    """Which APIs, and how long until they can be relied on.

    Attributes:
        environment: the project they belong to; its own `api_projects` is what this component makes.
        apis: API names, like `run.googleapis.com`, each once.
        propagation_seconds: wait after the last of them is on, since the first calls to an API are refused
            for up to a minute ("has not been used in project"); 0 for none, where all have long been on.
    """

    environment: Environment
    apis: Sequence[str]
    propagation_seconds: int = 60

    def __post_init__(self) -> None:
        for api in self.apis:
            if not api.endswith(_SUFFIX):
                raise ValueError(f"{api!r} is no API name; write {api.partition('.')[0]}{_SUFFIX}")
        if twice := sorted({api for api in self.apis if self.apis.count(api) > 1}):
            raise ValueError(f"{', '.join(twice)} stands twice in apis; write each once")
        if self.propagation_seconds < 0:
            raise ValueError(
                f"propagation_seconds {self.propagation_seconds} is negative; write 0 for no wait"
            )


class ProjectApis(ComponentResource):
    """APIs that can be relied on.

    Attributes:
        projects: API name to the project's ID, resolved once all of `apis` can be used. Made of values that a
            plan knows beforehand, so that adding an API makes no other resource's plan unknown.
    """

    projects: Mapping[str, Output[str]]

    def __init__(self, name: str, args: ProjectApisArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ProjectApis", name, None, opts)
        self._name, self._args = name, args

        services = {api: self._enable(api) for api in sorted(args.apis)}
        spread = [self._wait(services).create_duration] if self._must_wait else []

        self.projects = {
            api: Output.all(service.project, *spread).apply(lambda known: str(known[0]))
            for api, service in services.items()
        }
        self.register_outputs({"projects": self.projects})

    @property
    def _must_wait(self) -> bool:
        return bool(self._args.apis) and self._args.propagation_seconds > 0

    def _enable(self, api: str) -> projects.Service:
        return projects.Service(
            f"{self._name}-{api.removesuffix(_SUFFIX)}",
            project=self._args.environment.project,
            service=api,
            disable_on_destroy=False,
            opts=ResourceOptions(parent=self),
        )

    def _wait(self, services: Mapping[str, projects.Service]) -> pulumiverse_time.Sleep:
        return pulumiverse_time.Sleep(
            f"{self._name}-propagation",
            create_duration=f"{self._args.propagation_seconds}s",
            # What each service answers, and not its name alone: the wait begins when all are on.
            # An API that is added later is waited for as well.
            triggers={api: service.service for api, service in services.items()},
            opts=ResourceOptions(parent=self),
        )
