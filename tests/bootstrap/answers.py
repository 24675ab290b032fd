"""What the stand-in answers to each method, and what it refuses as Google does."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.bootstrap.replies import (
    Answer,
    Refusal,
    Request,
    create,
    found,
    get,
    look,
    needs,
    patch,
    started,
    undelete,
)

if TYPE_CHECKING:
    from tests.bootstrap.google import Google

OWNERS = {"role": "roles/storage.legacyBucketOwner", "members": ["projectOwner:acme", "projectEditor:acme"]}
VIEWERS = {"role": "roles/storage.legacyBucketReader", "members": ["projectViewer:acme"]}


def _read_policy(google: Google, request: Request) -> dict[str, Any]:
    name = _policy_name(request)
    if not name.startswith("projects/acme") or name.count("/") > 1:
        found(google, name)
    return {"version": 3, "etag": "BwX=", "bindings": [], **google.policies.get(name, {})}


def _write_policy(google: Google, request: Request) -> dict[str, Any]:
    name = _policy_name(request)
    policy = request.body.get("policy", request.body)
    for binding in policy["bindings"]:
        for member in binding["members"]:
            account = member.removeprefix("serviceAccount:")
            if account != member and not any(each.endswith(f"/{account}") for each in google.things):
                raise Refusal(400, f"Service account {account} does not exist.")
    if policy.get("etag", "BwX=") != "BwX=":
        raise Refusal(409, "There were concurrent policy changes")
    google.policies[name] = copy.deepcopy(policy)
    google.writes.append(f"policy {name}")
    return policy


def _policy_name(request: Request) -> str:
    if "bucket" in request.names:
        return f"b/{request.names['bucket']}"
    return request.name


def _project(google: Google, request: Request) -> dict[str, Any]:
    needs(google, "cloudresourcemanager.googleapis.com")
    from tests.bootstrap.google import NUMBER  # noqa: PLC0415 - each needs the other

    return {"name": f"projects/{NUMBER}", "projectId": request.name}


def _permitted(google: Google, request: Request) -> dict[str, Any]:
    return {"permissions": [each for each in request.body["permissions"] if each in google.permissions]}


def _services(google: Google, request: Request) -> dict[str, Any]:
    return {"services": [{"name": f"{request.name}/{api}", "state": "ENABLED"} for api in google.enabled]}


def _enable(google: Google, request: Request) -> dict[str, Any]:
    google.enabled |= set(request.body["serviceIds"])
    google.writes.append("enable")
    return started(google, "")


def _bucket(google: Google, request: Request) -> dict[str, Any]:
    return found(google, f"b/{request.names['bucket']}")


def _insert_bucket(google: Google, request: Request) -> dict[str, Any]:
    name = f"b/{request.body['name']}"
    if name in google.things:
        raise Refusal(409, "the bucket already exists")
    google.things[name] = {**request.body, "location": request.body["location"].upper()}
    google.policies[name] = {"bindings": copy.deepcopy([OWNERS, VIEWERS])}
    google.writes.append(f"create {name}")
    return google.things[name]


def _patch_bucket(google: Google, request: Request) -> dict[str, Any]:
    thing = _bucket(google, request)
    thing.update(request.body)
    google.writes.append(f"patch b/{request.names['bucket']}")
    return thing


def _create_account(google: Google, request: Request) -> dict[str, Any]:
    needs(google, "iam.googleapis.com")
    project = request.names["projectsId"]
    name = f"projects/{project}/serviceAccounts/{request.body['accountId']}@{project}.iam.gserviceaccount.com"
    google.things[name] = {**request.body["serviceAccount"], "name": name}
    google.writes.append(f"create {name}")
    return google.things[name]


def _patch_account(google: Google, request: Request) -> dict[str, Any]:
    thing = found(google, request.name)
    thing.update(request.body["serviceAccount"])
    google.writes.append(f"patch {request.name}")
    return thing


def _enable_account(google: Google, request: Request) -> dict[str, Any]:
    found(google, request.name).pop("disabled")
    google.writes.append(f"enable {request.name}")
    return {}


_IAM, _KMS = "iam.googleapis.com", "cloudkms.googleapis.com"
_POOLS, _RINGS = "iam.projects.locations.workloadIdentityPools", "cloudkms.projects.locations.keyRings"
_ACCOUNTS = "iam.projects.serviceAccounts"

ANSWERS: dict[str, Answer] = {
    "serviceusage.services.batchGet": _services,
    "serviceusage.services.batchEnable": _enable,
    "serviceusage.operations.get": look,
    "cloudresourcemanager.projects.get": _project,
    "cloudresourcemanager.projects.testIamPermissions": _permitted,
    "cloudresourcemanager.projects.getIamPolicy": _read_policy,
    "cloudresourcemanager.projects.setIamPolicy": _write_policy,
    "storage.buckets.get": _bucket,
    "storage.buckets.insert": _insert_bucket,
    "storage.buckets.patch": _patch_bucket,
    "storage.buckets.getIamPolicy": _read_policy,
    "storage.buckets.setIamPolicy": _write_policy,
    f"{_RINGS}.get": get(_KMS),
    f"{_RINGS}.create": create(_KMS, "keyRingId"),
    f"{_RINGS}.cryptoKeys.get": get(_KMS),
    f"{_RINGS}.cryptoKeys.create": create(_KMS, "cryptoKeyId"),
    f"{_RINGS}.cryptoKeys.patch": patch(_KMS),
    f"{_RINGS}.cryptoKeys.getIamPolicy": _read_policy,
    f"{_RINGS}.cryptoKeys.setIamPolicy": _write_policy,
    f"{_POOLS}.get": get(_IAM),
    f"{_POOLS}.create": create(_IAM, "workloadIdentityPoolId", operation=True),
    f"{_POOLS}.patch": patch(_IAM, operation=True),
    f"{_POOLS}.undelete": undelete,
    f"{_POOLS}.operations.get": look,
    f"{_POOLS}.providers.get": get(_IAM),
    f"{_POOLS}.providers.create": create(_IAM, "workloadIdentityPoolProviderId", operation=True),
    f"{_POOLS}.providers.patch": patch(_IAM, operation=True),
    f"{_POOLS}.providers.undelete": undelete,
    f"{_POOLS}.providers.operations.get": look,
    f"{_ACCOUNTS}.get": get(_IAM),
    f"{_ACCOUNTS}.create": _create_account,
    f"{_ACCOUNTS}.patch": _patch_account,
    f"{_ACCOUNTS}.enable": _enable_account,
    f"{_ACCOUNTS}.getIamPolicy": _read_policy,
    f"{_ACCOUNTS}.setIamPolicy": _write_policy,
}
"""Every method that is answered, by its ID."""
