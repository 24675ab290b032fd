"""Secret Manager: secrets and their versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.rules.common import project_number
from simulator.rules.model import Name, Reference, Refusal, Request, TypeRules, last, words

_SECRET = "gcp:secretmanager/secret:Secret"
_VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
_LARGEST = 65536


def _secret_wrong(asked: Request) -> Iterable[Refusal]:
    replication = asked.get("replication") or {}
    if ("auto" in replication) == ("userManaged" in replication):
        yield "replication", "give exactly one of auto and userManaged"


def _version_wrong(asked: Request) -> Iterable[Refusal]:
    if sum(name in asked.inputs for name in ("secretData", "secretDataWo")) != 1:
        yield "secretData", "give exactly one of secretData and secretDataWo"
    if "secretDataWo" in asked.inputs and "secretDataWoVersion" not in asked.inputs:
        yield "secretDataWoVersion", "is required with secretDataWo"
    data = asked.get("secretData")
    if data == "":
        yield "secretData", "is empty; a version holds at least one byte"
    if isinstance(data, str) and len(data.encode()) > _LARGEST:
        yield "secretData", f"is larger than {_LARGEST} bytes; keep a file of that size in a bucket"


def _number(asked: Request) -> str:
    """Versions count from one in each secret; the same version keeps its number."""
    secret = asked.target("secret", _SECRET)
    of_secret = [
        one for one in asked.world.all(_VERSION) if asked.world.find(one.get("secret"), _SECRET) is secret
    ]
    mine = next((one for one in of_secret if asked.id is not None and one.id == asked.id), None)
    return (
        str(mine.get("version"))
        if mine
        else str(1 + max((int(one.get("version")) for one in of_secret), default=0))
    )


def _version_id(asked: Request) -> str:
    secret = asked.target("secret", _SECRET)
    project = secret.get("project") if secret else asked.project
    number, name = project_number(asked, project), last(asked.get("secret"))
    return f"projects/{number}/secrets/{name}/versions/{_number(asked)}"


def _version(asked: Request) -> dict[str, Any]:
    return {
        "name": _version_id(asked),
        "version": _number(asked),
        "enabled": asked.inputs.get("enabled", True),
    }


RULES: dict[str, TypeRules] = {
    _SECRET: TypeRules(
        name=Name(property="secretId", pattern=r"[A-Za-z0-9_-]+", says="letters, digits, - and _", limit=255),
        api="secretmanager.googleapis.com",
        replaces=words("project replication secretId tags"),
        protections={"deletionProtection": (True, False)},
        identity=lambda asked: f"projects/{asked.project}/secrets/{asked.get('secretId')}",
        computed=lambda asked: {
            "name": f"projects/{project_number(asked)}/secrets/{asked.get('secretId')}",
        },
        wrong=_secret_wrong,
        takes=(_VERSION, "gcp:secretmanager/secretIamMember:SecretIamMember"),
    ),
    _VERSION: TypeRules(
        name=None,
        values={"deletionPolicy": ("DELETE", "DISABLE", "ABANDON", "PREVENT")},
        defaults={"enabled": True, "deletionPolicy": "DELETE"},
        references=(Reference(path="secret", types=(_SECRET,), holds=False),),
        replaces=words("isSecretDataBase64 project secret secretData secretDataWoVersion"),
        identity=_version_id,
        computed=_version,
        wrong=_version_wrong,
        aliases=lambda stored: [
            f"projects/{stored.get('project')}/secrets/{last(stored.get('secret'))}"
            f"/versions/{stored.get('version')}"
        ],
    ),
}
