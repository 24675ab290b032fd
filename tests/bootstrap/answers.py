"""What the stand-in answers to each method, and what it refuses as Google does."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bootstrap.google import Google

OWNERS = {"role": "roles/storage.legacyBucketOwner", "members": ["projectOwner:acme", "projectEditor:acme"]}
VIEWERS = {"role": "roles/storage.legacyBucketReader", "members": ["projectViewer:acme"]}


class Refusal(Exception):  # noqa: N818 - an answer, not an error of ours
    """An answer that is a refusal."""

    def __init__(self, status: int, reason: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.details = status, reason, details or []


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that its API's description knows."""

    path: str
    names: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]

    @property
    def name(self) -> str:
        """The full name of what it is about."""
        return self.path.split("/", 1)[1].split(":", 1)[0]


Answer = Callable[["Google", Request], dict[str, Any]]


def off(service: str) -> Refusal:
    """The refusal of an API that is not enabled."""
    return Refusal(
        403,
        f"{service} has not been used in project before or it is disabled",
        [{"reason": "SERVICE_DISABLED", "metadata": {"service": service}}],
    )


def _needs(google: Google, service: str) -> None:
    if service not in google.enabled:
        raise off(service)


def _found(google: Google, name: str) -> dict[str, Any]:
    if name not in google.things:
        raise Refusal(404, f"{name} was not found")
    return google.things[name]


def _get(service: str) -> Answer:
    def answer(google: Google, request: Request) -> dict[str, Any]:
        _needs(google, service)
        return _found(google, request.name)

    return answer


def _create(service: str, id_field: str, *, operation: bool = False) -> Answer:
    def answer(google: Google, request: Request) -> dict[str, Any]:
        _needs(google, service)
        name = f"{request.name}/{request.query[id_field]}"
        if name in google.things:
            raise Refusal(409, f"{name} already exists")
        google.things[name] = {**copy.deepcopy(request.body), "name": name}
        google.writes.append(f"create {name}")
        return _operation(google, name) if operation else google.things[name]

    return answer


def _patch(service: str, *, operation: bool = False) -> Answer:
    def answer(google: Google, request: Request) -> dict[str, Any]:
        _needs(google, service)
        thing = _found(google, request.name)
        mask = request.query["updateMask"].split(",")
        if set(mask) != set(request.body):
            raise Refusal(400, f"updateMask {mask} is not what the body holds")
        thing.update(copy.deepcopy(request.body))
        google.writes.append(f"patch {request.name}")
        return _operation(google, request.name) if operation else thing

    return answer


def _undelete(google: Google, request: Request) -> dict[str, Any]:
    _found(google, request.name).pop("state")
    google.writes.append(f"undelete {request.name}")
    return _operation(google, request.name)


def _operation(google: Google, name: str) -> dict[str, Any]:
    """An operation that is done at the second look."""
    operation = f"{name}/operations/{len(google.writes)}".lstrip("/")
    google.things[operation] = {"name": operation, "looks": 0}
    return {"name": operation}


def _look(google: Google, request: Request) -> dict[str, Any]:
    operation = _found(google, request.name)
    operation["looks"] += 1
    return {"name": request.name, "done": operation["looks"] > 1}


def _read_policy(google: Google, request: Request) -> dict[str, Any]:
    name = _policy_name(request)
    if not name.startswith("projects/acme") or name.count("/") > 1:
        _found(google, name)
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
    _needs(google, "cloudresourcemanager.googleapis.com")
    from tests.bootstrap.google import NUMBER  # noqa: PLC0415 - each needs the other

    return {"name": f"projects/{NUMBER}", "projectId": request.name}


def _permitted(google: Google, request: Request) -> dict[str, Any]:
    return {"permissions": [each for each in request.body["permissions"] if each in google.permissions]}


def _services(google: Google, request: Request) -> dict[str, Any]:
    return {"services": [{"name": f"{request.name}/{api}", "state": "ENABLED"} for api in google.enabled]}


