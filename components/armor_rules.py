"""Cloud Armor's rules for a public API: a rate limit for each client, and Google's own patterns of attacks.

Pure data, in the order in which Cloud Armor asks: the first rule that decides ends the matter. The patterns
therefore come before the rate limit, which lets everything pass that is within it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pulumi_gcp.compute import (
    SecurityPolicyRuleArgs,
    SecurityPolicyRuleMatchArgs,
    SecurityPolicyRuleMatchConfigArgs,
    SecurityPolicyRuleMatchExprArgs,
    SecurityPolicyRuleRateLimitOptionsArgs,
    SecurityPolicyRuleRateLimitOptionsRateLimitThresholdArgs,
)

Waf = Literal["off", "preview", "enforce"]

_PATTERNS = ("sqli", "xss", "lfi", "rfi", "rce", "protocolattack", "sessionfixation", "scannerdetection")
_RULE_SETS = {name: f"{name}-v422-stable" for name in _PATTERNS} | {"cve": "cve-canary"}
"""Google's rule set for each pattern; attacks that have a CVE number, like Log4Shell, share one."""

_FIRST_PATTERN, _FIRST_PATH, _RATE_LIMIT, _DEFAULT = 1000, 1500, 2000, 2147483647
_PATH = re.compile(r"/[\w./-]*", re.ASCII)


def armor_rules(
    *, requests_per_minute: int, waf: Waf, path_limits: Mapping[str, int] | None = None
) -> list[SecurityPolicyRuleArgs]:
    """The rules of a policy; Cloud Armor asks for the last of them, which decides what is left.

    Args:
        requests_per_minute: of one client address, over all paths without a limit of their own.
        waf: what becomes of requests that look like an attack.
        path_limits: exact path to the requests of one client address in a minute.

    Raises:
        ValueError: a path is none.
    """
    names = () if waf == "off" else _RULE_SETS
    patterns = [_pattern(*each, waf) for each in enumerate(names, _FIRST_PATTERN)]
    paths = [_path_limit(*each) for each in enumerate(sorted((path_limits or {}).items()), _FIRST_PATH)]
    everything = _rate_limit(
        "Requests of one client address in a minute", _RATE_LIMIT, _anybody(), requests_per_minute
    )
    return [*patterns, *paths, everything, _allow_the_rest()]


def _pattern(priority: int, name: str, waf: Waf) -> SecurityPolicyRuleArgs:
    """One of Google's patterns at its least sensitive: prompts and SQL in a request look like attacks."""
    return SecurityPolicyRuleArgs(
        description=f"Attack pattern {name}",
        priority=priority,
        action="deny(403)",
        preview=waf == "preview",
        match=SecurityPolicyRuleMatchArgs(
            expr=SecurityPolicyRuleMatchExprArgs(
                expression=f"evaluatePreconfiguredWaf('{_RULE_SETS[name]}', {{'sensitivity': 1}})"
            )
        ),
    )


def _path_limit(priority: int, limit: tuple[str, int]) -> SecurityPolicyRuleArgs:
    path, requests_per_minute = limit
    if not _PATH.fullmatch(path):
        raise ValueError(f"path {path!r} can't be limited; write one like /api/ingest")
    match = SecurityPolicyRuleMatchArgs(
        expr=SecurityPolicyRuleMatchExprArgs(expression=f"request.path == '{path}'")
    )
    return _rate_limit(
        f"Requests of one client address to {path} in a minute", priority, match, requests_per_minute
    )


def _rate_limit(
    description: str, priority: int, match: SecurityPolicyRuleMatchArgs, requests_per_minute: int
) -> SecurityPolicyRuleArgs:
    return SecurityPolicyRuleArgs(
        description=description,
        priority=priority,
        action="throttle",
        match=match,
        rate_limit_options=SecurityPolicyRuleRateLimitOptionsArgs(
            conform_action="allow",
            exceed_action="deny(429)",
            enforce_on_key="IP",
            rate_limit_threshold=SecurityPolicyRuleRateLimitOptionsRateLimitThresholdArgs(
                count=requests_per_minute, interval_sec=60
            ),
        ),
    )


def _allow_the_rest() -> SecurityPolicyRuleArgs:
    return SecurityPolicyRuleArgs(
        description="Everything else", priority=_DEFAULT, action="allow", match=_anybody()
    )


def _anybody() -> SecurityPolicyRuleMatchArgs:
    return SecurityPolicyRuleMatchArgs(
        versioned_expr="SRC_IPS_V1", config=SecurityPolicyRuleMatchConfigArgs(src_ip_ranges=["*"])
    )
