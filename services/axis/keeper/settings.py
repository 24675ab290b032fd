"""The keeper's settings, from variables named `KEEPER_…`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PAIRS = (("KEEPER_FILE", "KEEPER_SNAPSHOTS"), ("KEEPER_TEMPLATES", "KEEPER_CONFIG"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to keep, where, and how often.

    The first two go together, and so do the next two; at least one pair must be there.

    Attributes:
        file: `KEEPER_FILE`, the DuckDB file on the volume shared with the API.
        snapshots: `KEEPER_SNAPSHOTS`, the folder of snapshots, where a bucket is mounted.
        templates: `KEEPER_TEMPLATES`, the folder of YAML files with `${VARIABLE}` in them.
        config: `KEEPER_CONFIG`, the folder that the API reads them from, filled in.
        port: `KEEPER_PORT`, answers HTTP once all is in place; default 8501.
        interval: `KEEPER_INTERVAL_MINUTES`, between two looks at the file (here in seconds); default 15.
        quiet: `KEEPER_QUIET_SECONDS`, how long nobody may have written before a copy is tried; default 5.
        stop: `KEEPER_STOP_SECONDS`, how long after SIGTERM the API has to let go of the file; default 8 of
            the 10 that Cloud Run gives, the rest is for saving.
        keep: `KEEPER_KEEP`, how many snapshots stay; default 5.
        owner: `KEEPER_OWNER`, number of the API's user and group, which the shared folders are handed to and
            the keeper becomes; it then has to start as root. Without one it stays who it is.
    """

    file: Path | None = None
    snapshots: Path | None = None
    templates: Path | None = None
    config: Path | None = None
    port: int = 8501
    interval: float = 900.0
    quiet: float = 5.0
    stop: float = 8.0
    keep: int = 5
    owner: int | None = None

    def __post_init__(self) -> None:
        if self.interval <= 0 or self.quiet <= 0 or self.stop < 0:
            raise ValueError("KEEPER_INTERVAL_MINUTES and KEEPER_QUIET_SECONDS must be above 0")
        if self.owner is not None and self.owner < 1:
            raise ValueError("KEEPER_OWNER must be above 0: the API does not run as root")
        if self.keep < 1:
            raise ValueError("KEEPER_KEEP must be at least 1, or nothing could be restored")

    @property
    def shared(self) -> list[Path]:
        """The folders that the API writes to or reads from."""
        return [folder for folder in (self.file and self.file.parent, self.config) if folder]


def read_settings(variables: Mapping[str, str]) -> Settings:
    """The settings in `variables`.

    Raises:
        ValueError: one is missing or out of range; says which.
    """
    _check_pairs(variables)
    try:
        return Settings(
            file=_path(variables, "KEEPER_FILE"),
            snapshots=_path(variables, "KEEPER_SNAPSHOTS"),
            templates=_path(variables, "KEEPER_TEMPLATES"),
            config=_path(variables, "KEEPER_CONFIG"),
            port=int(variables.get("KEEPER_PORT", "8501")),
            interval=float(variables.get("KEEPER_INTERVAL_MINUTES", "15")) * 60,
            quiet=float(variables.get("KEEPER_QUIET_SECONDS", "5")),
            stop=float(variables.get("KEEPER_STOP_SECONDS", "8")),
            keep=int(variables.get("KEEPER_KEEP", "5")),
            owner=int(variables["KEEPER_OWNER"]) if variables.get("KEEPER_OWNER") else None,
        )
    except ValueError as error:
        raise ValueError(f"a KEEPER_ variable is not usable: {error}") from None


def _check_pairs(variables: Mapping[str, str]) -> None:
    for one, other in _PAIRS:
        if bool(variables.get(one)) != bool(variables.get(other)):
            raise ValueError(f"{one} and {other} go together: set both or none")
    if not any(variables.get(one) for one, _ in _PAIRS):
        raise ValueError("set KEEPER_FILE and KEEPER_SNAPSHOTS, or KEEPER_TEMPLATES and KEEPER_CONFIG")


def _path(variables: Mapping[str, str], name: str) -> Path | None:
    return Path(variables[name]) if variables.get(name) else None
