"""The sizes of Cloud SQL instances, and the editions that have them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from simulator.rules.model import Refusal, Request

_CUSTOM = re.compile(r"db-custom-(\d+)-(\d+)")
_PLUS_TIER = re.compile(r"db-(perf-optimized-N|c4a-highmem|memory-optimized-N)-.+")
_SHARED = ("db-f1-micro", "db-g1-small")
_NEW_DEFAULT = re.compile(r"POSTGRES_(1[6-9]|[2-9]\d)$|MYSQL_8_4$")


def edition(asked: Request) -> str:
    """The edition: new versions default to the dear one."""
    newest = _NEW_DEFAULT.match(str(asked.get("databaseVersion")))
    return asked.get("settings.edition") or ("ENTERPRISE_PLUS" if newest else "ENTERPRISE")


def tier_refusals(asked: Request) -> Iterable[Refusal]:
    """What is wrong with the tier: its form, and whether its edition has it."""
    tier, path = str(asked.get("settings.tier")), "settings.tier"
    plus = edition(asked) == "ENTERPRISE_PLUS"
    if plus and not _PLUS_TIER.fullmatch(tier):
        reason = f"{tier!r} is no tier of ENTERPRISE_PLUS, the edition of this instance"
        yield path, f'{reason}; write settings.edition = "ENTERPRISE", or a db-perf-optimized-N tier'
    if not plus and _PLUS_TIER.fullmatch(tier):
        yield path, f"{tier!r} is only in ENTERPRISE_PLUS; use one like db-custom-2-7680"
    custom = _CUSTOM.fullmatch(tier)
    known = custom or _PLUS_TIER.fullmatch(tier) or tier in _SHARED or re.fullmatch(r"db-n1-\w+-\d+", tier)
    if not known:
        yield path, f"{tier!r} is no tier; use one like db-custom-2-7680 (processors, MB)"
    if custom:
        yield from _custom_wrong(int(custom[1]), int(custom[2]), path)


def _custom_wrong(processors: int, memory: int, path: str) -> Iterable[Refusal]:
    if processors != 1 and (processors % 2 or not 2 <= processors <= 96):
        yield path, f"{processors} processors are not possible; use 1, or an even number up to 96"
    if memory % 256 or memory < 3840 or not 921.6 <= memory / processors <= 6656:
        least = max(3840, -(-processors * 922 // 256) * 256)
        yield path, f"{memory} MB are not possible; use a multiple of 256 from {least} to {processors * 6656}"
