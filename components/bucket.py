"""A Cloud Storage bucket: private, with as much history as it is asked to keep, and who may use it.

Owns the bucket and the grants of its readers and writers. Does not own what is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import storage

from components.environment import Environment

STORAGE_API = "storage.googleapis.com"
_WEEK_SECONDS = 7 * 86400


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """What a bucket is.

    Attributes:
        environment: where it lives; its `protect` keeps the bucket and what is in it.
        readers: IAM members that may read its objects, by a short name that becomes part of the grant's
            logical name.
        writers: IAM members that may read, write and delete its objects, likewise.
        versions_kept: older versions of each object that are kept when it is overwritten or deleted; 0 for
            none.
        disposable: all that is in it can be made again by the program: it is deleted with its contents, even
            where `environment.protect`.
    """

    environment: Environment
    readers: Mapping[str, Input[str]] = field(default_factory=dict)
    writers: Mapping[str, Input[str]] = field(default_factory=dict)
    versions_kept: int = 0
    disposable: bool = False

    def __post_init__(self) -> None:
        if self.versions_kept < 0:
            raise ValueError(f"BucketArgs.versions_kept {self.versions_kept} is negative; write 0 or more")
        if both := sorted(set(self.readers) & set(self.writers)):
            raise ValueError(f"BucketArgs: {', '.join(both)} writes, and so reads already; drop the reader")

    @property
    def protect(self) -> bool:
        """Whether deleting it must be refused."""
        return self.environment.protect and not self.disposable


class Bucket(ComponentResource):
    """A private bucket.

    Attributes:
        name: its name, once its readers and writers are granted.
    """

    name: Output[str]

    def __init__(self, name: str, args: BucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Bucket", name, None, opts)
        self._name, self._args = name, args

        bucket = self._create_bucket()
        grants = [
            *(self._grant(bucket, "objectViewer", *reader) for reader in sorted(args.readers.items())),
            *(self._grant(bucket, "objectUser", *writer) for writer in sorted(args.writers.items())),
        ]

        self.name = Output.all(bucket.name, *(grant.role for grant in grants)).apply(
            lambda known: str(known[0])
        )
        self.register_outputs({"name": self.name})

    def _create_bucket(self) -> storage.Bucket:
        args, environment = self._args, self._args.environment
        return storage.Bucket(
            self._name,
            # Bucket names are shared by everybody at Google Cloud; the project ID makes ours our own.
            name=environment.physical_name(f"{self._name}-{environment.project}"),
            project=environment.project_using(STORAGE_API),
            location=environment.region,
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            versioning=storage.BucketVersioningArgs(enabled=args.versions_kept > 0),
            lifecycle_rules=self._lifecycle(),
            # A deleted object can be brought back for a week, and is charged for as long: Google offers no
            # shorter time but none.
            soft_delete_policy=storage.BucketSoftDeletePolicyArgs(
                retention_duration_seconds=_WEEK_SECONDS if args.protect else 0
            ),
            force_destroy=not args.protect,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )

    def _lifecycle(self) -> list[storage.BucketLifecycleRuleArgs]:
        """What is thrown away: parts of uploads that never ended, and versions beyond those to keep."""
        rules = [
            storage.BucketLifecycleRuleArgs(
                action=storage.BucketLifecycleRuleActionArgs(type="AbortIncompleteMultipartUpload"),
                condition=storage.BucketLifecycleRuleConditionArgs(age=1),
            )
        ]
        if self._args.versions_kept:
            rules.append(
                storage.BucketLifecycleRuleArgs(
                    action=storage.BucketLifecycleRuleActionArgs(type="Delete"),
                    condition=storage.BucketLifecycleRuleConditionArgs(
                        # The current one is newer than all that are kept.
                        num_newer_versions=self._args.versions_kept + 1,
                        with_state="ARCHIVED",
                    ),
                )
            )
        return rules

    def _grant(
        self, bucket: storage.Bucket, role: str, who: str, member: Input[str]
    ) -> storage.BucketIAMMember:
        return storage.BucketIAMMember(
            f"{self._name}-{who}",
            bucket=bucket.name,
            role=f"roles/storage.{role}",
            member=member,
            opts=ResourceOptions(parent=self),
        )
