"""Cloud KMS: key rings, keys and grants on them. None is ever deleted: its name stays taken."""

from __future__ import annotations

import re
from collections.abc import Iterable

from simulator.rules.iam import grant
from simulator.rules.model import MADE_AT, Name, Reference, Refusal, Request, Stored, TypeRules, last, words

RING = "gcp:kms/keyRing:KeyRing"
KEY = "gcp:kms/cryptoKey:CryptoKey"
_NAME = Name(pattern=r"[A-Za-z0-9_-]+", says="letters, digits, - and _", auto=True)
_SHORTEST_ROTATION = 86400


def _key_wrong(asked: Request) -> Iterable[Refusal]:
    period = asked.get("rotationPeriod")
    if period is not None and not re.fullmatch(r"\d+(\.\d{1,9})?s", period):
        yield "rotationPeriod", f"{period!r} has the wrong form; use seconds like 7776000s"
    elif period is not None and float(period[:-1]) < _SHORTEST_ROTATION:
        yield "rotationPeriod", f"{period} is too short; use at least a day, {_SHORTEST_ROTATION}s"
    if period is not None and asked.get("purpose", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        yield "rotationPeriod", "is only for the purpose ENCRYPT_DECRYPT; leave it out"


def _key_id(asked: Request) -> str:
    ring = asked.target("keyRing", RING)
    return f"{ring.id if ring else asked.get('keyRing')}/cryptoKeys/{asked.name}"


def _taken_for_ever(stored: Stored) -> list[str]:
    return [stored.id]


RULES: dict[str, TypeRules] = {
    RING: TypeRules(
        name=_NAME,
        api="cloudkms.googleapis.com",
        replaces=words("location name project"),
        identity=lambda asked: (
            f"projects/{asked.project}/locations/{asked.get('location')}/keyRings/{asked.name}"
        ),
        buries=_taken_for_ever,
    ),
    KEY: TypeRules(
        name=_NAME,
        api="cloudkms.googleapis.com",
        defaults={"purpose": "ENCRYPT_DECRYPT"},
        references=(Reference(path="keyRing", types=(RING,), holds=False),),
        replaces=words("cryptoKeyBackend destroyScheduledDuration importOnly keyRing name purpose")
        | words("versionTemplate.protectionLevel"),
        identity=_key_id,
        computed=lambda asked: {
            "primaries": [{"name": f"{_key_id(asked)}/cryptoKeyVersions/1", "state": "ENABLED"}],
            "createTime": MADE_AT,
        },
        wrong=_key_wrong,
        takes=("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",),
        buries=_taken_for_ever,
    ),
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": grant(
        lambda asked: str(asked.get("cryptoKeyId")),
        Reference(path="cryptoKeyId", types=(KEY,), holds=False),
        more="cryptoKeyId",
    ),
    "gcp:kms/keyRingIAMMember:KeyRingIAMMember": grant(
        lambda asked: f"keyRings/{last(asked.get('keyRingId'))}",
        Reference(path="keyRingId", types=(RING,), holds=False),
        more="keyRingId",
    ),
}
