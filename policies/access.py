"""Roles that reach further than what they were given for."""

from __future__ import annotations

from collections.abc import Iterator

from policies.model import Problem, Resource

_PRIMITIVE = {"roles/owner", "roles/editor", "roles/viewer"}
_SECRETS = {
    "roles/secretmanager.admin",
    "roles/secretmanager.secretAccessor",
    "roles/secretmanager.secretVersionManager",
}
_WIDE = ("gcp:projects/", "gcp:folder/", "gcp:organizations/")


def primitive_role(resource: Resource) -> Iterator[Problem]:
    """Owner, editor or viewer: thousands of permissions in every service there is."""
    role = resource.properties.get("role")
    if role in _PRIMITIVE and "iam" in resource.type.lower():
        yield Problem(
            f"{role} is thousands of permissions in every service",
            "give a role of the one service that is used, on the one resource",
        )


def project_wide_secrets(resource: Resource) -> Iterator[Problem]:
    """A role by which every secret of a project can be read."""
    role = resource.properties.get("role")
    if role in _SECRETS and resource.type.startswith(_WIDE):
        yield Problem(
            f"{role} opens every secret of the project, those of other systems and those to come",
            "grant it on each secret that is read: the `readers` of components/secret.py",
        )
