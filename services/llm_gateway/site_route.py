"""Which requests of a gateway's host go to which of its versions, and in which shares. Pure data.

Everything that the public may reach is listed; the metrics are not. Every version is listed as well, also one
that takes nothing: raising its share, finishing and taking it back are changes of a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Output

from components.kubernetes.route import Path, Rule, WeightedBackend
from services.llm_gateway.fleet import Site
from services.llm_gateway.pods import CANARY, STABLE, TESTERS


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A version that can be led to.

    Attributes:
        service: its Service's name, known once its pods are ready.
        port: its Service's port.
    """

    service: Output[str]
    port: int


def rules(site: Site, versions: Mapping[str, Ready]) -> list[Rule]:
    """The rules of its route: everybody's, and testers' where there is a canary."""
    canary = site.settings.canary
    share = canary.weight if canary else 0
    weights = {STABLE: 100 - share, CANARY: share}
    backends = [
        WeightedBackend(service=ready.service, port=ready.port, weight=weights[version])
        for version, ready in versions.items()
    ]
    everybody = Rule(paths=paths(site), backends=backends)
    if CANARY not in versions:
        return [everybody]
    alone = WeightedBackend(service=versions[CANARY].service, port=versions[CANARY].port)
    return [everybody, Rule(paths=paths(site), backends=[alone], headers=TESTERS)]


def paths(site: Site) -> list[Path]:
    """What the public reaches, and what the uptime check asks."""
    settings = site.settings
    exact = sorted({*settings.public_exact_paths} - {settings.health.readiness})
    return [
        *(Path(prefix) for prefix in settings.public_paths),
        *(Path(path, kind="Exact") for path in exact),
        Path(settings.health.readiness, kind="Exact", method="GET"),
    ]
