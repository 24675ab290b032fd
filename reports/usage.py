"""How much a stack is used: what no plan tells and every bill depends on. Each can be said otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A month's use.

    Attributes:
        hours: hours in a month that something runs which never stops.
        awake_hours: hours that a Cloud Run service runs which stops when nobody asks.
        job_hours: hours that each Kubernetes job runs.
        egress_gb: traffic out to the internet through each public way in, GB.
        nat_machines: machines, cluster nodes among them, that use each Cloud NAT.
        nat_gb: traffic through each Cloud NAT, GiB.
        network_logs_gib: flow logs of each subnet that writes them, GiB.
        images_gb: images kept in each registry, GB.
        bucket_gb: objects kept in each bucket, GB.
        backup_share: backups kept of a database, in parts of its disk.
        snapshot_gb: snapshots kept of each disk that has a schedule, GB.
    """

    hours: float = 730
    awake_hours: float = 120
    job_hours: float = 5
    egress_gb: float = 20
    nat_machines: float = 3
    nat_gb: float = 10
    network_logs_gib: float = 1
    images_gb: float = 5
    bucket_gb: float = 5
    backup_share: float = 1.0
    snapshot_gb: float = 20

    def changed(self, assumptions: Iterable[str]) -> Usage:
        """The same with each `NAME=NUMBER` in place of its own.

        Raises:
            ValueError: there is no such assumption, or it is no number.
        """
        known = [field.name for field in fields(self)]
        changes: dict[str, float] = {}
        for assumption in assumptions:
            name, _, number = assumption.partition("=")
            if name not in known:
                raise ValueError(f"{assumption!r}: write NAME=NUMBER with one of {', '.join(known)}")
            try:
                changes[name] = float(number)
            except ValueError:
                raise ValueError(f"{assumption!r}: {number!r} is no number") from None
        return replace(self, **changes)
