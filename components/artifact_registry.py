"""The Docker repository that a stack's own images are pushed to and pulled from.

Owns the repository, its clean-up and the grants of its readers and writers. Does not build images, and does
not mirror other registries. Cloud Run pulls with Google's own agent, which may read every repository of its
project; only readers such as virtual machines need a grant.

Tags may move: an image is pushed under one tag for each stack, which is the next build's layer cache, and is
referred to by its digest alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import artifactregistry

from components.environment import Environment

ARTIFACT_REGISTRY_API = "artifactregistry.googleapis.com"
_DAY_SECONDS = 86400


@dataclass(frozen=True, kw_only=True)
class ArtifactRegistryArgs:
    """What a repository is.

    Attributes:
        environment: where it lives; its `protect` keeps the repository.
        readers: IAM members that may pull, by a short name that becomes part of the grant's logical name.
        writers: IAM members that may push, likewise.
        keep_versions: newest versions of each image that are kept, tagged or not: what can be rolled back to.
        delete_untagged_after_days: age at which the other versions that no tag points at are deleted.
        scanned: scan pushed images for known vulnerabilities, where the project has that API enabled; each
            image scanned is charged.
    """

    environment: Environment
    readers: Mapping[str, Input[str]] = field(default_factory=dict)
    writers: Mapping[str, Input[str]] = field(default_factory=dict)
    keep_versions: int = 10
    delete_untagged_after_days: int = 30
    scanned: bool = True

    def __post_init__(self) -> None:
        for name in ("keep_versions", "delete_untagged_after_days"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"ArtifactRegistryArgs.{name} {getattr(self, name)} would delete what runs; "
                    "write 1 or more"
                )


class ArtifactRegistry(ComponentResource):
    """A Docker repository with clean-up rules.

    Attributes:
        url: what an image's name begins with, `REGION-docker.pkg.dev/PROJECT/REPOSITORY`, once every reader
            and writer is granted.
    """

    url: Output[str]

    def __init__(self, name: str, args: ArtifactRegistryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ArtifactRegistry", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(ARTIFACT_REGISTRY_API)

        self._repository = repository = self._create_repository()
        grants = [
            *(self._grant("reader", *reader) for reader in sorted(args.readers.items())),
            *(self._grant("writer", *writer) for writer in sorted(args.writers.items())),
        ]

        self.url = Output.all(
            repository.location, repository.project, repository.repository_id, *(each.role for each in grants)
        ).apply(lambda known: f"{known[0]}-docker.pkg.dev/{known[1]}/{known[2]}")
        self.register_outputs({"url": self.url})

    def url_for(self, reader: str, member: Input[str]) -> Output[str]:
        """The URL, known once `member` may pull: for a reader that comes after the registry.

        Args:
            reader: a short name, part of the grant's logical name.
            member: an IAM member (`serviceAccount:…`).
        """
        grant = self._grant("reader", reader, member)
        return Output.all(self.url, grant.role).apply(lambda known: str(known[0]))

    def _create_repository(self) -> artifactregistry.Repository:
        environment = self._args.environment
        return artifactregistry.Repository(
            self._name,
            repository_id=environment.physical_name(self._name),
            project=self._project,
            location=environment.region,
            format="DOCKER",
            cleanup_policy_dry_run=False,
            cleanup_policies=self._cleanup(),
            vulnerability_scanning_config=artifactregistry.RepositoryVulnerabilityScanningConfigArgs(
                enablement_config="INHERITED" if self._args.scanned else "DISABLED"
            ),
            opts=ResourceOptions(parent=self, protect=environment.protect),
        )

    def _cleanup(self) -> list[artifactregistry.RepositoryCleanupPolicyArgs]:
        """Old versions go once nothing points at them, except the newest: keeping outweighs deleting."""
        age = self._args.delete_untagged_after_days * _DAY_SECONDS
        return [
            artifactregistry.RepositoryCleanupPolicyArgs(
                id="delete-untagged",
                action="DELETE",
                condition=artifactregistry.RepositoryCleanupPolicyConditionArgs(
                    tag_state="UNTAGGED", older_than=f"{age}s"
                ),
            ),
            artifactregistry.RepositoryCleanupPolicyArgs(
                id="keep-newest",
                action="KEEP",
                most_recent_versions=artifactregistry.RepositoryCleanupPolicyMostRecentVersionsArgs(
                    keep_count=self._args.keep_versions
                ),
            ),
        ]

    def _grant(self, role: str, who: str, member: Input[str]) -> artifactregistry.RepositoryIamMember:
        return artifactregistry.RepositoryIamMember(
            f"{self._name}-{role}-{who}",
            project=self._project,
            location=self._repository.location,
            repository=self._repository.repository_id,
            role=f"roles/artifactregistry.{role}",
            member=member,
            opts=ResourceOptions(parent=self),
        )
