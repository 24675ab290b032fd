"""Whether the caller may do all of it, asked before anything is changed."""

from __future__ import annotations

from tools.bootstrap.cloud import Cloud
from tools.bootstrap.errors import BootstrapError
from tools.bootstrap.wanted import Wanted

NEEDED = {
    "roles/cloudkms.admin": (
        "cloudkms.cryptoKeys.create",
        "cloudkms.cryptoKeys.setIamPolicy",
        "cloudkms.cryptoKeys.update",
        "cloudkms.keyRings.create",
    ),
    "roles/iam.serviceAccountAdmin": ("iam.serviceAccounts.create", "iam.serviceAccounts.setIamPolicy"),
    "roles/iam.workloadIdentityPoolAdmin": (
        "iam.workloadIdentityPoolProviders.create",
        "iam.workloadIdentityPoolProviders.update",
        "iam.workloadIdentityPools.create",
    ),
    "roles/resourcemanager.projectIamAdmin": ("resourcemanager.projects.setIamPolicy",),
    "roles/serviceusage.serviceUsageAdmin": ("serviceusage.services.enable",),
    "roles/storage.admin": ("storage.buckets.create", "storage.buckets.setIamPolicy"),
}
"""What is needed, by the predefined role that has it."""


def check_permissions(cloud: Cloud, wanted: Wanted) -> None:
    """Refuses once, naming every role that is missing.

    Raises:
        BootstrapError: something that is needed is not permitted.
    """
    needed = [permission for permissions in NEEDED.values() for permission in permissions]
    request = (
        cloud.api("cloudresourcemanager")
        .projects()
        .testIamPermissions(resource=f"projects/{wanted.project}", body={"permissions": needed})
    )
    answer = cloud.read("ask what you may do", request) or {}
    held = set(answer.get("permissions", []))
    roles = [role for role, permissions in NEEDED.items() if not held.issuperset(permissions)]
    if roles:
        raise BootstrapError(
            f"you may not prepare project {wanted.project}; let an owner run this, or grant you "
            + ", ".join(roles)
        )