def _enable(google: Google, request: Request) -> dict[str, Any]:
    google.enabled |= set(request.body["serviceIds"])
    google.writes.append("enable")
    return _operation(google, "")


def _bucket(google: Google, request: Request) -> dict[str, Any]:
    return _found(google, f"b/{request.names['bucket']}")


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
    _needs(google, "iam.googleapis.com")
    project = request.names["projectsId"]
    name = f"projects/{project}/serviceAccounts/{request.body['accountId']}@{project}.iam.gserviceaccount.com"
    google.things[name] = {**request.body["serviceAccount"], "name": name}
    google.writes.append(f"create {name}")
    return google.things[name]


def _patch_account(google: Google, request: Request) -> dict[str, Any]:
    thing = _found(google, request.name)
    thing.update(request.body["serviceAccount"])
    google.writes.append(f"patch {request.name}")
    return thing


def _enable_account(google: Google, request: Request) -> dict[str, Any]:
    _found(google, request.name).pop("disabled")
    google.writes.append(f"enable {request.name}")
    return {}


_IAM, _KMS = "iam.googleapis.com", "cloudkms.googleapis.com"
_POOLS, _RINGS = "iam.projects.locations.workloadIdentityPools", "cloudkms.projects.locations.keyRings"
_ACCOUNTS = "iam.projects.serviceAccounts"

ANSWERS: dict[str, Answer] = {
    "serviceusage.services.batchGet": _services,
    "serviceusage.services.batchEnable": _enable,
    "serviceusage.operations.get": _look,
    "cloudresourcemanager.projects.get": _project,
    "cloudresourcemanager.projects.testIamPermissions": _permitted,
    "cloudresourcemanager.projects.getIamPolicy": _read_policy,
    "cloudresourcemanager.projects.setIamPolicy": _write_policy,
    "storage.buckets.get": _bucket,
    "storage.buckets.insert": _insert_bucket,
    "storage.buckets.patch": _patch_bucket,
    "storage.buckets.getIamPolicy": _read_policy,
    "storage.buckets.setIamPolicy": _write_policy,
    f"{_RINGS}.get": _get(_KMS),
    f"{_RINGS}.create": _create(_KMS, "keyRingId"),
    f"{_RINGS}.cryptoKeys.get": _get(_KMS),
    f"{_RINGS}.cryptoKeys.create": _create(_KMS, "cryptoKeyId"),
    f"{_RINGS}.cryptoKeys.patch": _patch(_KMS),
    f"{_RINGS}.cryptoKeys.getIamPolicy": _read_policy,
    f"{_RINGS}.cryptoKeys.setIamPolicy": _write_policy,
    f"{_POOLS}.get": _get(_IAM),
    f"{_POOLS}.create": _create(_IAM, "workloadIdentityPoolId", operation=True),
    f"{_POOLS}.patch": _patch(_IAM, operation=True),
    f"{_POOLS}.undelete": _undelete,
    f"{_POOLS}.operations.get": _look,
    f"{_POOLS}.providers.get": _get(_IAM),
    f"{_POOLS}.providers.create": _create(_IAM, "workloadIdentityPoolProviderId", operation=True),
    f"{_POOLS}.providers.patch": _patch(_IAM, operation=True),
    f"{_POOLS}.providers.undelete": _undelete,
    f"{_POOLS}.providers.operations.get": _look,
    f"{_ACCOUNTS}.get": _get(_IAM),
    f"{_ACCOUNTS}.create": _create_account,
    f"{_ACCOUNTS}.patch": _patch_account,
    f"{_ACCOUNTS}.enable": _enable_account,
    f"{_ACCOUNTS}.getIamPolicy": _read_policy,
    f"{_ACCOUNTS}.setIamPolicy": _write_policy,
}
"""Every method that is answered, by its ID."""
