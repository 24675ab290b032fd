"""The predefined roles of CI's identities, each for what the program makes; no basic role among them."""

from __future__ import annotations

GRANTED = (
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/container.defaultNodeServiceAccount",
)
"""The project-wide roles that the program grants to its workloads, and so all that a deployment may grant."""

DEPLOY = {
    "artifactregistry": ("roles/artifactregistry.admin",),
    "certificatemanager": ("roles/certificatemanager.owner",),
    "cloudrunv2": ("roles/run.admin",),
    "cloudscheduler": ("roles/cloudscheduler.admin",),
    "compute": ("roles/compute.admin",),
    "container": ("roles/container.admin",),
    "dns": ("roles/dns.admin",),
    "kms": ("roles/cloudkms.admin",),
    "monitoring": (
        "roles/monitoring.alertPolicyEditor",
        "roles/monitoring.notificationChannelEditor",
        "roles/monitoring.uptimeCheckConfigEditor",
    ),
    "projects": ("roles/serviceusage.serviceUsageAdmin", "roles/resourcemanager.projectIamAdmin"),
    "redis": ("roles/redis.admin",),
    "secretmanager": ("roles/secretmanager.admin",),
    # A workload that runs as an account needs the deployer to be its user.
    "serviceaccount": ("roles/iam.serviceAccountAdmin", "roles/iam.serviceAccountUser"),
    "servicenetworking": ("roles/servicenetworking.networksAdmin",),
    "sql": ("roles/cloudsql.admin",),
    "storage": ("roles/storage.admin",),
}
"""What a deployment needs, by the provider's module that makes the resource: `gcp:sql/user:User` is `sql`."""

BUILD = ("roles/artifactregistry.writer",)
"""What pushing an image needs."""

# Reviewers list everything and read who may do what. The rest read what each service keeps, never its data:
# no object of a bucket, no value of a secret, no row.
READ = (
    "roles/artifactregistry.reader",
    "roles/certificatemanager.viewer",
    "roles/cloudkms.viewer",
    "roles/cloudscheduler.viewer",
    "roles/cloudsql.viewer",
    "roles/compute.networkViewer",
    "roles/compute.viewer",
    "roles/container.viewer",
    "roles/dns.reader",
    "roles/iam.securityReviewer",
    "roles/monitoring.viewer",
    "roles/redis.viewer",
    "roles/run.viewer",
    "roles/secretmanager.viewer",
    "roles/serviceusage.serviceUsageViewer",
    "roles/storage.bucketViewer",
)
"""What comparing the project with the state needs."""

_ONLY_GRANTED = ", ".join(f"'{role}'" for role in GRANTED)

CONDITIONS = {
    # Without it a deployment could make itself owner.
    "roles/resourcemanager.projectIamAdmin": (
        f"api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([{_ONLY_GRANTED}])"
    ),
}
"""What limits a role, in Google's expression language."""


def deploy() -> tuple[str, ...]:
    """Every role of the deploying identity."""
    return tuple(sorted({role for needed in DEPLOY.values() for role in needed}))
