"""Variables of a frontend's project at Vercel, one resource for each variable and target.

Owns the variables it is given and no others. Does not own the project, and builds nothing: Next.js copies
`NEXT_PUBLIC_*` into the JavaScript at build time, so a changed value reaches visitors with the next build.

One resource a target, because Vercel refuses a variable whose targets overlap another's, and because each
stack owns only the targets it is for. Only public variables are taken: what is sent to every browser needs no
protection, and what needs some has no business here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumiverse_vercel as vercel
from pulumi import ComponentResource, Input, Output, ResourceOptions

Target = Literal["production", "preview", "development"]

_PUBLIC = "NEXT_PUBLIC_"
_SECRET_WORDS = re.compile(r"(^|_)(SECRET|TOKEN|PASSWORD|PRIVATE|CREDENTIALS?|API_KEY)(_|$)")


@dataclass(frozen=True, kw_only=True)
class VercelEnvironmentArgs:
    """What is set where.

    Attributes:
        project_id: the Vercel project, `prj_…`.
        variables: the value of each `NEXT_PUBLIC_*` variable, by target.
        team_id: the team that has the project, where it is not one person's own.
    """

    project_id: str
    variables: Mapping[Target, Mapping[str, Input[str]]]
    team_id: str | None = None

    def __post_init__(self) -> None:
        for key in sorted({key for variables in self.variables.values() for key in variables}):
            if not re.fullmatch(_PUBLIC + r"[A-Z0-9_]+", key):
                raise ValueError(f"{key} is not public; write {_PUBLIC}{key}, or keep it out of the frontend")
            if _SECRET_WORDS.search(key):
                raise ValueError(f"{key} sounds like a secret, and {_PUBLIC}* is sent to every browser")


class VercelEnvironment(ComponentResource):
    """Variables at Vercel.

    Attributes:
        targets: the targets whose variables are set, once they are.
    """

    targets: Output[list[str]]

    def __init__(self, name: str, args: VercelEnvironmentArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:VercelEnvironment", name, None, opts)
        self._name, self._args = name, args

        variables = [
            self._set(target, key, value)
            for target, values in sorted(args.variables.items())
            for key, value in sorted(values.items())
        ]

        targets: list[str] = sorted(target for target, values in args.variables.items() if values)
        self.targets = Output.all(*(each.key for each in variables)).apply(lambda _: targets)
        self.register_outputs({"targets": self.targets})

    def _set(self, target: Target, key: str, value: Input[str]) -> vercel.ProjectEnvironmentVariable:
        return vercel.ProjectEnvironmentVariable(
            f"{self._name}-{key.lower().replace('_', '-')}-{target}",
            project_id=self._args.project_id,
            team_id=self._args.team_id,
            key=key,
            value=value,
            targets=[target],
            sensitive=False,
            comment="Set by Pulumi",
            # Two variables of one name can't be there at once, so the old one has to go first.
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )
