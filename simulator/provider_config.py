"""What a change of a provider's own settings comes to: an update of the provider, or its replacement.

A provider that is replaced has everything replaced that it made, so that this decides over whole clusters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.differing import Diff
from simulator.paths import UNKNOWN
from simulator.rules.kubernetes.cluster import server_of

_IDENTIFIER = "clusterIdentifier"
_ACTIVE = ("cluster", "context", "kubeconfig")


def provider_difference(package: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
    """What the change of a provider's settings comes to."""
    changed = sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key))
    replaces = _replaced(olds, news, changed) if package == "kubernetes" else []
    return Diff(changed, replaces)


def _replaced(olds: Mapping[str, Any], news: Mapping[str, Any], changed: list[str]) -> list[str]:
    """Another cluster is another provider: by its identifier where there is one, else by what is guessed."""
    before, after = olds.get(_IDENTIFIER), news.get(_IDENTIFIER)
    if before and after:
        return [_IDENTIFIER] if before != after else []
    unknown = [key for key in _ACTIVE if news.get(key) == UNKNOWN]
    if unknown:
        return unknown[:1]
    was, is_now = server_of(olds.get("kubeconfig")), server_of(news.get("kubeconfig"))
    moved = was is not None and is_now is not None and was != is_now
    return [key for key in _ACTIVE if key in changed] if moved else []
