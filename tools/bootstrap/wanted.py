"""What a project is to look like: everything that follows from the command's words and the stack's file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.bootstrap.errors import BootstrapError

POOL, PROVIDER = "github", "actions"
KEY_RING, KEY = "pulumi", "state"
MAIN = "refs/heads/main"

_FORMS = {
    "project": (r"[a-z][a-z0-9-]{4,28}[a-z0-9]", "PROJECT=acme-ai-prod"),
    "repository": (r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", "REPOSITORY=acme/ai-platform"),
    "repository_id": (r"(\d+)?", "REPOSITORY_ID=, the number that `gh api repos/OWNER/NAME -q .id` prints"),
    "region": (r"[a-z]+-[a-z]+\d+", "REGION=europe-west1"),
    "environment": (r"([A-Za-z0-9._-]{1,255})?", "GITHUB_ENVIRONMENT=production"),
    "bucket": (r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]", "STATE_BUCKET=acme-ai-pulumi-state"),
}
_PERSON = re.compile(r"(user|group):[^@\s,]+@[^@\s,]+\.[^@\s,]+")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for.

    Attributes:
        project: Google Cloud project ID.
        repository: the GitHub repository whose workflows may act here, `owner/name`.
        repository_id: its number, which stays when it is renamed; empty to trust the name alone.
        stack: the Pulumi stack that lives in the project.
        region: where the state and its key are kept.
        environment: the protected environment of GitHub that deploys; empty: the branch `main` does.
        bucket: the bucket of the state.
        people: the team's own people, as IAM members, who run Pulumi by hand.
    """

    project: str
    repository: str
    repository_id: str = ""
    stack: str
    region: str
    environment: str = ""
    bucket: str
    people: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, (form, example) in _FORMS.items():
            value = getattr(self, name)
            if not re.fullmatch(form, value):
                raise BootstrapError(f"{name} {value!r} can't be one; write {example}")
        for person in self.people:
            if not _PERSON.fullmatch(person):
                raise BootstrapError(f"people {person!r} is nobody; write PEOPLE=group:platform@acme.com")

    @property
    def key_name(self) -> str:
        """The key's full name."""
        return f"projects/{self.project}/locations/{self.region}/keyRings/{KEY_RING}/cryptoKeys/{KEY}"

    @property
    def pool_name(self) -> str:
        """The identity pool's full name."""
        return f"projects/{self.project}/locations/global/workloadIdentityPools/{POOL}"

    @property
    def condition(self) -> str:
        """Which of GitHub's tokens are taken at all."""
        condition = f"assertion.repository == '{self.repository}'"
        if self.repository_id:
            condition += f" && assertion.repository_id == '{self.repository_id}'"
        return condition
