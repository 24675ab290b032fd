"""The dated price table, `docs/prices.yaml`: what a unit costs, where that was read and when."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).resolve().parent.parent / "docs" / "prices.yaml"
_FALLBACK = "us-central1"


class NotPricedError(LookupError):
    """No price is known; the message says of what."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one unit costs.

    Attributes:
        key: its name in the table.
        value: US dollars for a unit.
        unit: what a unit is.
        source: the source's name in the table.
        region: the region whose price it is; empty where it is the same everywhere.
        elsewhere: whether it is another region's price, for want of one for the region asked for.
    """

    key: str
    value: float
    unit: str
    source: str
    region: str
    elsewhere: bool


@dataclass(frozen=True)
class PriceTable:
    """The table.

    Attributes:
        content: the file as it was read.
    """

    content: dict[str, Any]

    @classmethod
    def load(cls, path: Path = TABLE) -> PriceTable:
        """The table in `path`."""
        return cls(yaml.safe_load(path.read_text()))

    @property
    def read(self) -> str:
        """The day on which the prices were read."""
        return str(self.content["read"])

    def price(self, key: str, region: str) -> Price:
        """What a unit costs in a region.

        Raises:
            NotPricedError: the table has no such price.
        """
        entry = self.content["prices"].get(key)
        if entry is None:
            raise NotPricedError(f"docs/prices.yaml has no price for {key}")
        by_region = entry.get("in", {})
        where = region if region in by_region else _FALLBACK
        value = entry["everywhere"] if "everywhere" in entry else by_region[where]
        shown = "" if "everywhere" in entry else where
        return Price(
            key=key,
            value=float(value),
            unit=entry["unit"],
            source=entry["source"],
            region=shown,
            elsewhere=bool(shown) and shown != region,
        )
