"""Ways to ask a plan for what a test is about."""

from __future__ import annotations

from typing import Any

from simulator.in_process import Plan, PlannedResource
from simulator.values import opened

ACCOUNT = "gcp:serviceaccount/account:Account"
BUCKET = "gcp:storage/bucket:Bucket"
DATABASE = "gcp:sql/database:Database"
DISK = "gcp:compute/disk:Disk"
FIREWALL = "gcp:compute/firewall:Firewall"
IMAGE = "docker:index/image:Image"
JOB = "gcp:cloudscheduler/job:Job"
MACHINE = "gcp:compute/instance:Instance"
OBJECT = "gcp:storage/bucketObject:BucketObject"
POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
PROJECT_ROLE = "gcp:projects/iAMMember:IAMMember"
REDIS = "gcp:redis/instance:Instance"
SECRET = "gcp:secretmanager/secret:Secret"
SECRET_READER = "gcp:secretmanager/secretIamMember:SecretIamMember"
SECRET_VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
SERVICE = "gcp:cloudrunv2/service:Service"
USER = "gcp:sql/user:User"
VARIABLE = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable"


def service(plan: Plan, name: str = "axis-api") -> dict[str, Any]:
    """A Cloud Run service as it was asked for."""
    return plan.one(SERVICE, name).inputs


def container(plan: Plan, name: str = "api", of: str = "axis-api") -> dict[str, Any]:
    """A container of a Cloud Run service."""
    return next(each for each in service(plan, of)["template"]["containers"] if each["name"] == name)


def plain_variables(described: dict[str, Any]) -> dict[str, str]:
    """A container's plain variables."""
    return {each["name"]: each["value"] for each in described.get("envs", []) if "value" in each}


def secret_variables(described: dict[str, Any]) -> dict[str, dict[str, str]]:
    """A container's secret variables: name to `secret` and `version`."""
    return {
        each["name"]: each["valueSource"]["secretKeyRef"]
        for each in described.get("envs", [])
        if "valueSource" in each
    }


def secret_value(plan: Plan, secret_id: str) -> str:
    """The value that the program writes into a secret, in the clear."""
    (secret,) = [each for each in plan.of(SECRET) if each.inputs["secretId"] == secret_id]
    (version,) = [each for each in plan.of(SECRET_VERSION) if each.inputs["secret"] == secret.id]
    return opened(version.inputs["secretData"])


def readers(plan: Plan) -> dict[str, set[str]]:
    """Secret ID to the names of the accounts that may read it."""
    found: dict[str, set[str]] = {}
    for grant in plan.of(SECRET_READER):
        found.setdefault(grant.inputs["secretId"], set()).add(account_name(grant.inputs["member"]))
    return found


def account_name(member: str) -> str:
    """The account's ID in `serviceAccount:ID@PROJECT.iam.gserviceaccount.com`."""
    return member.removeprefix("serviceAccount:").split("@")[0]


def before(plan: Plan, resource: PlannedResource) -> list[PlannedResource]:
    """Everything that must have been made before a resource is."""
    known = {each.urn: each for each in plan.resources}
    found: set[str] = set()
    waiting = list(resource.dependencies)
    while waiting:
        urn = waiting.pop()
        if urn not in found:
            found.add(urn)
            waiting += known[urn].dependencies
    return [known[urn] for urn in sorted(found)]


def types_before(plan: Plan, resource: PlannedResource) -> set[str]:
    """The types of everything that must have been made before a resource is."""
    return {each.type for each in before(plan, resource)}
