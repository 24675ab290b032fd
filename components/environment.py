"""The environment that a component is deployed into: where it is, what it is called, how it is protected.

Owns the one rule for physical names. Does not read configuration: `__main__` makes one
`Environment` from the stack's settings and every component receives it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input

_HASH_LENGTH = 6
_FORBIDDEN = re.compile(r"[^a-z0-9-]")
_PATTERNS = {
    "project": (re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]"), "a project ID like acme-prod"),
    "project_number": (re.compile(r"[1-9]\d*"), "digits, as `gcloud projects describe` shows them"),
    "region": (re.compile(r"[a-z]+-[a-z]+\d+"), "a region like europe-west1"),
    "stack": (
        re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?"),
        "at most 20 of a-z, 0-9 and -, like prod-eu",
    ),
    "prefix": (re.compile(r"[a-z][a-z0-9]{0,9}"), "a letter and at most 9 of a-z and 0-9, like ai"),
}

_ZONES = {"europe-west1": "bcd", "us-central1": "abcf", "us-east1": "bcd"}
"""The letters of a region's zones, where they are not a, b and c."""


def check_zone(zone: str, region: str) -> None:
    """Checks that a zone can be one of the region's.

    Raises:
        ValueError: it cannot; the message says what can.
    """
    if not re.fullmatch(re.escape(region) + "-[a-z]", zone):
        raise ValueError(f"zone {zone!r} is not in region {region}; write {region}-b, say")
    letters = _ZONES.get(region)
    if letters and zone[-1] not in letters:
        raise ValueError(
            f"there is no zone {zone}; write {' or '.join(f'{region}-{each}' for each in letters)}"
        )


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One stack's place in Google Cloud.

    Attributes:
        project: project ID, e.g. `acme-prod`.
        project_number: project number, e.g. `123456789012`; part of Cloud Run's deterministic URLs.
        region: region of everything regional, e.g. `europe-west1`.
        zone: zone of everything zonal, inside `region`.
        stack: the stack's name, part of every physical name.
        prefix: first part of every physical name.
        labels: of everything that can have some. The provider's default labels are the same, and don't reach
            every type: alerts and clusters name these themselves.
        protect: the one switch of every protection there is: Pulumi's `protect`, the provider's and the
            API's deletion protection, and the refusal to delete a bucket that holds objects.
        api_projects: API name to the project ID, as an output that resolves once that API can be used.
    """

    project: str
    project_number: str
    region: str
    zone: str
    stack: str
    prefix: str = "ai"
    labels: Mapping[str, str] = field(default_factory=dict)
    protect: bool = True
    api_projects: Mapping[str, Input[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (pattern, wanted) in _PATTERNS.items():
            value = getattr(self, name)
            if not pattern.fullmatch(value):
                raise ValueError(f"{name} {value!r} can't be part of a resource's name; write {wanted}")
        check_zone(self.zone, self.region)

    def project_using(self, api: str) -> Input[str]:
        """The project ID for a resource of `api` (e.g. `sqladmin.googleapis.com`).

        The edge from a resource to the API it needs is this value: it is known only when the API is on.
        """
        return self.api_projects.get(api, self.project)

    def physical_name(self, name: str, *, limit: int = 63) -> str:
        """`PREFIX-STACK-NAME` in lower-case letters, digits and hyphens, at most `limit` characters.

        A name that has to be changed for that ends in a hash of the whole, so the same name always gives the
        same result and two names don't share one.
        """
        return fitted(f"{self.prefix}-{self.stack}-{name}", limit)


def fitted(name: str, limit: int) -> str:
    """`name` if it is legal and fits `limit` characters, else what can be kept of it and a hash of it."""
    legal = _FORBIDDEN.sub("-", name.lower()).rstrip("-")
    if legal == name and len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{legal[: limit - _HASH_LENGTH - 1].rstrip('-')}-{digest}"
