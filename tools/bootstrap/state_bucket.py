"""The bucket that holds the state: every version kept, nothing public, no access but by IAM.

Nothing here locks objects for a time: Pulumi takes its own lock away by deleting an object. What was deleted
or overwritten is kept instead, as an old version and, for a month, after its deletion.
"""

from __future__ import annotations

from typing import Any

from tools.bootstrap.change import Change, Changes, differing
from tools.bootstrap.cloud import Cloud
from tools.bootstrap.errors import BootstrapError
from tools.bootstrap.wanted import Wanted

_SOFT_DELETE_SECONDS = 30 * 24 * 3600
_OLD_VERSIONS, _OLD_DAYS = 50, 365

SETTINGS: dict[str, Any] = {
    "iamConfiguration": {
        "uniformBucketLevelAccess": {"enabled": True},
        "publicAccessPrevention": "enforced",
    },
    "versioning": {"enabled": True},
    "softDeletePolicy": {"retentionDurationSeconds": str(_SOFT_DELETE_SECONDS)},
    # Pulumi writes the state after every step. A version goes when it is both old and far from the newest.
    "lifecycle": {
        "rule": [
            {
                "action": {"type": "Delete"},
                "condition": {"numNewerVersions": _OLD_VERSIONS, "daysSinceNoncurrentTime": _OLD_DAYS},
            }
        ]
    },
}
"""What of the bucket is ours to say."""


def state_bucket(cloud: Cloud, wanted: Wanted) -> Changes:
    """Makes the bucket, or puts its settings right."""
    buckets = cloud.api("storage").buckets()
    address = f"gs://{wanted.bucket}"
    current = cloud.read(f"read {address}", buckets.get(bucket=wanted.bucket))
    if current is None:
        what = f"create {address} in {wanted.region}, versioned, not public"
        body = {"name": wanted.bucket, "location": wanted.region, **SETTINGS}
        request = buckets.insert(project=wanted.project, body=body)
        yield Change(what=what, make=lambda: cloud.write(what, request))
        return

    _check_place(current, wanted)
    if different := differing(SETTINGS, current):
        what = f"set {', '.join(sorted(different))} of {address}"
        patch = buckets.patch(bucket=wanted.bucket, body=different)
        yield Change(what=what, make=lambda: cloud.write(what, patch))


def _check_place(current: dict[str, Any], wanted: Wanted) -> None:
    """A bucket can't be moved, so that one elsewhere is refused."""
    location = str(current.get("location", "")).lower()
    if location != wanted.region:
        raise BootstrapError(
            f"gs://{wanted.bucket} lies in {location}; "
            f"write REGION={location}, or STATE_BUCKET= and another name"
        )
