"""CI's identities: which there are, what each may do, and which of GitHub's jobs may act as it.

One reads, one pushes images, one deploys. A job says who it is by the token that GitHub signs for it; the
provider turns that into one attribute, `trust`, and each identity is bound to the values that suit it. So a
pull request can't deploy, whatever its workflow file says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.bootstrap import roles
from tools.bootstrap.wanted import MAIN, POOL, Wanted

PULL_REQUEST, BRANCH = "pull-request", "main"

# A job that runs in an environment has a claim of that name; another has none at all. pull_request_target and
# its like run with the branch main as their ref, so that the events which may deploy are named one by one.
ATTRIBUTES: Mapping[str, str] = {
    "google.subject": "assertion.sub",
    "attribute.repository": "assertion.repository",
    "attribute.repository_id": "assertion.repository_id",
    "attribute.ref": "assertion.ref",
    "attribute.event": "assertion.event_name",
    "attribute.environment": "has(assertion.environment) ? assertion.environment : ''",
    "attribute.trust": (
        f"assertion.event_name == 'pull_request' ? '{PULL_REQUEST}' : "
        f"(assertion.ref != '{MAIN}' || "
        "!(assertion.event_name in ['push', 'schedule', 'workflow_dispatch'])) ? 'none' : "
        f"has(assertion.environment) ? 'environment-' + assertion.environment : '{BRANCH}'"
    ),
}
"""What is read from GitHub's token, by the attribute that holds it."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A service account that jobs act as.

    Attributes:
        account: its ID.
        purpose: what it is for, as its description.
        trusted: the values of `trust` whose jobs may act as it.
        project_roles: its roles in the project, each with the condition that limits it, or none.
        bucket_roles: its roles on the bucket of the state.
        key_roles: its roles on the key of the secrets.
        variable: the end of the GitHub variable's name that holds its address.
    """

    account: str
    purpose: str
    trusted: tuple[str, ...]
    project_roles: Mapping[str, str | None]
    bucket_roles: tuple[str, ...]
    key_roles: tuple[str, ...]
    variable: str

    def email(self, wanted: Wanted) -> str:
        """Its address."""
        return f"{self.account}@{wanted.project}.iam.gserviceaccount.com"

    def member(self, wanted: Wanted) -> str:
        """It as an IAM member."""
        return f"serviceAccount:{self.email(wanted)}"

    def principals(self, project_number: str) -> list[str]:
        """The jobs that may act as it, as IAM members."""
        pool = f"projects/{project_number}/locations/global/workloadIdentityPools/{POOL}"
        return [f"principalSet://iam.googleapis.com/{pool}/attribute.trust/{each}" for each in self.trusted]


def identities(wanted: Wanted) -> tuple[Identity, ...]:
    """The identities of a project.

    Where a protected environment deploys, a pull request reads nothing: whoever can open one could otherwise
    read that stack's state and have its secrets decrypted.
    """
    deploys = f"environment-{wanted.environment}" if wanted.environment else BRANCH
    building = (_builder(),) if wanted.environment else ()
    return (
        _previewer((BRANCH,) if wanted.environment else (BRANCH, PULL_REQUEST)),
        *building,
        _deployer(deploys),
    )


def _previewer(trusted: tuple[str, ...]) -> Identity:
    return Identity(
        account="pulumi-preview",
        purpose="CI: reads the state and the project, changes nothing",
        trusted=trusted,
        project_roles=dict.fromkeys(roles.READ),
        bucket_roles=("roles/storage.objectViewer",),
        key_roles=("roles/cloudkms.cryptoKeyDecrypter",),
        variable="PREVIEW_ACCOUNT",
    )


def _builder() -> Identity:
    """Pushes what an approval is asked for; a stack without one is built while it is deployed."""
    return Identity(
        account="pulumi-build",
        purpose="CI: pushes the images that a deployment is to run",
        trusted=(BRANCH,),
        project_roles=dict.fromkeys(roles.BUILD),
        bucket_roles=(),
        key_roles=(),
        variable="BUILD_ACCOUNT",
    )


def _deployer(trusted: str) -> Identity:
    return Identity(
        account="pulumi-deploy",
        purpose="CI: deploys the stack",
        trusted=(trusted,),
        project_roles={role: roles.CONDITIONS.get(role) for role in roles.deploy()},
        bucket_roles=("roles/storage.objectUser",),
        key_roles=("roles/cloudkms.cryptoKeyDecrypter",),
        variable="DEPLOY_ACCOUNT",
    )
