"""The keeper's settings, from variables named `KEEPER_…`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to keep, where, and how often.

    Attributes:
        file: `KEEPER_FILE`, the DuckDB file on the volume shared with the API; required.
        snapshots: `KEEPER_SNAPSHOTS`, the folder of snapshots, where a bucket is mounted; required.
        port: `KEEPER_PORT`, answers HTTP once the file is restored; default 8501.
        interval: `KEEPER_INTERVAL_MINUTES`, between two looks at the file (here in seconds); default 15.
        quiet: `KEEPER_QUIET_SECONDS`, how long nobody may have written before a copy is tried; default 5.
        stop: `KEEPER_STOP_SECONDS`, how long after SIGTERM the API has to let go of the file; default 8 of
            the 10 that Cloud Run gives, the rest is for saving.
        keep: `KEEPER_KEEP`, how many snapshots stay; default 5.
    """

    file: Path
    snapshots: Path
    port: int = 8501
    interval: float = 900.0
    quiet: float = 5.0
    stop: float = 8.0
    keep: int = 5

    def __post_init__(self) -> None:
        if self.interval <= 0 or self.quiet <= 0 or self.stop < 0:
            raise ValueError("KEEPER_INTERVAL_MINUTES and KEEPER_QUIET_SECONDS must be above 0")
        if self.keep < 1:
            raise ValueError("KEEPER_KEEP must be at least 1, or nothing could be restored")


def read_settings(variables: Mapping[str, str]) -> Settings:
    """The settings in `variables`.

    Raises:
        ValueError: one is missing or out of range; says which.
    """
    for name in ("KEEPER_FILE", "KEEPER_SNAPSHOTS"):
        if not variables.get(name):
            raise ValueError(f"{name} must be set")
    try:
        return Settings(
            file=Path(variables["KEEPER_FILE"]),
            snapshots=Path(variables["KEEPER_SNAPSHOTS"]),
            port=int(variables.get("KEEPER_PORT", "8501")),
            interval=float(variables.get("KEEPER_INTERVAL_MINUTES", "15")) * 60,
            quiet=float(variables.get("KEEPER_QUIET_SECONDS", "5")),
            stop=float(variables.get("KEEPER_STOP_SECONDS", "8")),
            keep=int(variables.get("KEEPER_KEEP", "5")),
        )
    except ValueError as error:
        raise ValueError(f"a KEEPER_ variable is not usable: {error}") from None
