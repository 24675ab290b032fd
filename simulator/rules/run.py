"""Cloud Run services: what a revision may be, and what it needs before it starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from simulator.rules.common import (
    ACCOUNT,
    FOREIGN_ACCOUNT,
    SUBNETWORK,
    network_reference,
    parsed,
    project_number,
)
from simulator.rules.model import Name, Need, Reference, Refusal, Request, TypeRules, last, words
from simulator.rules.run_containers import container_refusals

SERVICE = "gcp:cloudrunv2/service:Service"
_SECRET = "gcp:secretmanager/secret:Secret"
_VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
_GRANT = "gcp:secretmanager/secretIamMember:SecretIamMember"
_PROJECT_GRANT = "gcp:projects/iAMMember:IAMMember"
_READING = ("roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "roles/owner")
_ENV = "template.containers[].envs[].valueSource.secretKeyRef"
_FILES = "template.volumes[].secret"
_IMAGE = "template.containers[].image"
_SMALLEST_SUBNET = 26
_LONGEST_REQUEST = 3600


def _wrong(asked: Request) -> Iterable[Refusal]:
    template = asked.get("template") or {}
    yield from container_refusals(template)
    yield from _scaling_wrong(asked)
    yield from _traffic_wrong(asked)
    timeout = asked.get("template.timeout")
    if timeout is not None and not 0 < float(timeout.removesuffix("s")) <= _LONGEST_REQUEST:
        yield "template.timeout", f"{timeout!r} is out of range; use at most {_LONGEST_REQUEST}s"
    access = asked.get("template.vpcAccess") or {}
    if access.get("connector") and access.get("networkInterfaces"):
        yield "template.vpcAccess.connector", "can't be combined with networkInterfaces; use one of them"
    revision, name = asked.get("template.revision"), asked.get("name")
    if revision and name and not revision.startswith(f"{name}-"):
        yield "template.revision", f"{revision!r} must begin with {name}-"


def _scaling_wrong(asked: Request) -> Iterator[Refusal]:
    for at in ("scaling", "template.scaling"):
        least, most = asked.get(f"{at}.minInstanceCount"), asked.get(f"{at}.maxInstanceCount")
        if least is not None and most is not None and most and least > most:
            yield f"{at}.minInstanceCount", f"{least} is more than maxInstanceCount, {most}"
    manual = asked.get("scaling.scalingMode") == "MANUAL"
    if asked.get("scaling.manualInstanceCount") is not None and not manual:
        yield "scaling.manualInstanceCount", "is for scalingMode MANUAL"


def _traffic_wrong(asked: Request) -> Iterator[Refusal]:
    shares = asked.every("traffics[]")
    total = sum(share.get("percent") or 0 for _, share in shares)
    if shares and total != 100:
        yield "traffics", f"the percents come to {total}; they must come to 100"
    for at, share in shares:
        by_revision = share.get("type") == "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
        if by_revision and "revision" not in share:
            yield f"{at}.revision", "is required for this type of target; name the revision"
        if not by_revision and share.get("revision"):
            yield f"{at}.type", "must be TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION where a revision is named"


def _refused(asked: Request) -> Iterator[Refusal]:
    for at, name in asked.every("template.vpcAccess.networkInterfaces[].subnetwork"):
        subnet = asked.world.find(name, SUBNETWORK)
        own = parsed(subnet.get("ipCidrRange")) if subnet else None
        if own is not None and own.prefixlen > _SMALLEST_SUBNET:
            yield at, f"{own} is too small for Cloud Run; use a /{_SMALLEST_SUBNET} or larger"
        place = asked.get("location")
        if subnet is not None and place and subnet.get("region") != place:
            yield at, f"{subnet.id} is in another region than {place}; use one that is in the same"
    known = {f"{asked.get('name')}-{number:05d}" for number in range(1, _generation(asked) + 1)}
    for at, revision in asked.every("traffics[].revision"):
        named = revision == asked.get("template.revision") or asked.world.was_there(revision)
        if revision.rsplit("-", 1)[0] not in known and not named and asked.id is None:
            yield at, f"{revision!r} names no revision that exists"


def _needs(asked: Request) -> Iterator[Need]:
    yield from _images(asked)
    account = asked.get("template.serviceAccount")
    for path in (_ENV, _FILES):
        for at, source in asked.every(path):
            yield from _secret_needs(asked, at, source, account)


def _secret_needs(asked: Request, at: str, source: dict[str, Any], account: str | None) -> Iterator[Need]:
    secret = asked.world.find(source.get("secret"), _SECRET)
    versions = (
        [source.get("version")]
        if "version" in source
        else [item.get("version") for item in source.get("items") or ()]
    )
    for version in versions if secret else ():
        found = next(
            (
                one
                for one in asked.world.all(_VERSION)
                if asked.world.find(one.get("secret"), _SECRET) is secret
                and version in ("latest", None, one.get("version"))
            ),
            None,
        )
        reason = (
            f"version {version} of {source.get('secret')!r} does not exist; wait for one and pass its number"
        )
        yield Need(property=f"{at}.version", found=found, reason=reason)
    made_here = asked.world.find(account, ACCOUNT)
    if account and (secret or made_here):
        reason = f"{account} may not read {source.get('secret')!r}; grant it {_READING[0]} first"
        yield Need(
            property=f"{at}.secret", found=_reader(asked, source.get("secret"), account), reason=reason
        )


def _reader(asked: Request, secret: object, account: str) -> Any:
    """The grant by which `account` reads `secret`."""
    stored = asked.world.find(secret, _SECRET)
    for grant in asked.world.all(_GRANT, _PROJECT_GRANT):
        same = grant.get("member") == f"serviceAccount:{account}" and grant.get("role") in _READING
        named = grant.get("secretId")
        of_secret = named is None or last(named) == last(secret) or asked.world.find(named, _SECRET) is stored
        if same and of_secret:
            return grant
    return None


def _images(asked: Request) -> Iterator[Need]:
    for at, image in asked.every(_IMAGE):
        parts = image.split("/")
        if not parts[0].endswith("-docker.pkg.dev") or len(parts) < 4 or parts[1] != asked.project:
            continue
        place = parts[0].removesuffix("-docker.pkg.dev")
        identity = f"projects/{parts[1]}/locations/{place}/repositories/{parts[2]}"
        found = asked.world.find(identity, "gcp:artifactregistry/repository:Repository")
        if found is not None or not asked.world.was_there(identity):
            yield Need(property=at, found=found, reason=f"{image!r} is in a repository that does not exist")


def _generation(asked: Request) -> int:
    """How often the service was changed: its revisions' number."""
    before = asked.world.find(asked.id, SERVICE) if asked.id else None
    if before is None:
        return 1
    return int(before.get("generation", "1")) + (dict(before.inputs) != dict(asked.inputs))


