"""A pull-through cache of Docker Hub in the environment's own Artifact Registry.

Owns the repository, how long it keeps what was fetched, and who may read it. Machines without a public
address pull through it by Private Google Access: no way to the internet, no anonymous pull limit, and an
image that was pulled once stays available when Docker Hub is not. Does not hold images that we build:
`artifact_registry` does.

Cost: 0.10 USD a GB and month above the first half GB.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import artifactregistry

from components.environment import Environment

ARTIFACT_REGISTRY_API = "artifactregistry.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class RemoteRegistryArgs:
    """What is kept and who reads it.

    Attributes:
        environment: where it lives; in its region.
        keep_days: days after which a fetched version is deleted, to be fetched again when it is asked for.
    """

    environment: Environment
    keep_days: int = 90

    def __post_init__(self) -> None:
        if self.keep_days < 1:
            raise ValueError(f"keep_days is {self.keep_days}: write 1 or more")


class RemoteRegistry(ComponentResource):
    """Docker Hub, seen through our own registry.

    Attributes:
        url: what an image's Docker Hub name is appended to, `REGION-docker.pkg.dev/PROJECT/REPOSITORY`. Who
        pulls
            takes `url_for` instead.
    """

    url: Output[str]

    def __init__(self, name: str, args: RemoteRegistryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:RemoteRegistry", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(ARTIFACT_REGISTRY_API)

        self._repository = self._create_repository()

        self.url = Output.format(
            "{0}-docker.pkg.dev/{1}/{2}",
            self._repository.location,
            self._repository.project,
            self._repository.repository_id,
        )
        self.register_outputs({"url": self.url})

    def url_for(self, reader: str, member: Input[str]) -> Output[str]:
        """The URL, known once `member` may pull.

        Readers come one by one, since the registry is there before any of them.

        Args:
            reader: a short name, part of the grant's logical name.
            member: an IAM member (`serviceAccount:…`).
        """
        grant = self._grant(reader, member)
        return Output.all(self.url, grant.role).apply(lambda known: str(known[0]))

    def _create_repository(self) -> artifactregistry.Repository:
        return artifactregistry.Repository(
            self._name,
            project=self._project,
            location=self._args.environment.region,
            repository_id=self._args.environment.physical_name(self._name),
            description="Docker Hub, fetched on demand and kept for a while",
            format="DOCKER",
            mode="REMOTE_REPOSITORY",
            remote_repository_config={
                "description": "Docker Hub",
                "docker_repository": {"public_repository": "DOCKER_HUB"},
            },
            cleanup_policies=[
                {
                    "id": "delete-old-versions",
                    "action": "DELETE",
                    "condition": {"older_than": f"{self._args.keep_days * 86_400}s", "tag_state": "ANY"},
                }
            ],
            cleanup_policy_dry_run=False,
            # What it serves is chosen by digest, and it is only a cache: another of the same name would do.
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )

    def _grant(self, reader: str, member: Input[str]) -> artifactregistry.RepositoryIamMember:
        return artifactregistry.RepositoryIamMember(
            f"{self._name}-{reader}",
            project=self._project,
            location=self._repository.location,
            repository=self._repository.repository_id,
            role="roles/artifactregistry.reader",
            member=member,
            opts=ResourceOptions(parent=self),
        )
