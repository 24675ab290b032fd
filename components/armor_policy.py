"""A Cloud Armor policy: what a public service refuses before it sees it.

Owns the policy. Does not own its rules, which are data (`armor_rules`), nor what it is attached to: a load
balancer's backends take it by their property, a Service in a cluster by its treatment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_gcp import compute

from components.armor_rules import Waf, armor_rules
from components.environment import Environment

COMPUTE_API = "compute.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class ArmorPolicyArgs:
    """What is refused.

    Attributes:
        environment: where it lives.
        requests_per_minute: requests that a client address may make in a minute, before it is told to wait.
        path_limits: path to the same for that path alone, whose requests then count there and nowhere else.
        waf: Google's attack patterns: `off`, `preview` (only logged) or `enforce`.
    """

    environment: Environment
    requests_per_minute: int = 600
    path_limits: Mapping[str, int] = field(default_factory=dict)
    waf: Waf = "preview"

    def __post_init__(self) -> None:
        for path, limit in {"": self.requests_per_minute, **self.path_limits}.items():
            name = f"path_limits {path}" if path else "requests_per_minute"
            if not 1 <= limit <= 10000:
                raise ValueError(f"ArmorPolicyArgs: {name} {limit} is out of range; write 1 to 10000")


class ArmorPolicy(ComponentResource):
    """A policy of its own, for a Service in a cluster.

    Attributes:
        policy_name: the policy's name, which a Service's treatment refers to.
    """

    policy_name: Output[str]

    def __init__(self, name: str, args: ArmorPolicyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ArmorPolicy", name, None, opts)
        self.policy_name = create_armor_policy(name, args, self).name
        self.register_outputs({"policy_name": self.policy_name})


def create_armor_policy(name: str, args: ArmorPolicyArgs, parent: Resource) -> compute.SecurityPolicy:
    """The policy as a child of `parent`, which may be what it protects."""
    return compute.SecurityPolicy(
        name,
        name=args.environment.physical_name(name),
        project=args.environment.project_using(COMPUTE_API),
        type="CLOUD_ARMOR",
        # JSON is read as JSON, so that a pattern is looked for in its values and not across them.
        advanced_options_config=compute.SecurityPolicyAdvancedOptionsConfigArgs(json_parsing="STANDARD"),
        rules=armor_rules(
            requests_per_minute=args.requests_per_minute, path_limits=args.path_limits, waf=args.waf
        ),
        opts=ResourceOptions(parent=parent),
    )
