"""What is told of memorise's work by the clock: that a sync or a snapshot failed. Pure data.

Owns the questions. They count what the jobs write to their standard error, which Cloud Logging takes for
errors and counts by itself: both programs write there only when they fail.
"""

from __future__ import annotations

from components.alert_rule import AlertRule
from components.kubernetes.qdrant_snapshots import SNAPSHOT_CONTAINER
from services.memorise.containers import SYNC_CONTAINER
from services.memorise.settings import MemoriseSettings

_ERRORS = (
    'sum(increase(logging_googleapis_com:log_entry_count{{monitored_resource="k8s_container",'
    'namespace_name="{namespace}",container_name="{container}",severity="ERROR"}}[15m])) > 0'
)


def alert_rules(settings: MemoriseSettings, namespace: str) -> list[AlertRule]:
    """The alerts of what runs by the clock in a namespace."""
    rules: list[AlertRule] = []
    if settings.content_engine.schedule:
        rules.append(
            _failed(
                "MemoriseSyncFailed",
                _ERRORS.format(namespace=namespace, container=SYNC_CONTAINER),
                "memorise's collection was not synced",
                "docs/runbooks/memorise-resync.md",
            )
        )
    if settings.qdrant.url is None and settings.qdrant.snapshots:
        rules.append(
            _failed(
                "MemoriseSnapshotFailed",
                _ERRORS.format(namespace=namespace, container=SNAPSHOT_CONTAINER),
                "A collection of memorise's Qdrant was not saved",
                "docs/runbooks/memorise-incident.md",
            )
        )
    return rules


def _failed(name: str, query: str, summary: str, runbook: str) -> AlertRule:
    return AlertRule(name=name, query=query, minutes=0, severity="WARNING", summary=summary, runbook=runbook)
