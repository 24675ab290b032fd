"""What Secret Manager answers to whoever asks for a version's value at deployment."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from simulator.faults import CloudRefused
from simulator.ledger import Ledger
from simulator.rules.common import numbered
from simulator.rules.model import Stored

ACCESS = "gcp:secretmanager/getSecretVersionAccess:getSecretVersionAccess"

_VERSION = "gcp:secretmanager/secretVersion:SecretVersion"


def accessed(ledger: Ledger, args: Mapping[str, Any], project: str) -> dict[str, Any]:
    """A version's value: as it was given, or in Base64 where that is asked for.

    Raises:
        CloudRefused: there is no such version, or it is disabled.
    """
    project = str(args.get("project") or project)
    secret, number = str(args["secret"]), str(args.get("version") or "latest")
    short = f"projects/{project}/secrets/{secret}"
    name = f"projects/{numbered(ledger, project)}/secrets/{secret}/versions/{number}"
    stored = ledger.find(name, _VERSION)
    if stored is None and not ledger.was_there(short):
        raise CloudRefused(f"{short}/versions/{number} does not exist; name a version that does", "version")
    if stored is not None and stored.get("enabled") is False:
        raise CloudRefused(f"{short}/versions/{number} is disabled; enable it first", "version")
    value = _value(stored, short, number)
    return {
        "id": name,
        "name": name,
        "project": project,
        "secret": secret,
        "version": number,
        "isSecretDataBase64": bool(args.get("isSecretDataBase64")),
        "secretData": value if args.get("isSecretDataBase64") else base64.b64decode(value).decode(),
    }


def _value(stored: Stored | None, secret: str, number: str) -> str:
    """The payload in Base64; of one that was there before, a text that is always the same."""
    if stored is None:
        return base64.b64encode(f"the value of {secret} {number}".encode()).decode()
    data = str(stored.get("secretData") or stored.inputs.get("secretData") or "")
    return data if stored.get("isSecretDataBase64") else base64.b64encode(data.encode()).decode()
