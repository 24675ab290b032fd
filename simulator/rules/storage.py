"""Cloud Storage: buckets and objects."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from simulator.rules.model import Name, Reference, Refusal, Request, Stored, TypeRules, World, words

BUCKET = "gcp:storage/bucket:Bucket"
_OBJECT = "gcp:storage/bucketObject:BucketObject"
_CLASSES = words("STANDARD NEARLINE COLDLINE ARCHIVE MULTI_REGIONAL REGIONAL DURABLE_REDUCED_AVAILABILITY")


def _bucket_wrong(asked: Request) -> Iterable[Refusal]:
    name = str(asked.get("name") or "")
    if len(name) in (1, 2) or name.startswith("goog") or "google" in name:
        yield "name", f"{name!r} is no valid name; use at least 3 characters and nothing of google"
    for at, rule in asked.every("lifecycleRules[]"):
        action = (rule.get("action") or {}).get("type")
        if action not in ("Delete", "SetStorageClass", "AbortIncompleteMultipartUpload"):
            yield f"{at}.action.type", f"{action!r} is not allowed; use Delete or SetStorageClass"
        if not rule.get("condition"):
            yield f"{at}.condition", "is required and empty; give at least one"
    if asked.get("retentionPolicy") and asked.get("versioning.enabled"):
        yield "versioning", "can't be combined with retentionPolicy; use one of them"


def _object_wrong(asked: Request) -> Iterable[Refusal]:
    if sum(name in asked.inputs for name in ("content", "source")) != 1:
        yield "source", "give exactly one of source and content"


def _full(bucket: Stored, world: World) -> Iterable[str]:
    if bucket.get("forceDestroy"):
        return
    held = [one for one in world.all(_OBJECT) if world.find(one.get("bucket"), BUCKET) is bucket]
    if held:
        yield f"{bucket.id} holds {len(held)} objects; set forceDestroy, run an update, then delete"


def _object(asked: Request) -> dict[str, Any]:
    content = str(asked.get("content") or asked.get("source")).encode()
    bucket, name = asked.get("bucket"), asked.name
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    link = f"https://www.googleapis.com/storage/v1/b/{bucket}/o/{name}"
    return {
        "outputName": name,
        "selfLink": link,
        "mediaLink": f"{link}?alt=media",
        "md5hash": base64.b64encode(digest).decode(),
        "md5hexhash": digest.hex(),
        "crc32c": base64.b64encode(digest[:4]).decode(),
        "generation": 1,
        "storageClass": asked.get("storageClass") or "STANDARD",
        "contentType": asked.get("contentType") or "text/plain; charset=utf-8",
    }


RULES: dict[str, TypeRules] = {
    BUCKET: TypeRules(
        name=Name(
            pattern=r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?",
            says="lower-case letters, digits, -, _ and dots, beginning and ending with a letter or digit",
        ),
        api="storage.googleapis.com",
        values={
            "storageClass": _CLASSES,
            "publicAccessPrevention": ("enforced", "inherited"),
            "rpo": ("DEFAULT", "ASYNC_TURBO"),
        },
        ranges={"softDeletePolicy.retentionDurationSeconds": (0, 7776000)},
        defaults={"storageClass": "STANDARD", "forceDestroy": False},
        replaces=words(
            "customPlacementConfig enableObjectRetention hierarchicalNamespace location name project"
        ),
        identity=lambda asked: asked.name,
        computed=lambda asked: {
            "location": str(asked.get("location")).upper(),
            "selfLink": f"https://www.googleapis.com/storage/v1/b/{asked.name}",
            "url": f"gs://{asked.name}",
            "projectNumber": int(asked.number("project", digits=12)),
        },
        wrong=_bucket_wrong,
        undeletable=_full,
        takes=(_OBJECT, "gcp:storage/bucketIAMMember:BucketIAMMember"),
    ),
    _OBJECT: TypeRules(
        name=Name(limit=1024),
        references=(Reference(path="bucket", types=(BUCKET,), holds=False),),
        replaces=words(
            "bucket cacheControl contentDisposition contentEncoding contentLanguage contentType kmsKeyName",
            "customerEncryption metadata name storageClass",
        ),
        identity=lambda asked: f"{asked.get('bucket')}-{asked.name}",
        computed=_object,
        wrong=_object_wrong,
    ),
}
