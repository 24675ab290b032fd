"""The environment that a component is deployed into: where it is, what it is called, how it is protected.

Owns the one rule for physical names. Does not read configuration: `__main__` makes one
`Environment` from the stack's settings and every component receives it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input

_HASH_LENGTH = 6


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
    protect: bool = True
    api_projects: Mapping[str, Input[str]] = field(default_factory=dict)

    def project_using(self, api: str) -> Input[str]:
        """The project ID for a resource of `api` (e.g. `sqladmin.googleapis.com`).

        The edge from a resource to the API it needs is this value: it is known only when the API is on.
        """
        return self.api_projects.get(api, self.project)

    def physical_name(self, name: str, *, limit: int = 63) -> str:
        """`PREFIX-STACK-NAME`, shortened to `limit` characters with a hash of the whole at the end.

        The same name always gives the same result, and two different names never share one.
        """
        return shortened(f"{self.prefix}-{self.stack}-{name}", limit)


def shortened(name: str, limit: int) -> str:
    """`name` if it fits `limit` characters, else its beginning and a hash of the whole."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{name[: limit - _HASH_LENGTH - 1].rstrip('-')}-{digest}"
