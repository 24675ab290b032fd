"""How the requests of a Cloud Run service are split between its revisions."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_gcp.cloudrunv2 import ServiceTrafficArgs


@dataclass(frozen=True, kw_only=True)
class Canary:
    """A share of the traffic for the newest revision while an older one keeps the rest.

    Attributes:
        stable_revision: the revision that keeps the rest, its short name.
        percent: the newest revision's share of requests, in percent.
    """

    stable_revision: str
    percent: int

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError(f"Canary.percent {self.percent} is no share; write 0 to 100")
        if "/" in self.stable_revision:
            short = self.stable_revision.rsplit("/", 1)[-1]
            raise ValueError(f"Canary.stable_revision is a short name; write {short!r}")


def traffic(canary: Canary | None) -> list[ServiceTrafficArgs]:
    """Who serves what; said even when it is the default, or the last canary's split would stay."""
    percent = canary.percent if canary else 100
    latest = ServiceTrafficArgs(
        type="TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent=percent, tag="canary" if canary else None
    )
    if canary is None or percent == 100:
        return [latest]
    stable = ServiceTrafficArgs(
        type="TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
        revision=canary.stable_revision,
        percent=100 - percent,
    )
    return [stable, latest]
