"""The key that encrypts the secrets inside the state: Pulumi's secrets provider, renewed every quarter.

An old version of the key keeps opening what it closed, so that a renewal needs nobody's help.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tools.bootstrap.change import Change, Changes, differing
from tools.bootstrap.cloud import Cloud
from tools.bootstrap.errors import BootstrapError
from tools.bootstrap.wanted import KEY, KEY_RING, Wanted

_ROTATION = timedelta(days=90)
PURPOSE = "ENCRYPT_DECRYPT"


def state_key(cloud: Cloud, wanted: Wanted) -> Changes:
    """Makes the key ring and the key, or puts the key's rotation right."""
    rings = cloud.api("cloudkms").projects().locations().keyRings()
    parent = f"projects/{wanted.project}/locations/{wanted.region}"
    ring = f"{parent}/keyRings/{KEY_RING}"
    if cloud.read(f"read key ring {KEY_RING}", rings.get(name=ring)) is None:
        request = rings.create(parent=parent, keyRingId=KEY_RING, body={})
        what = f"create key ring {KEY_RING} in {wanted.region}"
        yield Change(what=what, make=lambda: cloud.write(what, request))
    yield from _key(cloud, wanted, rings.cryptoKeys(), ring)


def _key(cloud: Cloud, wanted: Wanted, keys: Any, ring: str) -> Changes:
    current = cloud.read(f"read key {KEY}", keys.get(name=wanted.key_name))
    if current is None:
        body = {"purpose": PURPOSE, "versionTemplate": {"protectionLevel": "SOFTWARE"}, **_rotation()}
        request = keys.create(parent=ring, cryptoKeyId=KEY, body=body)
        created = f"create key {KEY}, renewed every {_ROTATION.days} days"
        yield Change(what=created, make=lambda: cloud.write(created, request))
        return

    _check_usable(current, wanted)
    if differing({"rotationPeriod": _rotation()["rotationPeriod"]}, current):
        patch = keys.patch(
            name=wanted.key_name, updateMask="rotationPeriod,nextRotationTime", body=_rotation()
        )
        renewed = f"renew key {KEY} every {_ROTATION.days} days"
        yield Change(what=renewed, make=lambda: cloud.write(renewed, patch))


def _check_usable(current: dict[str, Any], wanted: Wanted) -> None:
    """Refuses a key that can't encrypt: neither its purpose nor a version that is gone can be changed."""
    state = current.get("primary", {}).get("state", "ENABLED")
    if current.get("purpose") != PURPOSE or state != "ENABLED":
        raise BootstrapError(
            f"{wanted.key_name} can't encrypt (purpose {current.get('purpose')}, version {state}); "
            "enable its version, or write another REGION for a new key"
        )


def _rotation() -> dict[str, str]:
    first = datetime.now(UTC) + _ROTATION
    return {
        "rotationPeriod": f"{int(_ROTATION.total_seconds())}s",
        "nextRotationTime": first.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
