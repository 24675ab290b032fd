"""Google's own agent of an API in a project: whom the API acts as, and who has to be granted what it uses.

Owns that it exists: a project has it only once somebody asked for it. It is never deleted.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import projects

from components.environment import Environment

_ROBOTS = {"container.googleapis.com": "container-engine-robot"}
"""The part of the address that names the API's agent, which follows from no rule."""


@dataclass(frozen=True, kw_only=True)
class ServiceAgentArgs:
    """Whose agent.

    Attributes:
        environment: the project.
        api: the API, like `container.googleapis.com`.
    """

    environment: Environment
    api: str

    def __post_init__(self) -> None:
        if self.api not in _ROBOTS:
            raise ValueError(f"the agent of {self.api} is not known; write one of {', '.join(_ROBOTS)}")


class ServiceAgent(ComponentResource):
    """An agent that is there.

    Attributes:
        member: `serviceAccount:ADDRESS`, what an entity grants access to.
    """

    member: Output[str]

    def __init__(self, name: str, args: ServiceAgentArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ServiceAgent", name, None, opts)
        environment = args.environment
        agent = projects.ServiceIdentity(
            name,
            project=environment.project_using(args.api),
            service=args.api,
            opts=ResourceOptions(parent=self),
        )
        # The address follows from the project, so that a first preview can say who is granted what.
        address = f"service-{environment.project_number}@{_ROBOTS[args.api]}.iam.gserviceaccount.com"
        self.member = agent.service.apply(lambda _: f"serviceAccount:{address}")
        self.register_outputs({"member": self.member})
