"""A workload's own identity.

Owns the service account and what it may do in the project as a whole. Does not own what it may do to one
entity (read a secret, write a bucket): that grant lives with the entity. Makes no key: nothing outside Google
Cloud signs in as a workload.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import projects, serviceaccount

from components.environment import Environment

IAM_API = "iam.googleapis.com"
RESOURCE_MANAGER_API = "cloudresourcemanager.googleapis.com"

_TOO_MUCH = ("roles/owner", "roles/editor", "roles/viewer")
_DISPLAY_NAME_BYTES = 100


@dataclass(frozen=True, kw_only=True)
class ServiceAccountArgs:
    """Who it is and what it may do.

    Attributes:
        environment: where it lives.
        display_name: what people see in the console, at most 100 bytes.
        project_roles: roles on the whole project, like `roles/logging.logWriter`; basic roles are refused.
    """

    environment: Environment
    display_name: str
    project_roles: Sequence[str] = ()

    def __post_init__(self) -> None:
        if len(self.display_name.encode()) > _DISPLAY_NAME_BYTES:
            raise ValueError(f"display_name {self.display_name!r} is longer than {_DISPLAY_NAME_BYTES} bytes")
        for role in self.project_roles:
            if role in _TOO_MUCH:
                raise ValueError(
                    f"{role} reaches the whole project; write the predefined roles that are needed"
                )
            if not role.startswith(("roles/", "projects/", "organizations/")):
                raise ValueError(f"{role!r} is no role name; write roles/{role}")


class ServiceAccount(ComponentResource):
    """A service account and its roles on the project.

    Attributes:
        email: its address, known once its project roles are granted: what a workload runs as.
        member: `serviceAccount:ADDRESS`, known as soon as it exists: what an entity grants access to.
    """

    email: Output[str]
    member: Output[str]

    def __init__(self, name: str, args: ServiceAccountArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ServiceAccount", name, None, opts)
        self._name, self._args = name, args

        account = self._account()
        self.member = account.member
        grants = [self._grant(role) for role in sorted(args.project_roles)]

        self.email = Output.all(account.email, *(grant.role for grant in grants)).apply(
            lambda known: str(known[0])
        )
        self.register_outputs({"email": self.email, "member": self.member})

    def _account(self) -> serviceaccount.Account:
        environment = self._args.environment
        return serviceaccount.Account(
            self._name,
            project=environment.project_using(IAM_API),
            account_id=environment.physical_name(self._name, limit=30),
            display_name=self._args.display_name,
            opts=ResourceOptions(parent=self),
        )

    def _grant(self, role: str) -> projects.IAMMember:
        return projects.IAMMember(
            f"{self._name}-{role.rpartition('/')[2].replace('.', '-')}",
            project=self._args.environment.project_using(RESOURCE_MANAGER_API),
            role=role,
            member=self.member,
            opts=ResourceOptions(parent=self),
        )
