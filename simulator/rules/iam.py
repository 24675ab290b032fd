"""Projects' services, service accounts and grants of roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simulator.rules.common import ACCOUNT, MEMBER
from simulator.rules.model import Name, Reference, Refusal, Request, TypeRules, last, words

_SECRET = "gcp:secretmanager/secret:Secret"
_REPOSITORY = "gcp:artifactregistry/repository:Repository"
_BUCKET = "gcp:storage/bucket:Bucket"
_RUN = "gcp:cloudrunv2/service:Service"

_MEMBER_FORM = (
    r"(allUsers|allAuthenticatedUsers|projectOwner:.+|projectEditor:.+|projectViewer:.+|domain:.+|"
    r"(user|serviceAccount|group|deleted:\w+):[^@\s]+@.+|principal(Set)?://.+|serviceAccount:.+\[.+/.+\])",
    "a member like serviceAccount:NAME@PROJECT.iam.gserviceaccount.com",
)
_ROLE_FORM = (r"(projects/.+/|organizations/.+/)?roles/[\w.]+", "a role like roles/run.invoker")


def _email(asked: Request) -> str:
    return f"{asked.get('accountId')}@{asked.project}.iam.gserviceaccount.com"


def _account(asked: Request) -> dict[str, Any]:
    email = _email(asked)
    return {
        "email": email,
        "member": f"serviceAccount:{email}",
        "name": f"projects/{asked.project}/serviceAccounts/{email}",
        "uniqueId": asked.number("account", digits=21),
    }


def _account_refused(asked: Request) -> Iterable[Refusal]:
    if len(str(asked.get("displayName") or "")) > 100:
        yield "displayName", "is too long; use at most 100 characters"
    if len(str(asked.get("description") or "")) > 256:
        yield "description", "is too long; use at most 256 characters"


def grant(resource: Callable[[Request], str], *references: Reference, more: str = "") -> TypeRules:
    """The rules of one member's grant of one role on something: it has no form but to be replaced."""
    return TypeRules(
        name=None,
        references=(MEMBER, *references),
        patterns={"member": _MEMBER_FORM, "role": _ROLE_FORM},
        replaces=words("member role project condition location", more),
        delete_before_replace=True,
        identity=lambda asked: f"{resource(asked)}/{asked.get('role')}/{asked.get('member')}",
    )


def _on(path: str, type_token: str) -> Reference:
    """What a grant is on: it goes with its grants."""
    return Reference(path=path, types=(type_token,), holds=False)


def _in_project(collection: str, path: str) -> Callable[[Request], str]:
    return lambda asked: f"projects/{asked.project}/{collection}/{last(asked.get(path))}"


def _located(collection: str) -> Callable[[Request], str]:
    def identity(asked: Request) -> str:
        place = asked.get("location") or asked.region
        name = last(asked.get("name") or asked.get("repository"))
        return f"projects/{asked.project}/locations/{place}/{collection}/{name}"

    return identity


RULES: dict[str, TypeRules] = {
    "gcp:projects/service:Service": TypeRules(
        name=None,
        patterns={"service": (r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+", "a service like run.googleapis.com")},
        replaces=words("project service"),
        identity=lambda asked: f"{asked.project}/{asked.get('service')}",
    ),
    ACCOUNT: TypeRules(
        name=Name(
            property="accountId",
            pattern=r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
            says="6 to 30 lower-case letters, digits and hyphens, beginning with a letter",
            limit=30,
        ),
        api="iam.googleapis.com",
        replaces=words("accountId project"),
        identity=lambda asked: f"projects/{asked.project}/serviceAccounts/{_email(asked)}",
        computed=_account,
        aliases=lambda stored: [
            str(stored.get("email")),
            str(stored.get("member")),
            str(stored.get("uniqueId")),
        ],
        wrong=_account_refused,
    ),
    "gcp:projects/iAMMember:IAMMember": grant(lambda asked: asked.project),
    "gcp:serviceaccount/iAMMember:IAMMember": grant(
        lambda asked: str(asked.get("serviceAccountId")),
        _on("serviceAccountId", ACCOUNT),
        more="serviceAccountId",
    ),
    "gcp:secretmanager/secretIamMember:SecretIamMember": grant(
        _in_project("secrets", "secretId"), _on("secretId", _SECRET), more="secretId"
    ),
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": grant(
        _located("repositories"), _on("repository", _REPOSITORY), more="repository"
    ),
    "gcp:storage/bucketIAMMember:BucketIAMMember": grant(
        lambda asked: f"b/{asked.get('bucket')}", _on("bucket", _BUCKET), more="bucket"
    ),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": grant(
        _located("services"), _on("name", _RUN), more="name"
    ),
}
