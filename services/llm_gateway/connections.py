"""How many connections to Postgres all pods can come to open, and how many its instance takes. Pure numbers.

Every pod opens its pool. During a rollout there is one more of each version, those that end keep their pools
until their last answer is given, and a migration has one. Pods of every cluster and of every tenant share the
instance, so all of them count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.llm_gateway.fleet import Site

SPARE = 10
"""For people, and for Google's own."""

_SURGE, _MIGRATION = 1, 1
_ENDING = 2
"""For each pod that runs, one of the version before may still be giving its last answers."""

_BY_GIB = ((120, 1000), (60, 800), (30, 600), (15, 500), (7.5, 400), (6, 200), (0, 100))
"""Least memory in GiB to the connections that Cloud SQL gives an instance of that size."""


def taken_by(tier: str) -> int:
    """The connections that an instance of a machine type takes."""
    machine = re.fullmatch(r"db-custom-\d+-(\d+)", tier)
    gib = int(machine[1]) / 1024 if machine else 0
    return next(connections for least, connections in _BY_GIB if gib >= least)


def opened_by(sites: Iterable[Site]) -> int:
    """The connections that the pods of all sites that share the instance can come to open."""
    return sum(_of(site) for site in sites if site.settings.postgres) + SPARE


def _of(site: Site) -> int:
    versions = 2 if site.settings.canary else 1
    pods = _ENDING * versions * (site.replicas.max + _SURGE)
    return pods * site.settings.size.pool + versions * _MIGRATION
