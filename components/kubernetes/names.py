"""Names and labels of what is in a cluster: pure functions, no resource.

Objects have plain names (`ai-engine-api`): the namespace they are in carries the stack's.
"""

from __future__ import annotations

import re

MANAGED_BY = "pulumi"

_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_LIMIT = 63


def dns_label(what: str, name: str, *, limit: int = _LIMIT) -> str:
    """`name`, or a ValueError where it can't be an object's name and a label's value."""
    if not _LABEL.fullmatch(name):
        raise ValueError(
            f"{what} {name!r} is no name in a cluster; write lower-case letters, digits and dashes, a letter "
            "first and no dash last, like ai-engine-api"
        )
    if len(name) > limit:
        raise ValueError(f"{what} {name!r} has {len(name)} characters; write at most {limit}")
    return name


def labels(name: str, *, part_of: str, component: str, instance: str) -> dict[str, str]:
    """An object's and its pods' labels: `app`, which selects them, and those that people and tools read."""
    return {
        "app": name,
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": instance,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": part_of,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }
