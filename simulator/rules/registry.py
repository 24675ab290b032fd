"""Artifact Registry, and the images that pulumi-docker builds and pushes into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from simulator.rules.model import Name, Need, Refusal, Request, TypeRules, words

REPOSITORY = "gcp:artifactregistry/repository:Repository"
_FORMATS = words("DOCKER MAVEN NPM PYTHON APT YUM GO KFP GENERIC RUBY GOOGET")


def _repository_wrong(asked: Request) -> Iterable[Refusal]:
    remote = asked.get("mode") == "REMOTE_REPOSITORY"
    if remote != ("remoteRepositoryConfig" in asked.inputs):
        yield "remoteRepositoryConfig", "goes with mode REMOTE_REPOSITORY, and only with that"
    identities: set[str] = set()
    for at, policy in asked.every("cleanupPolicies[]"):
        if policy.get("id") in identities:
            yield f"{at}.id", f"{policy.get('id')!r} is given twice"
        identities.add(str(policy.get("id")))
        if bool(policy.get("condition")) == bool(policy.get("mostRecentVersions")):
            yield f"{at}.condition", "give exactly one of condition and mostRecentVersions"
        if policy.get("mostRecentVersions") and policy.get("action") != "KEEP":
            yield f"{at}.action", "must be KEEP for mostRecentVersions"


def _repository(asked: Request) -> dict[str, Any]:
    place = asked.get("location") or asked.region
    return {
        "location": place,
        "name": asked.get("repositoryId"),
        "registryUri": f"{place}-docker.pkg.dev/{asked.project}/{asked.get('repositoryId')}",
    }


def _repository_id(asked: Request) -> str:
    place = asked.get("location") or asked.region
    return f"projects/{asked.project}/locations/{place}/repositories/{asked.get('repositoryId')}"


def _image(asked: Request) -> dict[str, Any]:
    name = str(asked.get("imageName"))
    bare = name.rsplit(":", 1)[0] if ":" in name.rsplit("/", 1)[-1] else name
    built = {key: value for key, value in asked.inputs.items() if key != "registry"}
    digest = asked.digest(built)
    return {
        "baseImageName": name,
        "registryServer": asked.get("registry.server") or bare.split("/")[0],
        "repoDigest": f"{bare}@sha256:{digest}",
    }


def _pushed_to(asked: Request) -> Iterator[Need]:
    parts = str(asked.get("imageName")).split("/")
    if asked.get("skipPush") or len(parts) < 4 or not parts[0].endswith("-docker.pkg.dev"):
        return
    place = parts[0].removesuffix("-docker.pkg.dev")
    identity = f"projects/{parts[1]}/locations/{place}/repositories/{parts[2]}"
    found = asked.world.find(identity, REPOSITORY)
    if found is not None or not asked.world.was_there(identity):
        reason = f"there is no repository {identity} to push to; pass an output of one"
        yield Need(property="imageName", found=found, reason=reason)


def _push_refused(asked: Request) -> Iterable[Refusal]:
    for need in _pushed_to(asked):
        if need.found is not None and need.found.get("mode") == "REMOTE_REPOSITORY":
            yield (
                "imageName",
                f"{need.found.id} only mirrors another registry; push to a repository of images",
            )


RULES: dict[str, TypeRules] = {
    REPOSITORY: TypeRules(
        name=Name(
            property="repositoryId",
            pattern=r"[a-z]([a-z0-9-]*[a-z0-9])?",
            says="lower-case letters, digits and hyphens, beginning with a letter",
        ),
        api="artifactregistry.googleapis.com",
        values={"format": _FORMATS},
        defaults={"mode": "STANDARD_REPOSITORY"},
        replaces=words("format kmsKeyName location mode project remoteRepositoryConfig repositoryId"),
        identity=_repository_id,
        computed=_repository,
        wrong=_repository_wrong,
        takes=("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",),
    ),
    "docker:index/image:Image": TypeRules(
        name=None,
        patterns={"imageName": (r"[a-z0-9][\w.:/@-]*", "a reference like HOST/PROJECT/REPOSITORY/IMAGE:TAG")},
        ignores=words("registry"),
        needs=_pushed_to,
        identity=lambda asked: f"sha256:{asked.digest('image')}",
        computed=_image,
        refused=_push_refused,
    ),
}