def _service(asked: Request) -> dict[str, Any]:
    place, name = asked.get("location") or asked.region, asked.get("name")
    generation = str(_generation(asked))
    address = f"https://{name}-{project_number(asked)}.{place}.run.app"
    revision = f"{name}-{int(generation):05d}-{asked.digest('revision', generation, length=3)}"
    hashed = f"https://{name}-{asked.digest('address', length=10)}-{place[:2]}.a.run.app"
    return {
        "uid": _uuid(asked.digest("uid")),
        "generation": generation,
        "observedGeneration": generation,
        "uri": address,
        "urls": [address, hashed],
        "latestCreatedRevision": f"{_identity(asked)}/revisions/{asked.get('template.revision') or revision}",
        "latestReadyRevision": f"{_identity(asked)}/revisions/{asked.get('template.revision') or revision}",
        "reconciling": False,
        "conditions": [],
        "terminalConditions": [{"type": "Ready", "state": "CONDITION_SUCCEEDED"}],
        "trafficStatuses": [],
        "creator": "",
        "lastModifier": "",
        "deleteTime": "",
        "expireTime": "",
    }


def _uuid(digits: str) -> str:
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]])


def _identity(asked: Request) -> str:
    place = asked.get("location") or asked.region
    return f"projects/{asked.project}/locations/{place}/services/{asked.get('name')}"


RULES: dict[str, TypeRules] = {
    SERVICE: TypeRules(
        name=Name(
            pattern=r"[a-z]([a-z0-9-]*[a-z0-9])?",
            says="lower-case letters, digits and hyphens, beginning with a letter",
            limit=49,
        ),
        api="run.googleapis.com",
        patterns={"template.timeout": (r"[0-9]+(\.[0-9]{1,9})?s", "seconds like 3600s")},
        ranges={
            "template.maxInstanceRequestConcurrency": (0, 1000),
            "scaling.minInstanceCount": (0, 1000),
            "template.scaling.minInstanceCount": (0, 1000),
            "traffics[].percent": (0, 100),
        },
        defaults={"deletionProtection": True, "ingress": "INGRESS_TRAFFIC_ALL", "launchStage": "GA"},
        references=(
            network_reference("template.vpcAccess.networkInterfaces[].network"),
            Reference(path="template.vpcAccess.networkInterfaces[].subnetwork", types=(SUBNETWORK,)),
            Reference(path="template.serviceAccount", types=(ACCOUNT,), holds=False, foreign=FOREIGN_ACCOUNT),
            Reference(path=f"{_ENV}.secret", types=(_SECRET,)),
            Reference(path=f"{_FILES}.secret", types=(_SECRET,)),
            Reference(path="template.volumes[].gcs.bucket", types=("gcp:storage/bucket:Bucket",)),
        ),
        needs=_needs,
        replaces=words("location name project tags"),
        protections={"deletionProtection": (True, True)},
        identity=_identity,
        computed=_service,
        wrong=_wrong,
        takes=("gcp:cloudrunv2/serviceIamMember:ServiceIamMember",),
        refused=_refused,
    ),
}
