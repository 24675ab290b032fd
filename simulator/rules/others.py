"""What is not Google's: random values, waiting, and variables at Vercel."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Iterable
from typing import Any

from simulator.rules.model import MADE_AT, Refusal, Request, TypeRules, words

_VARIABLE = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable"
_TARGETS = ("production", "preview", "development")
_DURATION = (r"[0-9]+(\.[0-9]+)?(ms|s|m|h)", "a duration like 60s")
_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"


def _password_wrong(asked: Request) -> Iterable[Refusal]:
    kinds = ("special", "lower", "upper", "numeric")
    if all(asked.inputs.get(kind) is False for kind in kinds):
        yield "special", "with no kind of character left, nothing can be made; allow one"
    least = sum(asked.get(name, 0) for name in ("minLower", "minUpper", "minNumeric", "minSpecial"))
    if (asked.get("length") or 0) < least:
        yield "length", f"is less than the {least} characters asked for by kind"


def _password(asked: Request) -> dict[str, Any]:
    """Characters of every kind that is allowed, the same every time: never a real secret."""
    kinds = {
        "lower": string.ascii_lowercase,
        "upper": string.ascii_uppercase,
        "numeric": string.digits,
        "special": asked.get("overrideSpecial") or _SPECIAL,
    }
    allowed = "".join(characters for kind, characters in kinds.items() if asked.inputs.get(kind, True))
    generator = random.Random(asked.digest("password", asked.get("keepers")))  # noqa: S311 - must not be random
    result = "".join(generator.choice(allowed) for _ in range(int(asked.get("length") or 0)))
    return {"result": result, "bcryptHash": f"$2a$10${asked.digest('bcrypt')[:53]}"}


def _password_identity(asked: Request) -> str:
    """Another one for other keepers: for a moment a value and the one that replaces it are both there."""
    keepers = asked.get("keepers")
    return f"none-{asked.digest(*([keepers] if keepers else []), length=8)}"


def _bytes(asked: Request) -> dict[str, Any]:
    count, prefix = int(asked.get("byteLength") or 1), str(asked.get("prefix") or "")
    raw = bytes.fromhex((asked.digest("bytes", asked.get("keepers")) * (count // 32 + 1))[: 2 * count])
    url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return {
        "hex": prefix + raw.hex(),
        "dec": prefix + str(int.from_bytes(raw)),
        "b64Std": prefix + base64.b64encode(raw).decode(),
        "b64Url": prefix + url,
    }


def _variable_wrong(asked: Request) -> Iterable[Refusal]:
    targets = asked.get("targets") or []
    if not targets and not asked.get("customEnvironmentIds"):
        yield "targets", f"is required; name some of {', '.join(_TARGETS)}"
    if asked.get("sensitive") and "development" in targets:
        yield "sensitive", "must be false for the target development; make a variable for each target"
    if sum(name in asked.inputs for name in ("value", "valueWo")) != 1:
        yield "value", "give exactly one of value and valueWo"


def _variable_exists(asked: Request) -> Iterable[Refusal]:
    for other in asked.world.all(_VARIABLE):
        same = all(other.get(name) == asked.get(name) for name in ("projectId", "key", "gitBranch"))
        shared = set(other.get("targets") or ()) & set(asked.get("targets") or ())
        if same and shared and other.id != asked.id:
            target = ", ".join(sorted(shared))
            yield (
                "key",
                f"{asked.get('key')} exists for {target}; delete the other first (delete_before_replace)",
            )


RULES: dict[str, TypeRules] = {
    **{
        f"random:index/{name}": TypeRules(
            name=None,
            ranges={"length": (1, 1_000_000)},
            replaces=words(
                "keepers length lower minLower minNumeric minSpecial minUpper number numeric",
                "overrideSpecial special upper",
            ),
            identity=identity,
            computed=_password,
            wrong=_password_wrong,
            identity_is_unique=False,
        )
        for name, identity in (
            ("randomPassword:RandomPassword", _password_identity),
            ("randomString:RandomString", lambda asked: str(_password(asked)["result"])),
        )
    },
    "random:index/randomId:RandomId": TypeRules(
        name=None,
        ranges={"byteLength": (1, 1024)},
        replaces=words("byteLength keepers prefix"),
        identity=lambda asked: str(_bytes(asked)["b64Url"]),
        computed=_bytes,
    ),
    "time:index/sleep:Sleep": TypeRules(
        name=None,
        patterns={"createDuration": _DURATION, "destroyDuration": _DURATION},
        replaces=words("triggers"),
        identity=lambda asked: f"{MADE_AT[:-1]}.{asked.number('sleep', digits=9)}Z",
    ),
    _VARIABLE: TypeRules(
        name=None,
        values={"targets[]": _TARGETS},
        patterns={"key": (r"[A-Za-z_][A-Za-z0-9_]*", "letters, digits and _, beginning with no digit")},
        replaces=words("key projectId teamId"),
        identity=lambda asked: asked.digest("variable", length=16),
        wrong=_variable_wrong,
        refused=_variable_exists,
    ),
}
