"""The providers' functions that the simulated cloud answers: where a program is, and a secret's value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.cluster_lookup import CLUSTER, looked_up
from simulator.ledger import Ledger
from simulator.rules.common import numbered
from simulator.secret_access import ACCESS, accessed

_CLIENT = "gcp:organizations/getClientConfig:getClientConfig"
_PROJECT = "gcp:organizations/getProject:getProject"


def answer_of(ledger: Ledger, token: str, args: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer of a function, or `None` when it is not known."""
    place = {name: ledger.setting("gcp", name) for name in ("project", "region", "zone")}
    if token == _CLIENT:
        return {**place, "accessToken": "simulated", "id": "client"}
    if token == _PROJECT:
        project = str(args.get("projectId") or place["project"])
        return {"projectId": project, "number": numbered(ledger, project), "id": f"projects/{project}"}
    if token == CLUSTER:
        return looked_up(ledger, args, str(place["project"]))
    if token == ACCESS:
        return accessed(ledger, args, str(place["project"]))
    return None
